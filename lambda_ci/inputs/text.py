"""The text of a flag, an input or a variable, turned into a value by the option's kind.

What cannot be read stays text: the strict model then complains about it under the name of the flag.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.inputs.compose import Unreadable, compose
from lambda_ci.inputs.located import Located
from lambda_ci.inputs.scalars import FALSE, TRUE, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambda_ci.inputs.options import Kind
    from lambda_ci.model.problem import Origin

_PAIR = re.compile(r"\s*((?:[^=\s:{\[\"']|:(?!\s))+)=(.*)")
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}")


def read(text: str, *, kind: Kind, origin: Origin) -> Located:
    """The value that the text stands for."""
    return _READERS[kind](text, origin)


def _string(text: str, origin: Origin) -> Located:
    return Located(value=text, origin=origin)


def _integer(text: str, origin: Origin) -> Located:
    word = text.strip()
    return Located(value=int(word) if _INTEGER.fullmatch(word) else text, origin=origin)


def _number(text: str, origin: Origin) -> Located:
    value = resolve(text.strip())
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Located(value=value if is_number else text, origin=origin)


def _boolean(text: str, origin: Origin) -> Located:
    word = text.strip()
    return Located(value=word in TRUE if word in TRUE | FALSE else text, origin=origin)


def _list(text: str, origin: Origin) -> Located:
    """JSON or YAML, or members separated by commas or line feeds."""
    if text.lstrip().startswith(("[", "- ")):
        return _json(text, origin)
    words = [word.strip() for word in re.split(r"[,\n]", text)]
    members = [Located(value=word, origin=origin, key=f"[{index}]") for index, word in enumerate(filter(None, words))]
    return Located(value=tuple(members), origin=origin)


def _map(text: str, origin: Origin) -> Located:
    """Lines ``KEY=VALUE``, or a JSON or YAML object."""
    lines = [line for line in text.splitlines() if line.strip()]
    pairs = [_PAIR.fullmatch(line) for line in lines]
    found = [pair for pair in pairs if pair]
    if not lines or len(found) < len(lines):
        return _json(text, origin)
    value = {pair[1]: Located(value=pair[2], origin=origin, key_origin=origin, key=pair[1]) for pair in found}
    return Located(value=value, origin=origin)


def _json(text: str, origin: Origin) -> Located:
    """JSON, or YAML."""
    try:
        composed = compose(text, source=origin.source)
    except Unreadable:
        return Located(value=text, origin=origin)
    if composed.root is None or composed.problems:
        return Located(value=text, origin=origin)
    return _here(composed.root, origin)


def _here(node: Located, origin: Origin) -> Located:
    """The tree with every place replaced by the flag: lines inside a flag help nobody."""
    value = node.value
    if isinstance(value, dict):
        value = {name: _here(child, origin) for name, child in value.items()}
    elif isinstance(value, tuple):
        value = tuple(_here(child, origin) for child in value)
    return replace(node, value=value, origin=origin, key_origin=origin)


_READERS: dict[Kind, Callable[[str, Origin], Located]] = {
    "string": _string,
    "path": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "list": _list,
    "map": _map,
    "json": _json,
}
