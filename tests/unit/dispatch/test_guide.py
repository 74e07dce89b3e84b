"""The example in docs/dispatch.md runs as it is written."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from lambda_ci.dispatch import LambdaHandler

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "dispatch.md").read_text("utf-8")


def block(after: str, language: str = "python") -> str:
    """The first block of code after some words of the guide."""
    found = re.search(rf"{re.escape(after)}.*?```{language}\n(.*?)```", GUIDE, re.DOTALL)
    assert found, after
    return found[1]


def test_the_example_prints_what_the_guide_says(tmp_path: Path) -> None:
    for name in ("prices.py", "orders.py", "try_it.py"):
        (tmp_path / name).write_text(block(f"`{name}`"), "utf-8")
    environ = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "try_it.py"]
    run = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert run.stdout == block("It prints", "text")
    assert run.stderr.endswith("KeyError: 'coffee'\n")


def test_the_execution_context_of_the_guide_is_one() -> None:
    names: dict[str, type] = {}
    exec(block("it need not inherit"), names)
    assert LambdaHandler(names["Shop"]()).config.get("TABLE", "none") == "orders"
