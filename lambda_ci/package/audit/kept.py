"""The contents of a wheel, read once and kept beside it in the cache: a wheel never changes.

    CACHE_DIR/wheels/sha256/ab/abcd…/audit-1.json

What cannot be read, or is not what this writes, counts as absent; where nothing can be written, nothing is kept.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lambda_ci.model.audit import Binary, Contents, Kind, Requirement

if TYPE_CHECKING:
    from lambda_ci.model.artifact import Wheel

FORMAT = 1
"""To be raised whenever what is read of a wheel changes."""


def load(wheel: Wheel) -> Contents | None:
    """What was kept of this very wheel."""
    if not _has_a_place(wheel):
        return None
    try:
        raw = json.loads(_path(wheel).read_bytes())
        if raw["format"] != FORMAT or raw["sha256"] != wheel.sha256:
            return None
        return Contents(
            binaries=tuple(map(_binary, raw["binaries"])),
            requirements=tuple(
                Requirement(name=_text(name), marker=_text(marker)) for name, marker in raw["requirements"]
            ),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def keep(wheel: Wheel, contents: Contents) -> None:
    """Write it down, whole or not at all, and readable for everybody who can read the wheel."""
    if not _has_a_place(wheel):
        return
    document = {
        "format": FORMAT,
        "sha256": wheel.sha256,
        "binaries": [_row(binary) for binary in contents.binaries],
        "requirements": [[one.name, one.marker] for one in contents.requirements],
    }
    with suppress(OSError, ValueError):
        _write(_path(wheel), json.dumps(document, ensure_ascii=False).encode())


def _path(wheel: Wheel) -> Path:
    return wheel.path.parent / f"audit-{FORMAT}.json"


def _has_a_place(wheel: Wheel) -> bool:
    """Whether the wheel lies in the cache, in a folder of its own that is named by its hash."""
    folder = wheel.path.parent
    return len(folder.name) >= len("md5") and folder.parent.name == folder.name[:2]


def _write(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".audit-", suffix=".part")
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), 0o644)
            file.write(content)
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise


def _row(binary: Binary) -> list[object]:
    return [
        binary.path,
        binary.kind.value,
        binary.machine,
        binary.needed,
        binary.soname,
        binary.rpath,
        binary.runpath,
        binary.interpreter,
        binary.symbols,
        binary.module,
        binary.fault,
    ]


def _binary(row: list[Any]) -> Binary:
    path, kind, machine, needed, soname, rpath, runpath, interpreter, symbols, module, fault = row
    if not isinstance(module, bool):
        raise TypeError
    return Binary(
        path=_text(path),
        kind=Kind(kind),
        machine=_text(machine),
        needed=_texts(needed),
        soname=_text(soname),
        rpath=_texts(rpath),
        runpath=_texts(runpath),
        interpreter=_text(interpreter),
        symbols=tuple((_text(library), _text(version)) for library, version in symbols),
        module=module,
        fault=_text(fault),
    )


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError
    return tuple(map(_text, values))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
