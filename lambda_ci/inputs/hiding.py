"""Which values of the configuration are secrets that no log, summary or comment may show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.url import credentials_of
from lambda_ci.inputs.located import mapping
from lambda_ci.model.secret import names_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_ci.inputs.located import Located

_SHORTEST = 6
"""Characters: what is shorter is found in texts that have nothing to do with it."""


def hidden(document: Located, interpolated: set[str]) -> frozenset[str]:
    """What was interpolated from variables that are named like secrets, and those of the functions' own variables that are, or
    that hold an address with a password. What stands in the file for everybody to read is none."""
    functions = document.at("functions") or mapping({})
    nodes = (one.at("environment") for one in functions.entries.values())
    own = (text for node in nodes if node for name, child in node.entries.items() for text in _secrets(name, child))
    return frozenset(text for text in (*interpolated, *own) if len(text) >= _SHORTEST)


def _secrets(name: str, node: Located) -> Iterator[str]:
    if not isinstance(node.value, str) or (node.origin.line is not None and not node.interpolated):
        return
    if names_secret(name):
        yield node.value
    if "://" in node.value and (found := credentials_of(node.value)):
        yield found[1]
