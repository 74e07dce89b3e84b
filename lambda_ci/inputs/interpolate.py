"""``${env:NAME}`` and ``${env:NAME:-default}`` in the text of the configuration file; ``$${`` stands for ``${``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lambda_ci.inputs.located import Located, scalars
from lambda_ci.model.secret import names_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lambda_ci.model.problem import Problem

_PLACEHOLDER = re.compile(r"\$\$\{|\$\{(?P<body>[^{}]*)\}|\$\{")
_VARIABLE = re.compile(r"env:(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>.*))?", re.DOTALL)
_SOURCE = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
KNOWN = "what is known: ${env:NAME}, ${env:NAME:-default}, and $${ for a literal ${"


def has_placeholder(node: Located) -> bool:
    """Whether the text is not its own value."""
    return isinstance(node.value, str) and "${" in node.value


def malformed(tree: Located) -> Iterator[Problem]:
    """Every placeholder that could never be filled, wherever it stands."""
    for node in scalars(tree):
        if isinstance(node.value, str) and "${" in node.value:
            yield from (
                node.problem(message) for message in map(_refusal, _PLACEHOLDER.finditer(node.value)) if message
            )


def _refusal(found: re.Match[str]) -> str:
    body = found["body"]
    if found[0] == "$${" or (body is not None and _VARIABLE.fullmatch(body)):
        return ""
    if body is None:
        return f"a ${{ that is not closed, or that holds braces; {KNOWN}"
    if body.startswith("env:"):
        return f"${{env:…}} must name an environment variable; {KNOWN}"
    source, colon, _ = body.partition(":")
    if colon and _SOURCE.fullmatch(source):
        return f"${{{source}:…}} is not supported by this version; {KNOWN}"
    return f"${{…}} must say where the value comes from; {KNOWN}"


@dataclass(kw_only=True)
class Interpolation:
    """Fills placeholders from the environment and gathers what is missing. Malformed ones are left as they are."""

    environ: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set, repr=False)
    """What came out of variables whose names tell of secrets."""

    def fill(self, node: Located) -> Located:
        """The tree with every placeholder filled; what was filled is secret from then on."""
        if isinstance(node.value, dict):
            return replace(node, value={name: self.fill(child) for name, child in node.value.items()})
        if isinstance(node.value, tuple):
            return replace(node, value=tuple(self.fill(child) for child in node.value))
        if isinstance(node.value, str) and "${" in node.value:
            return self._filled(node, node.value)
        return node

    def _filled(self, node: Located, text: str) -> Located:
        missing: list[str] = []
        value = _PLACEHOLDER.sub(lambda found: self._value(found, missing), text)
        self.problems.extend(node.problem(_missing(name)) for name in missing)
        if not value.isascii() and any(0xD800 <= ord(character) < 0xE000 for character in value):
            self.problems.append(node.problem("the environment variable's value is not UTF-8 text"))
            value = ""
        return replace(node, value=value, secret=True, interpolated=True)

    def _value(self, found: re.Match[str], missing: list[str]) -> str:
        if found[0] == "$${":
            return "${"
        variable = _VARIABLE.fullmatch(found["body"] or "")
        if variable is None:
            return found[0]
        value, default = self.environ.get(variable["name"]), variable["default"]
        if value and names_secret(variable["name"]):
            self.secrets.add(value)
        if default is not None:
            return value or default
        if value is None:
            missing.append(variable["name"])
        return value or ""


def _missing(name: str) -> str:
    return f"the environment variable {name} is not set; set it, or give a default: ${{env:{name}:-default}}"
