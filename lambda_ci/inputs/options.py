"""Every setting that can be given as a flag, as an input of the action, or as a variable ``LAMBDA_CI_<NAME>``.

Read from ``options.json``, which ``tools/generate.py`` makes from the models, so that ``--help`` needs neither pydantic nor YAML.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["string", "path", "integer", "number", "boolean", "list", "map", "json"]
Scope: TypeAlias = Literal["run", "project", "function"]


@dataclass(frozen=True, kw_only=True)
class Option:
    """One setting. ``key`` is its dotted place in the file: under a function for scope ``function``, nowhere for ``run``."""

    name: str
    kind: Kind
    scope: Scope
    key: str
    help: str
    choices: tuple[str, ...] = ()
    member: bool = False
    """Whether it is a member of Lambda's own API."""

    @property
    def variable(self) -> str:
        """``LAMBDA_CI_MEMORY_SIZE``."""
        return "LAMBDA_CI_" + self.name.replace("-", "_").upper()


@cache
def options() -> tuple[Option, ...]:
    """All of them, in the order of the reference."""
    rows = json.loads((Path(__file__).parents[1] / "model" / "options.json").read_text("utf-8"))["options"]
    return tuple(Option(**{**row, "choices": tuple(row.get("choices", ()))}) for row in rows)
