"""A step of a workflow that uses the action, without a container: the variables that the runner makes of ``with:``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

_ACTION = Path(__file__).resolve().parents[2] / "action.yml"


@cache
def declared() -> Mapping[str, Mapping[str, Any]]:
    """The inputs of action.yml by name."""
    inputs: Mapping[str, Mapping[str, Any]] = yaml.safe_load(_ACTION.read_text("utf-8"))["inputs"]
    return inputs


def variables(given: Mapping[str, str]) -> dict[str, str]:
    """Every input is there, empty where it has no default and was left out. An input that is not declared is there as well."""
    defaults = {name: str(entry.get("default") or "") for name, entry in declared().items()}
    return {f"INPUT_{name.replace(' ', '_').upper()}": text for name, text in {**defaults, **given}.items()}
