"""What no schema can say about concurrency and the function URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.model.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_ci.inputs.located import Located
    from lambda_ci.model.problem import Problem


def check_capacity(function: Located) -> Iterator[Problem]:
    """Lambda would refuse these, but only once the alias has moved."""
    provisioned, reserved = _count(function, "provisioned-concurrency"), _count(function, "reserved-concurrency")
    node = function.at("provisioned-concurrency")
    if node is not None and provisioned:
        if reserved is not None and provisioned > reserved:
            yield node.problem(f"{provisioned} cannot be kept warm where reserved-concurrency is {reserved}")
        if _snap_starts(function):
            yield node.problem("Lambda does not keep versions with SnapStart warm; write only one of both")
    mode = function.at("url", "invoke-mode")
    runtime = function.at("runtime")
    if mode is not None and mode.value == "RESPONSE_STREAM" and runtime is not None:
        message = (
            "Lambda's Python runtimes do not stream by themselves: it takes the Lambda Web Adapter or another runtime"
        )
        yield mode.problem(message, severity=Severity.WARNING)


def _count(function: Located, key: str) -> int | None:
    node = function.at(key)
    return node.value if node is not None and isinstance(node.value, int) else None


def _snap_starts(function: Located) -> bool:
    settings = function.at("snap-start")
    named = (settings.at("apply-on") or settings.at("ApplyOn")) if settings is not None else None
    return named is not None and named.value == "PublishedVersions"
