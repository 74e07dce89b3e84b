"""Checks that were made, so that the same package is never imported twice.

    CACHE_DIR/import-checks/ab/abcd….json

What cannot be read, or is not what this writes, counts as absent; where nothing can be written, nothing is kept.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from typing import TYPE_CHECKING

from lambda_ci.adapters.drafts import PRIVATE, write_whole
from lambda_ci.package.import_check.report import Report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FORMAT = 1
"""To be raised whenever reports change."""
_ROUNDS = 20_000
"""Of the key's derivation: values of variables may be secret and short, and caches are shared between jobs."""


def key(parts: Sequence[str], environment: Mapping[str, str]) -> str:
    """The same for the same check. ``parts``: everything that a report depends on, beside the variables."""
    document = json.dumps([FORMAT, *parts]).encode()
    variables = json.dumps(sorted(environment.items())).encode()
    return hashlib.pbkdf2_hmac("sha256", variables, document, _ROUNDS).hex()


def find(cache_dir: Path, name: str) -> Report | None:
    """The report of the check with this key."""
    try:
        raw = json.loads(_path(cache_dir, name).read_bytes())
        return Report.read(json.dumps(raw["report"]).encode()) if raw["format"] == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def keep(cache_dir: Path, name: str, report: Report) -> None:
    """Write it down, whole or not at all."""
    path = _path(cache_dir, name)
    content = json.dumps({"format": FORMAT, "report": report.model_dump(mode="json")})
    with suppress(OSError, ValueError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content.encode(), mode=PRIVATE)


def _path(cache_dir: Path, name: str) -> Path:
    return cache_dir / "import-checks" / name[:2] / f"{name}.json"
