"""What no schema can say about log retention, runtime management and scaling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.inputs.wording import not_what, shown
from lambda_ci.model.spec.function_settings import RETENTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_ci.inputs.located import Located
    from lambda_ci.model.problem import Problem


def check_function_settings(function: Located) -> Iterator[Problem]:
    """AWS would refuse these, some of them only once the function is changed."""
    yield from _retention(function)
    yield from _runtime(function)
    yield from _scaling(function)


def _retention(function: Located) -> Iterator[Problem]:
    node = function.at("log-retention-in-days")
    days = node.value if node is not None else None
    if node is None or not isinstance(days, int) or isinstance(days, bool) or days < 1 or days in RETENTIONS:
        return
    longer = next((each for each in RETENTIONS if each > days), RETENTIONS[-1])
    message = (
        f"CloudWatch keeps logs for {', '.join(map(str, RETENTIONS))} days{not_what(node)}; write {longer} or none"
    )
    yield node.problem(message)


def _runtime(function: Located) -> Iterator[Problem]:
    node = function.at("runtime-management")
    if node is None or not node.entries:
        return
    mode, arn = node.at("update-runtime-on"), node.at("runtime-version-arn")
    named = function.at("package-type")
    if named is not None and named.value == "Image":
        yield node.problem("a container image brings its own runtime, which Lambda does not update")
    if mode is not None and mode.value == "Manual" and arn is None:
        yield node.problem("is required with `Manual`: it says which build is used", missing="runtime-version-arn")
    if mode is not None and arn is not None and mode.value in {"Auto", "FunctionUpdate"}:
        yield arn.problem(f"is for `update-runtime-on: Manual` only, not with {shown(mode) or 'another'}")


def _scaling(function: Located) -> Iterator[Problem]:
    node = function.at("scaling")
    if node is None or node.value is None:
        return
    if function.at("capacity-provider-config") is None:
        yield node.problem(
            "is only for functions that run on the instances of a capacity provider (capacity-provider-config); "
            "others take reserved-concurrency and provisioned-concurrency"
        )
    least, most = (_count(node, f"{which}-execution-environments") for which in ("min", "max"))
    if least is not None and most is not None and least > most:
        yield node.problem(
            f"min-execution-environments ({least}) must not be more than max-execution-environments ({most})"
        )


def _count(node: Located, key: str) -> int | None:
    found = node.at(key)
    return found.value if found is not None and isinstance(found.value, int) else None
