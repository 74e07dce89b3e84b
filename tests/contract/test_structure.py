"""The shape of the code: files and functions that fit on a screen or two, and modules that do not import each other in a circle."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINES_OF_A_FILE, LINES_OF_A_FUNCTION = 300, 40


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def test_a_file_has_at_most_300_lines() -> None:
    sizes = {
        path: len(path.read_text("utf-8").splitlines()) for path in sources("lambda_ci", "tests", "tools", "bench")
    }
    assert {str(path.relative_to(ROOT)): size for path, size in sizes.items() if size > LINES_OF_A_FILE} == {}


def test_a_function_has_at_most_40_lines() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for path in sources("lambda_ci", "tools")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.end_lineno
    }
    assert {name: lines for name, lines in found.items() if lines > LINES_OF_A_FUNCTION} == {}


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Neither for their types: what two modules need of each other is a third one's."""
    modules = {module(path): path for path in sources("lambda_ci")}
    imports = {name: {one for one in imported(path) if one in modules} - {name} for name, path in modules.items()}
    TopologicalSorter(imports).prepare()


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> set[str]:
    """The names that may be modules: what is imported, and where from."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
        elif isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
    return found
