"""What a function shall be: only what is declared. What is absent is left as it is on AWS."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambda_ci.deploy.layers import Layer, layer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

    from lambda_ci.deploy.package import AnyPackage
    from lambda_ci.model.artifact import LayerPackage
    from lambda_ci.model.settings import Function

MARK = "lambda-ci:project"
"""The tag that says which project owns a function."""


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
    tags: Mapping[str, str]
    package: AnyPackage
    project: str
    layers: tuple[Layer | str, ...] | None = None
    """In order: layers of the project, and ARNs; ``None``: not declared."""

    @property
    def digest(self) -> str:
        """Hex: tells whether two versions were declared alike. Values of the environment cannot be told from it."""
        declared = {"members": self.members, "environment": self.environment, "replaces": self.environment_replaces}
        return hashlib.sha256(json.dumps(declared, sort_keys=True, default=dict).encode()).hexdigest()

    @property
    def code_signing(self) -> str | None:
        """The ARN of the code signing configuration; ``None``: not declared."""
        arn = self.members.get("CodeSigningConfigArn")
        return str(arn) if arn else None


def desired(
    function: Function, package: AnyPackage, *, project: str, layers: Sequence[LayerPackage | str] | None = None
) -> Desired:
    """The architecture is always declared, because the package is built for it. An image says itself what it runs."""
    spec = function.spec
    own: dict[str, JsonValue] = {"Architectures": [spec.architecture.value]}
    own |= {"PackageType": "Image"} if spec.is_image else {"Handler": spec.handler, "Runtime": spec.runtime}
    return Desired(
        name=function.name,
        function_name=function.function_name,
        alias=spec.alias,
        members={**spec.members, **own},
        environment=spec.environment,
        environment_replaces=spec.environment_mode == "replace",
        tags={**(spec.tags or {}), MARK: project},
        package=package,
        project=project,
        layers=None if layers is None else tuple(_layer(one, project) for one in layers),
    )


def _layer(one: LayerPackage | str, project: str) -> Layer | str:
    return one if isinstance(one, str) else layer(one, project=project)
