"""Secrets are taken out of what is told before it becomes Markdown or is cut: an escaped or halved secret is not recognised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    _T = TypeVar("_T")


def redacted(told: _T, redact: Callable[[str], str]) -> _T:
    """The same result, document or part of one, with every text redacted; what holds no secret is the same object."""
    found: Any = _redacted(told, redact)
    return found  # type: ignore[no-any-return]


def _redacted(told: Any, redact: Callable[[str], str]) -> Any:  # noqa: ANN401 - any part of a result
    if isinstance(told, str):
        return told if isinstance(told, Enum) else redact(told)
    if isinstance(told, list | tuple):
        parts = [_redacted(one, redact) for one in told]
        same = all(new is old for new, old in zip(parts, told, strict=True))
        return told if same else type(told)(parts)
    if isinstance(told, Mapping):
        members = {name: _redacted(one, redact) for name, one in told.items()}
        return told if all(members[name] is one for name, one in told.items()) else members
    if is_dataclass(told) and not isinstance(told, type):
        changed = {
            one.name: new
            for one in fields(told)
            if (new := _redacted(old := getattr(told, one.name), redact)) is not old
        }
        return replace(told, **changed) if changed else told
    return told
