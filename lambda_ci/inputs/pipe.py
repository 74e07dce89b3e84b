"""What a pipe of Bitbucket is given: the variables under ``variables:``, by the names of the action's inputs in upper case.

Source: support.atlassian.com, "Advanced techniques for writing pipes". A pipe has only what its step names, and so plain words such
as ``STAGE`` can be read here; in the containers of steps they may be anything.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from lambda_ci.inputs.aliases import ALIASES
from lambda_ci.inputs.layers import ACTION
from lambda_ci.inputs.options import options

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lambda_ci.inputs.options import Kind

ROLE = "AWS_OIDC_ROLE_ARN"
"""What Atlassian's pipes call the role that the step's identity token takes."""
_MOST = 1000
"""Members of one array."""
_SIMILAR = 0.85
_ELSEWHERE = frozenset({"args", "entrypoint", "github-token", "matrix"})
"""Inputs that say nothing on Bitbucket."""
_INDEX = re.compile(r"_(?:COUNT|[0-9]{1,4})\Z")
_OTHERS = ("BITBUCKET_", "AWS_", "LAMBDA_", "UV_", "PIP_", "INPUT_", "DOCKER_", "PIPELINES_", "PYTHON")


def variables(environ: Mapping[str, str]) -> dict[str, str]:
    """The inputs by name: ``MEMORY_SIZE`` is ``memory-size``; an array comes as ``NAME_COUNT``, ``NAME_0`` and so on.

    A variable that is nearly called as an input is there under its own name, so that it is warned about.
    """
    found = {name: text for name, kind in _inputs().items() if (text := _given(environ, _variable(name), kind))}
    if role := environ.get(ROLE, ""):
        found.setdefault("role-to-assume", role)
    return found | _misspelt(environ)


def _inputs() -> dict[str, Kind]:
    own: dict[str, Kind] = dict.fromkeys((*ALIASES, *(ACTION - _ELSEWHERE)), "string")
    return own | {option.name: option.kind for option in options()}


def _variable(name: str) -> str:
    return name.upper().replace("-", "_")


def _given(environ: Mapping[str, str], name: str, kind: Kind) -> str:
    """Empty where it is not given. Members of a list may have commas in them, and so become JSON."""
    members = list(_members(environ, name))
    if not members:
        return environ.get(name, "")
    if kind == "list":
        import json

        return json.dumps(members)
    return f"[{', '.join(members)}]" if kind == "json" else "\n".join(members)


def _members(environ: Mapping[str, str], name: str) -> Iterator[str]:
    count = environ.get(f"{name}_COUNT", "")
    size = int(count) if count.isascii() and count.isdigit() and len(count) < 5 else 0
    return (environ[one] for index in range(min(size, _MOST)) if (one := f"{name}_{index}") in environ)


def _misspelt(environ: Mapping[str, str]) -> dict[str, str]:
    known = {_variable(name) for name in _inputs()} | {ROLE}
    found: dict[str, str] = {}
    for name, text in environ.items():
        whole = _INDEX.sub("", name)
        foreign = whole in known or not whole.isupper() or whole.startswith(_OTHERS)
        if not foreign and get_close_matches(whole, known, n=1, cutoff=_SIMILAR):
            found[whole.lower().replace("_", "-")] = text
    return found
