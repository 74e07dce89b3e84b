"""The files that a function's description names: there, readable, and which dependency file is meant."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.inputs.wording import quoted
from lambda_ci.model.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_ci.inputs.located import Located

REQUIREMENTS = ("pylock.toml", "uv.lock", "poetry.lock", "Pipfile.lock", "requirements.txt", "pyproject.toml")
"""The dependency files that are found by themselves, the first one wins."""
_LOCKS_OF_PROJECTS = ("uv.lock", "poetry.lock")
_LOCKS = ("pylock.toml", *_LOCKS_OF_PROJECTS, "Pipfile.lock")
_NAMED_LOCK = re.compile(r"pylock\.[^.]+\.toml")
_WRITTEN_HERE = re.compile(r"-python3-\d+-(x86_64|arm64)")
"""In the names of the locks that `lambda-ci lock` writes: each belongs to the dependency file that it was made of."""
_SCRIPT = re.compile(rb"(?m)^# /// script\s*$")


@dataclass(frozen=True, kw_only=True)
class Files:
    """The files of one function, absolute, and what is wrong with them."""

    source: Path
    requirements: Path | None
    problems: tuple[Problem, ...]


def find_files(function: Located, *, root: Path) -> Files:
    """Look at every file that the function names, relative to ``root``."""
    source = _path(root, _text(function, "source") or ".")
    problems = list(_source(function, source))
    declared = function.at("requirements")
    if declared is None:
        requirements, found = _detected(function, source)
    else:
        requirements, found = _declared(declared, root)
    cases = (function.at("smoke") or function).elements
    payloads = [problem for case in cases for problem in _payload(case, root)]
    return Files(source=source, requirements=requirements, problems=(*problems, *found, *payloads))


@dataclass(frozen=True, kw_only=True)
class LayerFiles:
    """The files of one layer, absolute, and what is wrong with them. ``source`` is ``None`` where it holds dependencies only."""

    source: Path | None
    requirements: Path | None
    problems: tuple[Problem, ...]


def find_layer_files(layer: Located, *, root: Path) -> LayerFiles:
    """Look at every file that a layer names, relative to ``root``."""
    if layer.at("source") is not None:
        files = find_files(layer, root=root)
        return LayerFiles(source=files.source, requirements=files.requirements, problems=files.problems)
    declared = layer.at("requirements")
    if declared is None or declared.value is False:
        problem = layer.problem(
            "is required, or `source`: there is nothing to put into the layer", missing="requirements"
        )
        return LayerFiles(source=None, requirements=None, problems=(problem,))
    requirements, problems = _declared(declared, root)
    return LayerFiles(source=None, requirements=requirements, problems=tuple(problems))


def _text(node: Located, name: str) -> str:
    found = node.at(name)
    return found.value if found is not None and isinstance(found.value, str) else ""


def _path(root: Path, text: str) -> Path:
    """Absolute and without ``..``; links are kept."""
    return Path(os.path.normpath(root / text))


def _source(function: Located, source: Path) -> Iterator[Problem]:
    node = function.at("source")
    if node is not None and not isinstance(node.value, str):
        return
    if message := _unusable(source, folder=True):
        given = quoted(_text(function, "source") or ".") if node is None or not node.secret else "the path"
        yield node.problem(f"{given} {message}") if node else function.problem(f"{given} {message}", missing="source")


def _unusable(path: Path, *, folder: bool = False) -> str:
    """Why a path cannot be read, or nothing."""
    try:
        if folder and path.is_dir():
            next(path.iterdir(), None)
        elif path.is_dir():
            return "is a folder, not a file"
        elif not path.exists():
            return "does not exist"
        elif not path.is_file():
            return "is not a regular file"
        else:
            path.open("rb").close()
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return ""


def _declared(node: Located, root: Path) -> tuple[Path | None, list[Problem]]:
    if not isinstance(node.value, str):
        return None, []
    path = _path(root, node.value)
    message = _unusable(path)
    shown = quoted(node.value) if not node.secret else "the path"
    return path, [node.problem(f"{shown} {message}")] if message else []


def _detected(function: Located, source: Path) -> tuple[Path | None, list[Problem]]:
    """The dependency file in the source folder, or a source that is one file and says itself what it needs (PEP 723).

    A lock with a name (PEP 751) counts where nothing else is there: it may be for development. A warning where several could
    be meant, an error where nothing tells which.
    """
    if not os.path.isdir(source):  # noqa: PTH112 - Path.is_dir raises where a folder above cannot be read
        return (source if _is_script(source) else None), []
    chooses = function.at("groups") is not None or function.at("extras") is not None
    there = [name for name in REQUIREMENTS if _declares(source / name, chooses=chooses)]
    if there and there[0] in _LOCKS_OF_PROJECTS:
        there = [name for name in there if name != "pyproject.toml"]
    there += [name for name in _named_locks(source) if not there or there[0] not in _LOCKS]
    if not there:
        return None, []
    if len(there) > 1 and _NAMED_LOCK.fullmatch(there[0]):
        message = f"is required: {' and '.join(there)} are there, and nothing tells which one this is for"
        return None, [function.problem(message, missing="requirements")]
    others = " and ".join(there[1:])
    message = f"{there[0]} is used, although {others} {'is' if len(there) == 2 else 'are'} there as well; say which one"
    ambiguous = function.problem(message, missing="requirements", severity=Severity.WARNING)
    return source / there[0], [ambiguous] if others else []


def _named_locks(source: Path) -> list[str]:
    """What cannot be read is said elsewhere."""
    try:
        names = os.listdir(source)  # noqa: PTH208 - names are all that is wanted
    except OSError:
        return []
    return sorted(name for name in names if _NAMED_LOCK.fullmatch(name) and not _WRITTEN_HERE.search(name))


def _is_script(path: Path) -> bool:
    """Whether a Python file has script metadata. What cannot be read is said elsewhere."""
    try:
        return path.suffix == ".py" and bool(_SCRIPT.search(path.read_bytes()))
    except (OSError, ValueError):
        return False


def _declares(path: Path, *, chooses: bool) -> bool:
    """Whether a file is there and declares dependencies. A pyproject.toml may hold nothing but settings of tools; the groups
    and extras in it count where the function ``chooses`` some. A uv.lock means something beside a pyproject.toml only."""
    if not path.is_file() or (path.name == "uv.lock" and not path.with_name("pyproject.toml").is_file()):
        return False
    if path.name != "pyproject.toml":
        return True
    import tomllib

    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return True
    project = document.get("project", {})
    if not isinstance(project, dict):
        return False
    dynamic = project.get("dynamic", ())
    offered = project.get("optional-dependencies") or document.get("dependency-groups")
    offered = offered or "optional-dependencies" in dynamic
    declared = project.get("dependencies") or "dependencies" in dynamic
    return bool(declared or (chooses and offered))


def _payload(case: Located, root: Path) -> Iterator[Problem]:
    node = case.at("payload-file")
    if node is None or not isinstance(node.value, str):
        return
    if case.at("payload") is not None:
        yield node.key_problem("`payload` is here as well; write one of them")
    path = _path(root, node.value)
    shown = quoted(node.value) if not node.secret else "the file"
    if (message := _unusable(path)) or (message := _not_json(path)):
        yield node.problem(f"{shown} {message}")


def _not_json(path: Path) -> str:
    try:
        json.loads(path.read_bytes())
    except json.JSONDecodeError as error:
        return f"is not JSON: {error.msg} at {error.lineno}:{error.colno}"
    except (OSError, ValueError, RecursionError):
        return "is not JSON text in UTF-8"
    return ""
