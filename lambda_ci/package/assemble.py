"""The package stage: wheels and the function's own files in, one deployment zip out.

The compressed members of the wheels are copied as they are, so nothing of the dependencies is inflated or compressed
anew. The function's own files are stored uncompressed: builds of zlib differ in their output (zlib-ng, Intel's and
Apple's patches), and a compressor of our own would cost more than the few kilobytes are worth. The same inputs give the
same bytes on every machine, whatever the folder, the clock, the umask and the version of Python.
"""

from __future__ import annotations

import base64
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

from lambda_ci.errors import PackageError
from lambda_ci.model.artifact import Member, Package
from lambda_ci.package.archive import opened
from lambda_ci.package.audit.audit import audit
from lambda_ci.package.handler import handler_warnings
from lambda_ci.package.limits import check, ledger
from lambda_ci.package.merge import case_warnings, merged
from lambda_ci.package.shadows import shadow_warnings
from lambda_ci.package.sources import dispatch_library, own_files
from lambda_ci.package.writer import write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lambda_ci.model.artifact import LedgerLine, Wheel
    from lambda_ci.model.settings import Function
    from lambda_ci.package.file import File
    from lambda_ci.package.writer import Written


def assemble(
    function: Function, wheels: Sequence[Wheel], *, output_dir: Path, keep_out: Sequence[Path] = ()
) -> Package:
    """Write ``output_dir/NAME.zip``, whole or not at all.

    ``keep_out``: further folders and files (a cache, the configuration) that are never part of a package. Raises
    ``PackageError`` where a file cannot be used, two clash, a limit is exceeded, Lambda would not find the
    handler, or the audit finds what would not work there.
    """
    path = _output(function, output_dir)
    own = own_files(function, keep_out=(output_dir, *keep_out))
    if function.spec.dispatch:
        own += dispatch_library()
    with ExitStack() as stack:
        unpacked = [(wheel, stack.enter_context(opened(wheel)).files()) for wheel in sorted(wheels, key=_order)]
        files = merged([*(file for _, of_wheel in unpacked for file in of_wheel), *own])
        lines = ledger(files)
        check(files, lines)
        warnings = (*handler_warnings(function, files), *shadow_warnings(files), *case_warnings(files))
        warnings += audit(function, unpacked, own)
        written = write(files, path)
    return _package(function, path, written, files=files, lines=lines, warnings=warnings)


def _order(wheel: Wheel) -> tuple[str, str]:
    return wheel.filename, wheel.sha256


def _output(function: Function, output_dir: Path) -> Path:
    if "/" in function.name or "\0" in function.name or function.name.startswith("."):
        raise PackageError(
            f"The function's name {function.name!r} cannot name a file",
            fix="Use letters, digits, dashes and underscores for the key under `functions`.",
        )
    path = output_dir / f"{function.name}.zip"
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where a name is too long
        raise PackageError(f"{path} is a folder", fix="Remove it or choose another folder with --output-dir.")
    return path


def _package(
    function: Function,
    path: Path,
    written: Written,
    *,
    files: Sequence[File],
    lines: tuple[LedgerLine, ...],
    warnings: tuple[str, ...],
) -> Package:
    return Package(
        function=function.name,
        path=path,
        sha256=written.sha256.hex(),
        code_sha256=base64.b64encode(written.sha256).decode(),
        size=written.size,
        unpacked_size=sum(line.size for line in lines),
        members=tuple(map(_member, files)),
        ledger=lines,
        warnings=warnings,
    )


def _member(file: File) -> Member:
    return Member(
        path=file.path,
        size=file.size,
        compressed_size=file.compressed_size,
        mode=file.mode,
        distribution=file.source.distribution,
    )
