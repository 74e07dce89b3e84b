"""What a requirements file says, with the files it includes. uv judges it; this only finds out what belongs to it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError
from lambda_ci.lock.demand import Demand, Source, demand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lambda_ci.model.target import Target

_COMMENT = re.compile(r"(^|\s)#.*$")
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
_INCLUDE = re.compile(r"^(?:-r|-c|--requirements?|--constraints?)(?:\s+|=|(?<=^-[rc]))\s*(?P<path>\S.*)$")
_INDEX = re.compile(r"^(?:-i|--index-url|--extra-index-url|-f|--find-links|--no-index)(?:\s|=|$)")
_EDITABLE = re.compile(r"^(?:-e|--editable)(?:\s+|=)\s*")
_HASH = re.compile(r"--hash(?:\s+|=)\s*(?P<hash>[A-Za-z0-9_]+:[0-9A-Fa-f]+)")
_OPTION = re.compile(r"\s--?[A-Za-z].*$")
_DIRECT = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[[^\]]*\])?\s*@\s*(?P<place>\S.*)$")
_MARKER = re.compile(r"\s;.*$")


@dataclass
class _Walk:
    """Collects while the files are followed; each file is read once, so that circles end."""

    target: Target
    environ: Mapping[str, str]
    contents: dict[Path, bytes] = field(default_factory=dict)
    demands: list[Demand] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    complete: bool = True


def read_requirements(path: Path, *, target: Target, environ: Mapping[str, str]) -> Source:
    """Follows ``-r`` and ``-c``. Raises BuildError for a file that cannot be read; what is odd in a line is left to uv."""
    walk = _Walk(target=target, environ=environ)
    _follow(path, asked_by="", walk=walk)
    return Source(
        path=path,
        files=(path.name,),
        contents=tuple(walk.contents.values()),
        lines=tuple(walk.lines),
        demands=tuple(walk.demands),
        options=tuple(walk.options),
        hashed="--require-hashes" in walk.lines,
        complete=walk.complete,
    )


def included(path: Path, *, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The file and all that it includes, as far as they are on this machine. Raises BuildError for what cannot be read."""
    waiting, seen = [path], dict.fromkeys([path])
    while waiting:
        file = waiting.pop()
        for line in _lines(file, environ):
            include = _INCLUDE.match(line)
            name = include["path"].strip("\"' ").removeprefix("file://") if include else ""
            there = Path(os.path.normpath(file.parent / name))
            if name and "://" not in name and there not in seen:
                seen[there] = None
                waiting.append(there)
    return tuple(seen)


def copied(path: Path, folder: Path, *, environ: Mapping[str, str], change: Callable[[str], str]) -> Path:
    """Write the file, and all on this machine that it includes, into ``folder``, each line as ``change`` gives it; returns
    the copy. What the lines name is relative to where uv runs, and stays as it is. Raises BuildError for what cannot be read."""
    copies: dict[Path, Path] = {}

    def copy(file: Path) -> Path:
        if (there := copies.get(file)) is None:
            there = copies[file] = folder / str(len(copies)) / file.name
            there.parent.mkdir()
            text = _content(file, who="").decode("utf-8-sig", "replace")
            there.write_text("\n".join(map(line, text.splitlines(), repeat(file))), encoding="utf-8")
        return there

    def line(text: str, file: Path) -> str:
        include = _INCLUDE.match(expanded(_COMMENT.sub("", text).strip(), environ))
        name = include["path"].strip("\"' ").removeprefix("file://") if include else ""
        if not name or "://" in name:
            return change(text)
        option = "-c" if text.lstrip().startswith(("-c", "--c")) else "-r"
        return f"{option} {copy(Path(os.path.normpath(file.parent / name)))}"

    return copy(Path(os.path.abspath(path)))  # noqa: PTH100 - as below


def local_lines(path: Path, *, root: Path, environ: Mapping[str, str]) -> tuple[tuple[str, Path], ...]:
    """The places of packages and indexes that a requirements file names itself, as it writes them (paths and addresses), and
    the folder that they are relative to. As for uv 0.13.8 that is ``root`` for packages, where the including file is, and
    that of the file itself for indexes."""
    found: list[tuple[str, Path]] = []
    for line in _lines(path, environ):
        if _EDITABLE.match(line):
            text = _MARKER.sub("", _OPTION.sub("", _EDITABLE.sub("", line))).strip("\"' ")
            found.append((place_of(text) or text, root))
        elif index := _INDEX.match(line):
            found.append((line[index.end() :].strip("= \"'"), path.parent))
        elif not line.startswith("-"):
            found.append((place_of(_OPTION.sub("", line)), root))
    return tuple((place, beside) for place, beside in found if place)


def place_of(requirement: str) -> str:
    """``demo@ ../demo ; python_version > "3"`` → ``../demo``; a path or an address is its own; empty where only an index is asked."""
    if direct := _DIRECT.match(requirement):
        return _MARKER.sub("", direct["place"]).strip()
    text = _MARKER.sub("", requirement).strip()
    return text if text.startswith((".", "/", "file:")) or "/" in text.partition(";")[0] else ""


def _lines(path: Path, environ: Mapping[str, str]) -> list[str]:
    text = _content(path, who="").decode("utf-8-sig", "replace")
    return [expanded(line, environ) for line in logical_lines(text)]


def expanded(line: str, environ: Mapping[str, str]) -> str:
    """With the values of the variables that are there."""
    return _VARIABLE.sub(lambda found: environ.get(found[1], found[0]), line)


def logical_lines(text: str) -> Iterator[str]:
    """Lines with continuations joined and comments gone, in pip's order; empty ones are left out."""
    pending = ""
    for line in text.splitlines():
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            pending += line[:-1]
            continue
        joined = _COMMENT.sub("", pending + line).strip()
        pending = ""
        if joined:
            yield joined
    if last := _COMMENT.sub("", pending).strip():
        yield last


def _follow(path: Path, *, asked_by: str, walk: _Walk) -> None:
    if Path(os.path.abspath(path)) in walk.contents:  # noqa: PTH100 - without `..`, by which circles would have no end
        return
    text = _text(path, asked_by=asked_by, walk=walk)
    for raw in logical_lines(text):
        line = expanded(raw, walk.environ)
        walk.lines.append(line)
        if include := _INCLUDE.match(line):
            _include(include["path"].strip("\"' "), parent=path, walk=walk)
        elif _INDEX.match(line):
            walk.options.append(line)
        elif not line.startswith("-") or _EDITABLE.match(line):
            walk.demands.extend(_demand(line, walk=walk))


def _include(name: str, *, parent: Path, walk: _Walk) -> None:
    if "://" in name and not name.startswith("file://"):
        walk.complete = False
        return
    _follow(parent.parent / name.removeprefix("file://"), asked_by=parent.name, walk=walk)


def _demand(line: str, *, walk: _Walk) -> list[Demand]:
    hashes = frozenset(found["hash"].lower() for found in _HASH.finditer(line))
    text = _OPTION.sub("", _EDITABLE.sub("", line)).strip()
    found = demand(text, target=walk.target, hashes=hashes)
    return [found] if found else []


def _text(path: Path, *, asked_by: str, walk: _Walk) -> str:
    who = f", which {asked_by} includes" if asked_by else ""
    content = _content(path, who=who)
    walk.contents[Path(os.path.abspath(path))] = content  # noqa: PTH100 - as above
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        place = f"line {line} has the byte {content[error.start]:#04x}"
        raise BuildError(f"{path}{who} is not UTF-8 text", why=place, fix="save it as UTF-8") from error


def _content(path: Path, *, who: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BuildError(
            f"cannot read {path}{who}", why=error.strerror or str(error), fix="correct the path"
        ) from error
    except ValueError as error:
        raise BuildError(f"cannot read {str(path)!r}{who}", why=str(error), fix="correct the path") from error
