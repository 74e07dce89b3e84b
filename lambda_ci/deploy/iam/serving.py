"""What belongs to a function: its layers, its URL, its concurrency, its rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.iam.scope import (
    Right,
    Scope,
    all_of_it,
    declared,
    everything,
    right,
    the_function,
    whole,
)
from lambda_ci.model.spec.serving import AsyncSpec

if TYPE_CHECKING:
    from typing import Literal

_LAYERS, _URLS, _CALLS, _SIGNING = "Layers", "Function URLs", "Concurrency and asynchronous calls", "Code signing"
_LONGEST = 51
"""Of what is before the digest."""


def _ends(spec: AsyncSpec | Literal["none"]) -> bool:
    """Whether it may come to pass that no rule is left: no value is declared, and at least one thing goes."""
    if not isinstance(spec, AsyncSpec):
        return True
    values = {spec.maximum_retry_attempts, spec.maximum_event_age_in_seconds, spec.on_success, spec.on_failure}
    return "none" in values and values <= {None, "none"}


def _own_layers(scope: Scope) -> tuple[str, ...]:
    """Their names on AWS are cut off, and end with a digest of what is in them."""
    spec, project = scope.function.spec, scope.settings.project
    named = [name for name in spec.layers or () if ":" not in name]
    named += ["auto"] if spec.layer == "auto" and scope.function.requirements and not spec.is_image else []
    return tuple(scope.arn("lambda", f"layer:{f'{project}-{name}'[:_LONGEST]}-*") for name in named)


def _versions_of_layers(scope: Scope) -> tuple[str, ...]:
    others = tuple(name for name in scope.function.spec.layers or () if ":" in name)
    return (*(f"{arn}:*" for arn in _own_layers(scope)), *others)


def _layered(scope: Scope) -> bool:
    return whole(scope) and bool(_own_layers(scope))


def _signing(scope: Scope) -> tuple[str, ...]:
    arn = scope.function.spec.code_signing_config_arn or "none"
    return (*the_function(scope), *(() if arn == "none" else (arn,)))


RIGHTS: tuple[Right, ...] = (
    right(
        _LAYERS,
        "lambda:ListLayerVersions",
        "plan deploy",
        everything,
        needed=_layered,
        when="for layers of the project",
    ),
    right(_LAYERS, "lambda:GetLayerVersion", "plan deploy", _versions_of_layers, needed=whole, when="with `layers`"),
    right(_LAYERS, "lambda:PublishLayerVersion", "deploy", _own_layers, needed=whole, when="for layers of the project"),
    right(
        _URLS,
        "lambda:GetFunctionUrlConfig lambda:GetPolicy",
        "plan deploy",
        all_of_it,
        needed=declared(lambda spec: spec.url),
        when="with `url`",
    ),
    right(
        _URLS,
        "lambda:CreateFunctionUrlConfig lambda:UpdateFunctionUrlConfig lambda:AddPermission",
        "deploy",
        all_of_it,
        needed=declared(lambda spec: spec.url and spec.url != "none"),
        when="with `url`",
    ),
    right(
        _URLS,
        "lambda:RemovePermission",
        "deploy",
        all_of_it,
        needed=declared(lambda spec: spec.url),
        when="with `url`, where it stops being public",
    ),
    right(
        _URLS,
        "lambda:DeleteFunctionUrlConfig",
        "deploy",
        all_of_it,
        needed=declared(lambda spec: spec.url == "none"),
        when="with `url: none`",
    ),
    right(
        _CALLS,
        "lambda:PutFunctionConcurrency",
        "deploy",
        the_function,
        needed=declared(lambda spec: isinstance(spec.reserved_concurrency, int)),
        when="with `reserved-concurrency`",
    ),
    right(
        _CALLS,
        "lambda:DeleteFunctionConcurrency",
        "deploy",
        the_function,
        needed=declared(lambda spec: spec.reserved_concurrency == "none"),
        when="with `reserved-concurrency: none`",
    ),
    right(
        _CALLS,
        "lambda:GetProvisionedConcurrencyConfig",
        "plan deploy",
        all_of_it,
        needed=declared(lambda spec: spec.provisioned_concurrency),
        when="with `provisioned-concurrency`",
    ),
    right(
        _CALLS,
        "lambda:PutProvisionedConcurrencyConfig",
        "deploy",
        all_of_it,
        needed=declared(lambda spec: isinstance(spec.provisioned_concurrency, int)),
        when="with `provisioned-concurrency`",
    ),
    right(
        _CALLS,
        "lambda:DeleteProvisionedConcurrencyConfig",
        "deploy",
        all_of_it,
        needed=declared(lambda spec: spec.provisioned_concurrency == "none"),
        when="with `provisioned-concurrency: none`",
    ),
    right(
        _CALLS,
        "lambda:GetFunctionEventInvokeConfig",
        "plan deploy",
        all_of_it,
        needed=declared(lambda spec: spec.async_),
        when="with `async`",
    ),
    right(
        _CALLS,
        "lambda:PutFunctionEventInvokeConfig",
        "deploy",
        all_of_it,
        needed=declared(lambda spec: spec.async_ and spec.async_ != "none"),
        when="with `async`",
    ),
    right(
        _CALLS,
        "lambda:DeleteFunctionEventInvokeConfig",
        "deploy",
        all_of_it,
        needed=declared(lambda spec: spec.async_ and _ends(spec.async_)),
        when="with `async: none`, or where no rule is left",
    ),
    right(
        _SIGNING,
        "lambda:GetFunctionCodeSigningConfig",
        "plan deploy",
        the_function,
        needed=declared(lambda spec: spec.code_signing_config_arn),
        when="with `code-signing-config-arn`",
    ),
    right(
        _SIGNING,
        "lambda:PutFunctionCodeSigningConfig",
        "deploy",
        _signing,
        needed=declared(lambda spec: spec.code_signing_config_arn not in {None, "none"}),
        when="with `code-signing-config-arn`",
    ),
    right(
        _SIGNING,
        "lambda:DeleteFunctionCodeSigningConfig",
        "deploy",
        the_function,
        needed=declared(lambda spec: spec.code_signing_config_arn == "none"),
        when="with `code-signing-config-arn: none`",
    ),
)
