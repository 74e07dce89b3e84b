"""What cannot be meant in a function's ``package``: sizes, AWS services, and choices that exclude each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambda_ci.inputs.wording import not_what, quoted, shown, suggestion
from lambda_ci.model.platform import facts
from lambda_ci.model.problem import Problem, Severity
from lambda_ci.model.size import byte_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_ci.inputs.located import Located

ZIP, UNPACKED = "max-size", "max-unpacked-size"
_NAME = re.compile(r"[a-z0-9-]+")


def check_package(function: Located) -> Iterator[Problem]:
    """Everything about ``package`` that its schema cannot say. Values of the wrong form are the door's business."""
    package = function.at("package")
    if package is None:
        return
    yield from _sizes(package)
    yield from _services(package)


def _sizes(package: Located) -> Iterator[Problem]:
    sizes = {name: size for name in (ZIP, UNPACKED) if (size := _bytes(package.at(name))) is not None}
    for name, size in sizes.items():
        node = package.entries[name]
        if size <= 0:
            yield node.problem(f"must be more than 0{not_what(node)}")
        elif name == UNPACKED and size > facts().limits.unzipped:
            message = f"has no effect: Lambda itself takes no more than {facts().limits.unzipped} bytes unpacked"
            yield node.problem(message, severity=Severity.WARNING)
    if 0 < sizes.get(UNPACKED, 0) < sizes.get(ZIP, 0):
        node = package.entries[ZIP]
        yield node.problem(
            f"has no effect: `{UNPACKED}` is smaller, and a zip is smaller than what is in it",
            severity=Severity.WARNING,
        )


def _bytes(node: Located | None) -> int | None:
    if node is None or isinstance(node.value, bool) or not isinstance(node.value, str | int):
        return None
    try:
        return byte_count(node.value)
    except ValueError:
        return None


def _services(package: Located) -> Iterator[Problem]:
    chosen = package.at("botocore-services")
    if chosen is None or not chosen.elements:
        return
    carried = package.at("runtime-boto3")
    if carried is not None and carried.value is True:
        yield chosen.key_problem(
            "there is no botocore to take services from: `runtime-boto3` leaves it out; remove one of the two"
        )
    from lambda_ci.adapters.service_model import botocore_version, services

    for node in chosen.elements:
        if isinstance(node.value, str) and _NAME.fullmatch(node.value) and node.value not in services():
            yield _unknown(node, node.value, services(), botocore_version())


def _unknown(node: Located, name: str, known: frozenset[str], version: str) -> Problem:
    """What looks like a known name is a slip. Anything else may be newer than the botocore beside lambda-ci; the build will tell."""
    meant = "" if node.secret else suggestion(name, known)
    if meant:
        return node.problem(f"botocore knows no service {quoted(name)}{meant}")
    message = f"botocore {version} knows no service {shown(node) or 'of this name'}; the build fails unless the locked one does"
    return node.problem(message, severity=Severity.WARNING)
