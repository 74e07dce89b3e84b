"""What Lambda allows less of than its API's model says: that is for all kinds of functions, on instances and accelerators as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.inputs.wording import not_what
from lambda_ci.model.platform import facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_ci.inputs.located import Located
    from lambda_ci.model.problem import Problem

_ROOMY = ("capacity-provider-config", "accelerator-config")
"""Functions with one of these have other limits."""
_SNAPSHOT_STORAGE = 512


def check_limits(function: Located) -> Iterator[Problem]:
    """AWS would refuse these, some of them only once the function is half changed."""
    if not any(function.at(key) for key in _ROOMY):
        yield from _sizes(function)
    yield from _snapshots(function)
    yield from _log_levels(function)


def _sizes(function: Located) -> Iterator[Problem]:
    limits, storage = facts().limits, _inside(function, "ephemeral-storage", "size")
    for node, most, unit in (
        (function.at("timeout"), limits.timeout_seconds, "seconds"),
        (function.at("memory-size"), limits.memory_megabytes, "MB"),
        (storage, limits.storage_megabytes, "MB"),
    ):
        if node is not None and isinstance(node.value, int) and node.value > most:
            yield node.problem(f"must be at most {most} {unit}{not_what(node)}")


def _snapshots(function: Located) -> Iterator[Problem]:
    mode = _inside(function, "snap-start", "apply-on")
    if mode is None or mode.value != "PublishedVersions":
        return
    storage, runtime = _inside(function, "ephemeral-storage", "size"), function.at("runtime")
    known = facts().runtimes.get(str(runtime.value)) if runtime is not None else None
    if storage is not None and isinstance(storage.value, int) and storage.value > _SNAPSHOT_STORAGE:
        yield mode.problem(
            f"Lambda takes no snapshots of functions with more than {_SNAPSHOT_STORAGE} MB of ephemeral-storage"
        )
    if (files := function.at("file-system-configs")) is not None and files.elements:
        yield mode.problem("Lambda takes no snapshots of functions with file-system-configs")
    if known is not None and known.os == "AL2":
        yield mode.problem("Lambda takes snapshots of functions from python3.12 on")


def _log_levels(function: Located) -> Iterator[Problem]:
    form = _inside(function, "logging-config", "log-format")
    if form is None or form.value != "Text":
        return
    for key in ("application-log-level", "system-log-level"):
        if (node := _inside(function, "logging-config", key)) is not None and node.value is not None:
            yield node.problem("is for `log-format: JSON` only")


def _inside(function: Located, key: str, inner: str) -> Located | None:
    """A member of a structure, in either spelling."""
    node = function.at(key)
    if node is None:
        return None
    camel = "".join(word.capitalize() for word in inner.split("-"))
    return node.at(inner) or node.at(camel)
