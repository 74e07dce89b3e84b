"""TOML as a lock needs it: texts, numbers, times, lists and tables, in a form that is good to read and to compare."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def dump_toml(document: Mapping[str, object]) -> str:
    """Lists of tables directly in the document become ``[[sections]]``, every other table is written inline."""
    sections = {key: value for key, value in document.items() if _is_tables(value)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in document.items() if key not in sections]
    for key, members in sections.items():
        assert isinstance(members, Sequence)
        for member in members:
            lines += ["", f"[[{_key(key)}]]", *_entries(member)]
    return "\n".join(lines) + "\n"


def _entries(member: Mapping[str, object]) -> list[str]:
    return [f"{_key(name)} = {_lines(value)}" for name, value in member.items()]


def _lines(value: object) -> str:
    """Several tables one below the other, so that a difference shows only what is different."""
    if _is_tables(value) and isinstance(value, Sequence) and len(value) > 1:
        return "[\n" + "".join(f"    {_value(one)},\n" for one in value) + "]"
    return _value(value)


def _is_tables(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case datetime():
            return (value.astimezone(UTC) if value.tzinfo else value).isoformat().replace("+00:00", "Z")
        case Mapping():
            return "{" + ", ".join(f"{_key(str(name))} = {_value(one)}" for name, one in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_value, value)) + "]"
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    """JSON's escapes are TOML's, once DEL is among them and half surrogate pairs are gone."""
    whole = text.encode("utf-8", "replace").decode()
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")
