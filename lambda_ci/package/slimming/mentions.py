"""What the Python sources of a distribution name: files that they may open, test code that they import, stubs that they load.

Told from the text alone, as the sources may be for a newer Python than this one. A name in a comment counts as well: that
keeps a file too many, which does no harm. The result is noted beside the wheel.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambda_ci.adapters import wheel_notes as notes
from lambda_ci.package.file import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lambda_ci.model.artifact import Wheel
    from lambda_ci.package.file import File

NAME, FORMAT = "slimming", 1
TESTS = frozenset({"tests", "test"})
SOURCES = ("h", "hh", "hpp", "hxx", "c", "cc", "cpp", "cxx", "f", "f90", "pxd", "pxi", "pyx", "a", "la", "cmake", "pc")
"""What compilers and linkers read."""
_ENDING = re.compile(rb"\.(?:" + "|".join((*SOURCES, "pyi")).encode() + rb"|so(?:\.\d+)*)\b")
_BEFORE = re.compile(rb"[\w.+-]*\Z")
_LONGEST = 120
_FROM = re.compile(rb"^[ \t]*from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(?:\(([^)]*)\)|([^\n]*))", re.MULTILINE)
_IMPORT = re.compile(rb"^[ \t]*import[ \t]+([^\n]*)", re.MULTILINE)
_QUOTED = re.compile(rb"""["'](\w+(?:\.\w+)*\.tests?(?:\.\w+)*)["']""")
_NAME = re.compile(rb"(\w[\w.]*)(?:[ \t]+as[ \t]+\w+)?")
_COMMENT = re.compile(rb"#[^\n]*")


@dataclass(frozen=True, kw_only=True)
class Mentions:
    """``files``: names without folders. ``tests``: imported modules of test code, as paths without ``.py``.

    ``stubs``: sources that load what they define from the stub beside them (lazy_loader's ``attach_stub``).
    """

    files: frozenset[str] = frozenset()
    tests: frozenset[str] = frozenset()
    stubs: frozenset[str] = frozenset()


def mentions(wheel: Wheel, files: Sequence[File]) -> Mentions:
    """From the notes, or by reading every source that is no test code itself."""
    known = notes.load(wheel, NAME, FORMAT, _mentions)
    if known is None:
        known = _read(file for file in files if file.path.endswith(".py") and not is_test_code(file.path))
        notes.keep(wheel, NAME, FORMAT, {key: sorted(getattr(known, key)) for key in ("files", "tests", "stubs")})
    return known


def is_test_code(path: str) -> bool:
    """Whether a file is in a folder for tests, below the top, or is pytest's configuration."""
    *folders, name = path.split("/")
    return bool(folders) and (name == "conftest.py" or not TESTS.isdisjoint(folders[1:]))


def imported_tests(path: str, source: bytes) -> Iterator[str]:
    """The modules of test code that one source imports, or names by a dotted name in quotes, as paths without ``.py``."""
    if b"test" not in source:
        return
    for found in _FROM.finditer(source):
        base = _resolved(path, found[1].decode())
        yield from _tests([base, *(_joined(base, name) for name in _names(found[2] or found[3]))])
    for found in _IMPORT.finditer(source):
        yield from _tests(name.replace(".", "/") for name in _names(found[1]))
    yield from _tests(found[1].decode().replace(".", "/") for found in _QUOTED.finditer(source))


def _read(sources: Iterable[File]) -> Mentions:
    files: set[str] = set()
    tests: set[str] = set()
    stubs: set[str] = set()
    for file in sources:
        text = read(file)
        files.update(named_files(text))
        tests.update(imported_tests(file.path, text))
        if b"attach_stub" in text or b".pyi" in text:
            stubs.add(file.path)
    return Mentions(files=frozenset(files), tests=frozenset(tests), stubs=frozenset(stubs))


def _mentions(raw: Any) -> Mentions:  # noqa: ANN401 - JSON
    return Mentions(**{key: frozenset(notes.texts(raw[key])) for key in ("files", "tests", "stubs")})


def named_files(text: bytes) -> Iterator[str]:
    """The names of files for compilers, linkers and loaders that a text has in it."""
    for ending in _ENDING.finditer(text):
        before = _BEFORE.search(text, max(0, ending.start() - _LONGEST), ending.start())
        if before and before[0]:
            yield (before[0] + ending[0]).decode("utf-8", "replace")


def _names(listed: bytes) -> list[str]:
    parts = _COMMENT.sub(b"", listed).split(b",")
    return [found[1].decode("utf-8", "replace") for part in parts if (found := _NAME.match(part.strip()))]


def _resolved(path: str, module: str) -> str:
    """Where a module lies, seen from the file that imports it: ``..a.b`` in ``p/q/r.py`` → ``p/a/b``."""
    relative = module.lstrip(".")
    level = len(module) - len(relative)
    name = relative.replace(".", "/")
    if not level:
        return name
    folders = path.split("/")[:-1]
    return _joined("/".join(folders[: max(0, len(folders) - level + 1)]), name)


def _joined(base: str, name: str) -> str:
    return f"{base}/{name.replace('.', '/')}" if base and name else base or name


def _tests(modules: Iterable[str]) -> Iterator[str]:
    return (module for module in modules if not TESTS.isdisjoint(module.split("/")[1:]))
