"""What was made from a wheel once and lies beside it: files that take the place of its own, and bytecode."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.model.artifact import Wheel
from lambda_ci.package.archive import opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambda_ci.model.artifact import Compiled, OwnBytecode
    from lambda_ci.package.file import File


@contextmanager
def overlaid(wheel: Wheel) -> Iterator[tuple[list[File], list[File]]]:
    """The files of a wheel as its overlays have them, and the bytecode of those; readable until the end of the block.

    Raises ``PackageError`` for a broken wheel.
    """
    with ExitStack() as stack:
        own = stack.enter_context(opened(wheel)).files()
        files = {file.path: file for file in own}
        bytecode: dict[str, File] = {}
        for overlay in wheel.overlays:
            beside = replace(wheel, path=overlay.path, sha256=overlay.sha256, size=overlay.size, overlays=())
            for file in stack.enter_context(opened(beside, unpacked=True)).files():
                (bytecode if is_bytecode(file.path) else files)[file.path] = file
        yield (list(files.values()) if wheel.overlays else own), list(bytecode.values())


@contextmanager
def compiled_beside(compiled: Compiled) -> Iterator[list[File]]:
    """The bytecode of what is in no wheel."""
    with ExitStack() as stack:
        yield [
            file for one in compiled.own for file in stack.enter_context(opened(_as_wheel(one), unpacked=True)).files()
        ]


def is_bytecode(path: str) -> bool:
    """Whether Python looks there for the bytecode of a source (PEP 3147)."""
    folder, _, name = path.rpartition("/")
    return name.endswith(".pyc") and folder.rpartition("/")[2] == "__pycache__"


def source_of(path: str) -> str:
    """``pkg/__pycache__/module.cpython-313.pyc`` → ``pkg/module.py``."""
    folder, _, name = path.rpartition("/")
    return folder.removesuffix("__pycache__") + name.rsplit(".", 2)[0] + ".py"


def with_bytecode(sources: Sequence[File], bytecode: Sequence[File]) -> tuple[File, ...]:
    """The files of a package, sorted, with the bytecode of those sources that are in it: of the same distribution, so that of two
    that bring the same path the right one counts. It replaces what a wheel brings under the same path.
    """
    files = {file.path: file for file in sources}
    for file in bytecode:
        source = files.get(source_of(file.path))
        if source and source.source.distribution == file.source.distribution:
            files[file.path] = file
    return tuple(files[path] for path in sorted(files))


def _as_wheel(one: OwnBytecode) -> Wheel:
    overlay = one.overlay
    return Wheel(
        name=one.distribution,
        version=one.version,
        filename=f"the bytecode of {one.distribution or 'own files'}",
        path=overlay.path,
        sha256=overlay.sha256,
        size=overlay.size,
    )
