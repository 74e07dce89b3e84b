"""What all sections of the configuration share."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


def kebab(name: str) -> str:
    """``max_duration`` → ``max-duration``."""
    return name.replace("_", "-")


class Section(BaseModel):
    """Frozen, strict, without unknown keys; keys are in kebab-case, and no error repeats a value, which may be a secret."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        alias_generator=kebab,
        validate_by_name=False,
        validate_by_alias=True,
        hide_input_in_errors=True,
    )
