"""Finding the configuration file and reading it: every reason why it cannot be read gets its own sentence."""

from __future__ import annotations

import codecs
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.inputs.compose import MAX_BYTES, Unreadable, compose
from lambda_ci.inputs.wording import quoted
from lambda_ci.model.problem import Origin, Problem, Severity

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.inputs.located import Located

NAMES = ("lambda-ci.yml", "lambda-ci.yaml")
_WIDE = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, kw_only=True)
class ConfigFile:
    """A file that was read: its folder, what problems call it, and its tree, always a mapping."""

    folder: Path
    name: str
    root: Located
    problems: tuple[Problem, ...]


def find(explicit: Located | None, cwd: Path) -> ConfigFile | None:
    """The file that ``--config`` names, or the usual one; ``None`` where there is none. Raises Unreadable."""
    if explicit is not None:
        name = str(explicit.value)
        if not name:
            raise Unreadable(explicit.problem("is empty; name a file, or leave the option out"))
        if not os.path.lexists(cwd / name):
            raise Unreadable(explicit.problem(f"{quoted(name)} does not exist"))
        return _read(cwd / name, name, ())
    there = [name for name in NAMES if os.path.lexists(cwd / name)]
    if not there:
        return None
    return _read(cwd / there[0], there[0], tuple(_ignored(name, there[0]) for name in there[1:]))


def above(cwd: Path) -> Path | None:
    """The nearest usual file in a folder above: most likely the one that was meant."""
    return next((folder / name for folder in cwd.parents for name in NAMES if os.path.lexists(folder / name)), None)


def as_it_was(file: ConfigFile, content: bytes) -> ConfigFile:
    """The file with another content, that of some time ago. Raises Unreadable."""
    return _composed(_decoded(content, file.name), file.folder, file.name, ())


def _ignored(name: str, used: str) -> Problem:
    message = f"is ignored, because {used} is here as well"
    return Problem(origin=Origin(source=name), message=message, severity=Severity.WARNING)


def _read(path: Path, name: str, problems: tuple[Problem, ...]) -> ConfigFile:
    return _composed(_decoded(_bytes(path, name), name), path.parent, name, problems)


def _composed(text: str, folder: Path, name: str, problems: tuple[Problem, ...]) -> ConfigFile:
    composed = compose(text, source=name)
    root = composed.root
    if root is None or root.value is None:
        raise _refused(name, "is empty; it needs at least `version: 1` and `functions:`")
    if not isinstance(root.value, dict):
        raise Unreadable(root.problem("must be a mapping (KEY: value) that begins with `version: 1`"))
    return ConfigFile(folder=folder, name=name, root=root, problems=(*problems, *composed.problems))


def _decoded(content: bytes, name: str) -> str:
    if len(content) > MAX_BYTES:
        raise _refused(name, f"is larger than {MAX_BYTES // 1024} KiB, too large for a configuration file")
    if content.startswith(_WIDE):
        raise _refused(name, "is UTF-16 or UTF-32 text; save it as UTF-8")
    if b"\0" in content:
        raise _refused(name, "is a binary file, not YAML")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = content.count(b"\n", 0, error.start) + 1, error.start - content.rfind(b"\n", 0, error.start)
        origin = Origin(source=name, line=line, column=column)
        raise Unreadable(Problem(origin=origin, message="is not UTF-8 text; save it as UTF-8")) from None


def _bytes(path: Path, name: str) -> bytes:
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise _refused(name, "is a folder, not a file" if stat.S_ISDIR(mode) else "is not a regular file")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused(name, f"cannot be read: {error.strerror}") from None


def _refused(name: str, message: str) -> Unreadable:
    return Unreadable(Problem(origin=Origin(source=name), message=message))
