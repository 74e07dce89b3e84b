"""What a function shall be: only what is declared. What is absent is left as it is on AWS."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from lambda_ci.deploy.empty_members import cleared
from lambda_ci.deploy.own_layer import Layer, layer
from lambda_ci.deploy.triggers.declared import TRIGGERED, Triggers, described, is_scheduled, wanted
from lambda_ci.deploy.triggers.event_sources import POLLED
from lambda_ci.deploy.triggers.names import SCHEDULED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

    from lambda_ci.deploy.package import AnyPackage
    from lambda_ci.model.artifact import LayerPackage
    from lambda_ci.model.settings import Function
    from lambda_ci.model.spec.function import FunctionSpec
    from lambda_ci.model.spec.function_settings import RuntimeManagementSpec, ScalingSpec
    from lambda_ci.model.spec.serving import AsyncSpec, UrlSpec

MARK = "lambda-ci:project"
"""The tag that says which project owns a function."""
URL_MARK = "lambda-ci:url"
"""The tag that says of which alias the function URL for signed requests is ours: it has no permission that could."""
_WITH_CODE = frozenset({"Architectures", "PackageType", "SourceKMSKeyArn", "S3ObjectStorageMode"})
"""What describes the code itself, and is sent with it."""


@dataclass(frozen=True, kw_only=True)
class Desired:
    """The declared side of the comparison."""

    name: str
    """The function's key in the configuration."""
    function_name: str
    alias: str
    members: Mapping[str, JsonValue] = field(repr=False)
    """Members of CreateFunction and the Update operations, under AWS's names, without ``Environment``, ``Tags`` and the code."""
    environment: Mapping[str, str] | None = field(repr=False)
    """``None``: not declared."""
    environment_replaces: bool
    """Whether variables that are not declared are removed."""
    unset: frozenset[str] = frozenset()
    """Variables that are removed."""
    tags: Mapping[str, str]
    untagged: frozenset[str] = frozenset()
    """Tags that are removed."""
    tags_replace: bool = False
    """Whether tags that are not declared are removed."""
    code_only: bool = False
    """Whether the rest is left to somebody else, and nothing of it is declared here."""
    package: AnyPackage
    project: str
    layers: tuple[Layer | str, ...] | None = None
    """In order: layers of the project, and ARNs; ``None``: not declared."""
    code_signing: str | None = None
    """The ARN of the code signing configuration, or ``none``; ``None``: not declared."""
    reserved_concurrency: int | Literal["none"] | None = None
    """``none``: without a reservation; ``None``: not declared."""
    url: UrlSpec | Literal["none"] | None = None
    events: AsyncSpec | Literal["none"] | None = None
    """What becomes of asynchronous invocations."""
    provisioned_concurrency: int | Literal["none"] | None = None
    traffic: str = ""
    """In which steps the calls move to a new version, in words; empty: all at once."""
    log_retention: int | Literal["none"] | None = None
    """Days; ``none``: for ever."""
    recursive_loop: Literal["Terminate", "Allow"] | None = None
    runtime_management: RuntimeManagementSpec | None = None
    scaling: ScalingSpec | None = None
    triggers: Triggers | None = None
    """``None``: not declared."""
    off: tuple[str, ...] = ()
    """Triggers that are not made, in words."""

    @property
    def digest(self) -> str:
        """Hex: tells whether two versions were declared alike. Values of the environment cannot be told from it."""
        declared = {
            "members": self.members,
            "environment": self.environment,
            "replaces": self.environment_replaces,
            "unset": sorted(self.unset),
        }
        return hashlib.sha256(json.dumps(declared, sort_keys=True, default=dict).encode()).hexdigest()


def desired(
    function: Function, package: AnyPackage, *, project: str, layers: Sequence[LayerPackage | str] | None = None
) -> Desired:
    """The architecture is always declared, because the package is built for it. An image says itself what it runs."""
    spec = function.spec
    own: dict[str, JsonValue] = {"Architectures": [spec.architecture.value]}
    own |= {"PackageType": "Image"} if spec.is_image else {"Handler": spec.handler, "Runtime": spec.runtime}
    whole = Desired(
        name=function.name,
        function_name=function.function_name,
        alias=spec.alias,
        members={**cleared(spec.members, function.function_name), **own},
        environment=None if spec.environment is None else spec.variables,
        environment_replaces=spec.environment_mode == "replace",
        unset=_without_value(spec.environment),
        tags={
            **{key: value for key, value in (spec.tags or {}).items() if value is not None},
            **_own_tags(spec, project),
        },
        untagged=_without_value(spec.tags),
        tags_replace=spec.tags is not None and spec.tags_mode == "replace",
        package=package,
        project=project,
        layers=None if layers is None else tuple(_layer(one, project) for one in layers),
        code_signing=spec.code_signing_config_arn,
        reserved_concurrency=spec.reserved_concurrency,
        url=spec.url,
        events=spec.async_,
        provisioned_concurrency=spec.provisioned_concurrency,
        traffic=spec.rollout.text,
        log_retention=spec.log_retention_in_days,
        recursive_loop=spec.recursive_loop,
        runtime_management=spec.runtime_management,
        scaling=spec.scaling,
        triggers=wanted(function, project=project),
        off=tuple(described(one) for one in function.triggers_off),
    )
    return _code_only(whole) if spec.mode == "code-only" else whole


def _code_only(whole: Desired) -> Desired:
    """Without the mark as well: who manages the tags would take it off again."""
    return Desired(
        name=whole.name,
        function_name=whole.function_name,
        alias=whole.alias,
        members={name: value for name, value in whole.members.items() if name in _WITH_CODE},
        environment=None,
        environment_replaces=False,
        tags={},
        code_only=True,
        package=whole.package,
        project=whole.project,
        traffic=whole.traffic,
    )


def _own_tags(spec: FunctionSpec, project: str) -> dict[str, str]:
    signed = spec.url is not None and spec.url != "none" and spec.url.auth_type == "AWS_IAM"
    polled = any(one.event_source for one in spec.triggers or ())
    marks = {TRIGGERED: spec.triggers, SCHEDULED: is_scheduled(spec.triggers), POLLED: polled, URL_MARK: signed}
    return {MARK: project, **{mark: spec.alias for mark, there in marks.items() if there}}


def _without_value(entries: Mapping[str, str | None] | None) -> frozenset[str]:
    return frozenset(key for key, value in (entries or {}).items() if value is None)


def _layer(one: LayerPackage | str, project: str) -> Layer | str:
    return one if isinstance(one, str) else layer(one, project=project)
