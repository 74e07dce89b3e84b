"""Documents beside a package: written whole or not at all, and belonging to whom the package belongs."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from lambda_ci.adapters.drafts import write_whole
from lambda_ci.errors import PackageError

if TYPE_CHECKING:
    from pathlib import Path


def write_paper(path: Path, text: str) -> None:
    """One that says the same already is left alone. Raises PackageError where it cannot be written."""
    with suppress(OSError):
        if path.read_bytes() == text.encode():
            return
    try:
        write_whole(path, text.encode(), mode=None)
    except OSError as error:
        raise PackageError(
            f"{path} cannot be written: {error.strerror or error}",
            fix="Make room there and make it writable, or choose another folder with --output-dir.",
        ) from error
