"""What can go wrong with one request, and to which requests it does: for the servers that stand in for AWS, or before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Status:
    """An error answer instead of doing anything."""

    status: int
    code: str
    message: str = "injected"


@dataclass(frozen=True)
class Reset:
    """The connection breaks before anything is done."""


@dataclass(frozen=True)
class Lost:
    """The request is carried out, and the connection breaks before the answer."""


@dataclass(frozen=True)
class Hang:
    """No answer for so many seconds; then the connection ends. ``done``: the request was carried out."""

    seconds: float
    done: bool = False


@dataclass(frozen=True)
class Html:
    """A proxy's page with status 200, and nothing is done."""

    page: bytes = b"<!doctype html><title>Sign in</title><h1>Welcome to the hotel</h1>"
    kind: str = "text/html"


@dataclass(frozen=True)
class Before:
    """Something else happens just before the request is carried out."""

    action: Callable[[], object]


@dataclass(frozen=True)
class After:
    """Something else happens when the request has been carried out, before its answer."""

    action: Callable[[], object]


Fault = Status | Reset | Lost | Hang | Html | Before | After


@dataclass
class _Rule:
    pattern: re.Pattern[str]
    fault: Fault
    after: int
    times: int


class Faults:
    """``add(pattern, fault, after=1, times=2)``: the second and third request whose operation matches."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []

    def add(self, pattern: str, fault: Fault, *, after: int = 0, times: int = 1) -> None:
        self._rules.append(_Rule(re.compile(pattern), fault, after, times))

    def clear(self) -> None:
        self._rules.clear()

    def take(self, operation: str) -> Fault | None:
        for rule in self._rules:
            if not rule.pattern.fullmatch(operation) or rule.times == 0:
                continue
            if rule.after:
                rule.after -= 1
                continue
            rule.times -= 1
            return rule.fault
        return None
