"""The dependencies of a Python file that carries its own metadata (PEP 723)."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError
from lambda_ci.lock.demand import Source, demand
from lambda_ci.lock.kinds import Kind
from lambda_ci.lock.project import check_python
from lambda_ci.lock.reading import read_bytes, table, texts
from lambda_ci.lock.selection import DEFAULT, Selection, refuse

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.model.target import Target

_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
"""As the specification has it (packaging.python.org, inline script metadata)."""


def read_script(path: Path, *, target: Target, selection: Selection = DEFAULT) -> Source:
    """Raises BuildError for a file without such metadata, with two of them, or with what is not TOML."""
    refuse(selection, path, what="script metadata (PEP 723)")
    content = read_bytes(path)
    document = _metadata(content, path)
    check_python({"project": document}, path=path, target=target)
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


def _metadata(content: bytes, path: Path) -> dict[str, object]:
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
