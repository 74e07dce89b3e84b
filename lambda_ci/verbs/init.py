"""``lambda-ci init``: a first lambda-ci.yml."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.errors import ConfigurationError
from lambda_ci.model.platform import facts
from lambda_ci.model.result import RunResult
from lambda_ci.verbs.command import Command, add_json
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pydantic import JsonValue

    from lambda_ci.verbs.world import World

_FILE = "lambda-ci.yml"
_FOLDERS = (".", "src")
_HANDLERS = ("handler", "lambda_handler")
_NO_NAME = frozenset({"true", "false", "null"})
_SAMPLE = 'def handler(event, context):\n    return {"message": f"Hello, {event[\'name\']}!"}\n'
_TEMPLATE = """\
# Every setting: docs/reference.md, `lambda-ci check --help`.
version: 1
project: {name}
functions:
  {name}:
    source: {source}
    handler: {handler}
    runtime: {runtime}
    role: arn:aws:iam::123456789012:role/{name}   # what the function may do on AWS: the ARN of a role of yours
"""
_TESTED = """\
    smoke:                                # a new version must pass these before callers get it
      - payload: {name: Ada}
        expect: {json: {message: "Hello, Ada!"}}
"""
_UNTESTED = """\
    # smoke:                              # a new version must pass these before callers get it
    #   - payload: {}
    #     expect: {status: 200}
"""


@dataclass(frozen=True, kw_only=True)
class _Start:
    """What there is to begin with. ``files``: those to write, text by path below the folder."""

    source: str
    handler: str
    guessed: bool
    """Whether no function there is called as handlers usually are."""
    files: dict[str, str]


class Init(Command):
    DESCRIPTION = (
        "Writes a first lambda-ci.yml for the function `handler` or `lambda_handler` in a Python file of this folder or of src; "
        "where there are no Python files, src/app.py as well. Overwrites nothing."
    )

    @staticmethod
    def declare(parser: argparse.ArgumentParser) -> None:
        add_json(parser)

    def run(self, world: World) -> Outcome:
        started = world.clock.monotonic()
        start = _start(world.cwd)
        for name, text in start.files.items():
            _write(world.cwd / name, text)
        document: Mapping[str, JsonValue] = {
            "version": 1,
            "written": list(start.files),
            "source": start.source,
            "handler": start.handler,
            "guessed": start.guessed,
        }
        result = RunResult(verb="init", functions=(), seconds=world.clock.monotonic() - started)
        return Outcome(result=result, text=_text(start), document=document)


def _start(folder: Path) -> _Start:
    modules = [(source, path) for source in _FOLDERS for path in sorted((folder / source).glob("*.py"))]
    found = next(((source, f"{path.stem}.{name}") for source, path in modules for name in _handlers(path)), None)
    first = next(((source, f"{path.stem}.handler") for source, path in modules if path.stem.isidentifier()), None)
    source, handler = found or first or ("src", "app.handler")
    values = {"name": _name(folder), "source": source, "handler": handler, "runtime": _runtime()}
    text = _TEMPLATE.format(**values) + (_UNTESTED if modules else _TESTED)
    files = {_FILE: text} if modules else {_FILE: text, "src/app.py": _SAMPLE}
    return _Start(source=source, handler=handler, guessed=bool(modules and not found), files=files)


def _handlers(path: Path) -> Iterator[str]:
    """The functions of a module that are called as handlers usually are."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    there = {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}
    there |= {
        target.id
        for one in tree.body
        if isinstance(one, ast.Assign)
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    yield from (name for name in _HANDLERS if name in there and path.stem.isidentifier())


def _name(folder: Path) -> str:
    name = re.sub(r"[^a-zA-Z0-9-]+", "-", folder.name)[:40].strip("-")
    return name if name[:1].isalpha() and name.lower() not in _NO_NAME else f"function-{name}".strip("-")


def _runtime() -> str:
    """That of the Python here, which can then compile and import the package; the newest where Lambda has no such."""
    own = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return own if own in facts().runtimes else facts().newest_runtime


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise ConfigurationError(f"{path.name} is here already", fix="change it, or go to another folder") from error
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}", fix="go to another folder") from error


def _text(start: _Start) -> str:
    written = f"{' and '.join(start.files)} written"
    if start.guessed:
        names = " or ".join(_HANDLERS)
        return f"{written}: no function here is called {names}; put yours in the place of {start.handler}, and its folder in that of `source`\nnext: lambda-ci check"
    return f"{written}: the handler is {start.handler} in {start.source}\nnext: lambda-ci check, lambda-ci build, lambda-ci deploy --local"
