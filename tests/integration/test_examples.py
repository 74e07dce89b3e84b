"""The examples build, and deploy to the embedded AWS, where their smoke tests pass."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).resolve().parents[2]
EXAMPLES = {"hello": 1, "api": 1, "shop": 12}
pytestmark = [pytest.mark.network, pytest.mark.local_aws]


@dataclass(frozen=True)
class Machine:
    """A copy of the examples, and a cache and an embedded AWS of its own."""

    root: Path

    def lambda_ci(self, example: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("LAMBDA_CI_", "AWS_", "INPUT_"))
        }
        environ = kept | {"LAMBDA_CI_CACHE": str(self.root / "cache"), "PYTHONPATH": str(CHECKOUT)}
        command = [sys.executable, "-m", "lambda_ci", *arguments]
        return subprocess.run(
            command, check=False, cwd=self.root / example, env=environ, capture_output=True, text=True, timeout=600
        )

    def document(self, example: str, *arguments: str) -> dict[str, Any]:
        done = self.lambda_ci(example, *arguments, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        document: dict[str, Any] = json.loads(done.stdout)
        return document


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    root = tmp_path_factory.mktemp("examples")
    for example in EXAMPLES:
        shutil.copytree(CHECKOUT / "examples" / example, root / example)
        config = root / example / "lambda-ci.yml"
        # Twelve functions that start at once on a busy machine take longer than on Lambda.
        config.write_text(re.sub(r"(max-duration|timeout): \d+", r"\1: 900", config.read_text("utf-8")), "utf-8")
    machine = Machine(root)
    yield machine
    machine.lambda_ci("hello", "local", "stop")


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_builds_the_same_bytes_twice(machine: Machine, example: str) -> None:
    first, second = (machine.document(example, "build")["functions"] for _ in range(2))
    assert len(first) == EXAMPLES[example]
    assert all(Path(one["path"]).exists() for one in first.values())
    assert {name: one["sha256"] for name, one in first.items()} == {name: one["sha256"] for name, one in second.items()}


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_needs_nothing_that_its_requirements_do_not_name(machine: Machine, example: str) -> None:
    requirements = machine.root / example / "requirements.txt"
    named = {line.partition("==")[0] for line in requirements.read_text().split()} if requirements.exists() else set()
    for function in machine.document(example, "build")["functions"].values():
        used = {one["name"].lower().replace("_", "-") for one in function["distributions"] if one["name"]}
        assert used - {"lambda-ci"} == named


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_deploys_and_passes_its_smoke_tests(machine: Machine, example: str) -> None:
    functions = machine.document(example, "deploy", "--local")["functions"]
    assert len(functions) == EXAMPLES[example]
    for function in functions.values():
        assert function["version"] == "1"
        assert function["alias"] == "live"
        assert function["smoke"]
        assert all(case["passed"] for case in function["smoke"])
    assert machine.document(example, "plan", "--local")["changed"] is False
