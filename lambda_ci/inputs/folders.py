"""Folders that must be known before the configuration is read, or where it cannot be: those for reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def given_folder(
    option: str, *, flags: Mapping[str, str], inputs: Mapping[str, str] | None, environ: Mapping[str, str], cwd: Path
) -> Path | None:
    """What the flag, the input or the variable names, in this order of precedence; empty ones do not count."""
    variable = environ.get(f"LAMBDA_CI_{option.upper().replace('-', '_')}", "")
    texts = (flags.get(option, ""), (inputs or {}).get(option, ""), variable)
    named = next((text.strip() for text in texts if text.strip()), "")
    return cwd / named if named else None
