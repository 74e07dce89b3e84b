"""Where one JSON value does not contain another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.verify.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One place: its path (``items[2].price``; the whole value is the empty path), what was expected there and what is, as text."""

    path: str
    expected: str
    found: str


def differences(expected: JsonValue, actual: JsonValue, path: str = "") -> Iterator[Difference]:
    """Every place where ``actual`` does not contain ``expected``, in the order of ``expected``.

    Objects contain by key, lists of the same length element by element; anything else must be equal: 1 and 1.0 are, 1 and
    ``true`` are not.
    """
    if isinstance(expected, dict) and isinstance(actual, dict):
        yield from _in_object(expected, actual, path)
    elif isinstance(expected, list) and isinstance(actual, list):
        yield from _in_list(expected, actual, path)
    elif not equal(expected, actual):
        yield Difference(path=path, expected=quoted(expected), found=quoted(actual))


def equal(expected: JsonValue, actual: JsonValue) -> bool:
    """Whether two values without parts are the same in JSON, where a truth value is no number."""
    return expected == actual and isinstance(expected, bool) == isinstance(actual, bool)


def _in_object(expected: dict[str, JsonValue], actual: dict[str, JsonValue], path: str) -> Iterator[Difference]:
    for key, value in expected.items():
        below = _below(path, key)
        if key in actual:
            yield from differences(value, actual[key], below)
        else:
            yield Difference(path=below, expected=quoted(value), found="nothing")


def _in_list(expected: list[JsonValue], actual: list[JsonValue], path: str) -> Iterator[Difference]:
    if len(expected) != len(actual):
        yield Difference(
            path=path, expected=f"a list of {len(expected)}", found=f"a list of {len(actual)}: {quoted(actual)}"
        )
        return
    for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
        yield from differences(one, other, f"{path}[{index}]")


def _below(path: str, key: str) -> str:
    if not _PLAIN.fullmatch(key):
        return f"{path}[{quoted(key)}]"
    return f"{path}.{key}" if path else key
