"""What shapes a package, as one key: the same key, the same bytes and the same warnings.

Taken are this program (its own code of the stage, not only its version), the function's whole specification but for what
only AWS sees, the wheels and their overlays in order, and the paths, modes and contents of the function's own files.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import lambda_ci
from lambda_ci.model.artifact import NOT_COMPILED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lambda_ci.model.artifact import Compiled, Wheel
    from lambda_ci.model.settings import Function, Layer
    from lambda_ci.package.file import File

    Row = tuple[str, int, str]
    """Path, permission bits and sha256 (hex) of one of the function's own files."""

FORMAT = 1
"""To be raised where the same inputs shall count as others."""
_ONLY_ON_AWS = frozenset({
    "function_name",
    "alias",
    "tags",
    "smoke",
    "environment",
    "environment_mode",
    "source",
    "requirements",
})
_SEEN_BY_CHECKS = ("LD_LIBRARY_PATH", "PYTHONPATH")
_ONLY_OF_LAYERS_ON_AWS = frozenset({"description", "license_info", "source", "requirements"})
_CODE = ("package", "model", "dispatch", "wheels/bytecode", "wheels/stripping")


def measured(files: Iterable[File]) -> tuple[list[File], list[Row]]:
    """The files with the CRC-32 that their content has now, and what of them goes into the key. Raises ``PackageError``."""
    known, rows = [], []
    for file in files:
        digest, crc = hashlib.sha256(), 0
        for chunk in file.source.content(file):
            digest.update(chunk)
            crc = zlib.crc32(chunk, crc)
        known.append(replace(file, crc=crc))
        rows.append((file.path, file.mode, digest.hexdigest()))
    return known, rows


def key(
    function: Function,
    wheels: Sequence[Wheel],
    rows: Sequence[Row],
    *,
    beneath: Sequence[str] = (),
    compiled: Compiled = NOT_COMPILED,
) -> str:
    """Hex. ``beneath``: the sha256 of each layer that is built for the function, in order."""
    spec, environment = function.spec, function.spec.variables
    described = [
        spec.model_dump(mode="json", exclude=set(_ONLY_ON_AWS)),
        {name: environment.get(name) for name in _SEEN_BY_CHECKS},
        [*beneath],
    ]
    return _digest([*described, _told(compiled)], wheels, rows)


def layer_key(layer: Layer, wheels: Sequence[Wheel], rows: Sequence[Row], *, compiled: Compiled = NOT_COMPILED) -> str:
    """The same for a layer. Hex."""
    described = ["layer", layer.name, layer.spec.model_dump(mode="json", exclude=set(_ONLY_OF_LAYERS_ON_AWS))]
    return _digest([*described, _told(compiled)], wheels, rows)


def shared_key(hashed: str, *, prepared: Iterable[str]) -> str:
    """The key of a package before it is made, and before its wheels are on this machine. Hex.

    ``hashed``: what ``key`` or ``layer_key`` gives for wheels without overlays, and for the Python that will compile;
    ``prepared``: what else is made of wheels beforehand. What compresses that counts too.
    """
    told = [FORMAT, "shared", hashed, sorted(prepared), zlib.ZLIB_RUNTIME_VERSION]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _told(compiled: Compiled) -> list[object]:
    own = [[one.distribution, one.version, one.overlay.sha256] for one in compiled.own]
    return [compiled.place, compiled.why, own]


def _digest(described: object, wheels: Sequence[Wheel], rows: Sequence[Row]) -> str:
    taken = [
        [one.name, one.version, one.filename, one.sha256, [over.sha256 for over in one.overlays]] for one in wheels
    ]
    parts = [FORMAT, program(), described, taken, rows]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


@cache
def program() -> str:
    """This program: its version, its code (a checkout may change without its version), and the Python that parses handlers."""
    digest = hashlib.sha256(f"{lambda_ci.__version__} {sys.version_info[:2]}".encode())
    root = Path(lambda_ci.__file__).parent
    for folder in _CODE:
        paths = [path for path in (root / folder).rglob("*") if path.suffix in {".py", ".json"}]
        for path in sorted(paths, key=str):  # Comparing paths takes longer than reading them.
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
