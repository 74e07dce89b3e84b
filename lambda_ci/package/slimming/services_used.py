"""Which AWS services code asks boto3 for, as far as its text says: ``boto3.client("sqs")``, ``session.resource("s3")``."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lambda_ci.package.file import read
from lambda_ci.package.syntax import UNPARSABLE, parsed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from lambda_ci.package.file import File
    from lambda_ci.package.slimming.distribution import Distribution

_ASKING = frozenset({"client", "resource", "create_client"})
_CALL = re.compile(rb"""\b(?:client|resource|create_client)\(\s*(?:service_name\s*=\s*)?["']([a-z0-9-]+)["']""")
_LARGEST = 4 << 20
_SHOWN = 3


def service_warnings(
    own: Sequence[File], others: Sequence[Distribution], *, left_out: Collection[str]
) -> tuple[str, ...]:
    """One warning for each service that the function's own code asks for, and for each distribution that asks for some."""
    places: dict[str, list[str]] = {}
    for file in own:
        for service, line in _asked(file):
            if service in left_out:
                places.setdefault(service, []).append(f"{file.path}:{line}")
    ours = [
        f"{_listed(where)} asks for {name!r}, which `botocore-services` leaves out" for name, where in places.items()
    ]
    theirs = [warning for one in others if (warning := _of_distribution(one, left_out))]
    return (*ours, *theirs)


def _asked(file: File) -> Iterator[tuple[str, int]]:
    if not file.path.endswith(".py") or file.size > _LARGEST:
        return
    source = read(file)
    try:
        module = parsed(source, file.path)
    except UNPARSABLE:
        yield from _asked_in_text(source)
        return
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and (service := _service(node)):
            yield service, node.lineno


def _asked_in_text(source: bytes) -> Iterator[tuple[str, int]]:
    """For what this Python cannot parse: it may be for a newer one."""
    for found in _CALL.finditer(source):
        yield found[1].decode(), source.count(b"\n", 0, found.start()) + 1


def _service(call: ast.Call) -> str:
    """The service that a call names; empty for any other call."""
    name = (
        call.func.attr
        if isinstance(call.func, ast.Attribute)
        else call.func.id
        if isinstance(call.func, ast.Name)
        else ""
    )
    named = [one.value for one in call.keywords if one.arg == "service_name"]
    first = next(iter([*call.args, *named]), None)
    if name in _ASKING and isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    return ""


def _of_distribution(distribution: Distribution, left_out: Collection[str]) -> str:
    services: dict[str, None] = {}
    for file in distribution.files:
        if file.path.endswith(".py") and file.size <= _LARGEST:
            text = read(file)
            if b"boto" in text:
                services.update(dict.fromkeys(service for service, _ in _asked_in_text(text) if service in left_out))
    if not services:
        return ""
    names = ", ".join(repr(name) for name in sorted(services))
    return f"parts of {distribution.name} ask for {names}, which `botocore-services` leaves out: add what the function uses"


def _listed(places: Sequence[str]) -> str:
    return ", ".join(places[:_SHOWN]) + (" …" if len(places) > _SHOWN else "")
