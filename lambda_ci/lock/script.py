"""The dependencies of a Python file that carries its own metadata (PEP 723)."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from lambda_ci.errors import BuildError
from lambda_ci.lock.demand import Source, demand
from lambda_ci.lock.kinds import Kind
from lambda_ci.lock.project import check_python
from lambda_ci.lock.reading import read_bytes, table, texts
from lambda_ci.lock.selection import DEFAULT, Selection, refuse
from lambda_ci.lock.workspace import settings_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lambda_ci.model.target import Target

_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
"""As the specification has it (packaging.python.org, inline script metadata)."""

_UNHEEDED = ("sources", "index", "exclude-newer", "exclude-newer-package")


def read_script(path: Path, *, target: Target, selection: Selection = DEFAULT, has_lock: bool = False) -> Source:
    """Raises BuildError for a file without such metadata, with two of them, with what is not TOML, and, where it ``has_lock`` not,
    with what uv heeds only when it locks."""
    refuse(selection, path, what="script metadata (PEP 723)")
    content = read_bytes(path)
    document = metadata(content, path)
    check_python({"project": document}, path=path, target=target)
    if not has_lock:
        _refuse_unheeded(document, path)
    lines = texts(document.get("dependencies"))
    block = repr(sorted(table(document).items(), key=str)).encode()
    return Source(
        path=path,
        kind=Kind.SCRIPT,
        contents=(block,),
        lines=lines,
        demands=tuple(found for line in lines if (found := demand(line, target=target))),
        files=(path.name,),
    )


def _refuse_unheeded(document: Mapping[str, Any], path: Path) -> None:
    """Measured with uv 0.13.8: ``uv pip compile`` takes ``constraint-dependencies`` and ``index-url`` of a script, and these not:
    a package would come from somewhere else than its author wrote."""
    if unheeded := [name for name in _UNHEEDED if name in settings_of(document)]:
        raise BuildError(
            f"{path} cannot be resolved without a lock, because of `{unheeded[0]}` under [tool.uv] in its script metadata",
            why="uv heeds that only when it locks the script",
            fix=f"run `uv lock --script {path.name}` and commit the {path.name}.lock that it writes",
        )


def metadata(content: bytes, path: Path) -> dict[str, Any]:
    """The metadata of the script in ``path``, as TOML has it. Raises BuildError where there is none, or too much."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise BuildError(f"{path} is not UTF-8 text", why=str(error), fix="save it as UTF-8") from error
    blocks = [found["content"] for found in _BLOCK.finditer(text) if found["type"] == "script"]
    if len(blocks) != 1:
        raise BuildError(
            f"{path} has {'two' if blocks else 'no'} script metadata{' blocks' if blocks else ''} (PEP 723)",
            why="a Python file declares its dependencies in one block of comments that begins with `# /// script`",
            fix="keep one of them" if blocks else "add it (`uv add --script`), or name another file in `requirements`",
        )
    lines = [line.removeprefix("#").removeprefix(" ") for line in blocks[0].splitlines()]
    try:
        return tomllib.loads("\n".join(lines))
    except (ValueError, RecursionError) as error:
        raise BuildError(
            f"the script metadata of {path} is not valid TOML", why=str(error), fix="correct it"
        ) from error
