"""What a Python that fails costs: the bytecode where it is wanted, the build where it is required."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.errand import Late
from lambda_ci.adapters.interpreter import Absent, Interpreters
from lambda_ci.adapters.process import Completed
from lambda_ci.adapters.uv import Uv
from lambda_ci.errors import BuildError, LambdaCiError
from lambda_ci.model.artifact import Lock
from lambda_ci.model.settings import Settings
from lambda_ci.model.spec.project import AwsSpec
from lambda_ci.package.cache.key import measured
from lambda_ci.package.sources import own_files
from lambda_ci.verbs.building.bytecode import Bytecode, bytecode
from lambda_ci.verbs.building.parts import dependencies
from tests.fakes.interpreter import FakeInterpreter
from tests.fakes.project import HANDLER, Project
from tests.fakes.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lambda_ci.adapters.errand import Interpreter
    from lambda_ci.model.artifact import Compiled
    from lambda_ci.model.spec.packages import BuildSpec
    from lambda_ci.model.target import Target

LATE = Late("Python did not end within 900 s and was stopped", fix="try again")
DEAD = Completed(returncode=137, stdout="", stderr="Killed")


class Only(Interpreters):
    """There is one, or none."""

    def __init__(self, found: Interpreter | Absent) -> None:
        super().__init__(uv=Uv({}), console=quiet()[0])
        self.found = found

    def of(self, target: Target, build: BuildSpec, *, native: bool, required: bool) -> Interpreter | Absent:  # noqa: ARG002
        return self.found


class Run:
    """One function with one wheel, up to where it would be packaged."""

    def __init__(self, root: Path, wish: str) -> None:
        self.project = Project(root, spec={"package": {"bytecode": wish}})
        self.project.write("app.py", HANDLER)
        self.project.wheel("one", {"one.py": b"x = 1"})
        self.function = self.project.function
        self.settings = Settings(
            root=root,
            config=None,
            project="shop",
            stage=None,
            aws=AwsSpec.model_validate({}),
            staging=None,
            functions=(self.function,),
            output_dir=root / "dist",
            cache_dir=root / "cache",
        )

    def compiled(self, bytecode: Bytecode) -> tuple[Compiled, int]:
        """What the package is given, and how many overlays its wheel has."""
        lock = Lock(target=self.function.spec.target, pylock=None, root=self.project.root, origin="", pinned=True)
        key = dependencies(self.function)
        having = bytecode.attached({key: (lock, self.project.wheels)}, self.settings)[key]
        assert not isinstance(having, LambdaCiError)
        own, rows = measured(own_files(self.function, keep_out=()))
        return bytecode.of(self.function, own, rows), len(having[1][0].overlays)

    @contextmanager
    def with_python(self, found: Interpreter | Absent) -> Iterator[Bytecode]:
        with bytecode(self.settings, Only(found), quiet()[0]) as made:
            yield made


def test_wheels_and_own_files_get_theirs(tmp_path: Path) -> None:
    run = Run(tmp_path, "auto")
    with run.with_python(FakeInterpreter()) as made:
        compiled, overlays = run.compiled(made)
    assert (compiled.place, len(compiled.own), overlays) == ("Python 3 of the tests", 1, 1)


@pytest.mark.parametrize(
    ("python", "why"),
    [
        (FakeInterpreter(error=LATE), "Python did not end within 900 s"),
        (FakeInterpreter(completed=DEAD), "Python 3 of the tests could not compile bytecode (exit code 137): Killed"),
        (Absent(why="there is no Python"), "there is no Python"),
    ],
)
def test_a_python_that_fails_costs_only_the_bytecode(tmp_path: Path, python: Interpreter | Absent, why: str) -> None:
    run = Run(tmp_path, "auto")
    with run.with_python(python) as made:
        compiled, overlays = run.compiled(made)
    assert (compiled.place, compiled.own, overlays) == ("", (), 0)
    assert compiled.why.startswith(why)


@pytest.mark.parametrize("python", [FakeInterpreter(error=LATE), FakeInterpreter(completed=DEAD), Absent(why="none")])
def test_a_python_that_fails_is_an_error_where_it_is_required(tmp_path: Path, python: Interpreter | Absent) -> None:
    run = Run(tmp_path, "required")
    with run.with_python(python) as made, pytest.raises(BuildError, match="there is no bytecode for orders") as caught:
        run.compiled(made)
    assert caught.value.why
    assert "package.bytecode: auto" in caught.value.fix


def test_a_python_that_fails_at_the_own_files_costs_all_bytecode(tmp_path: Path) -> None:
    run, python = Run(tmp_path, "auto"), FakeInterpreter()
    with run.with_python(python) as made:
        run.compiled(made)
        python.completed = DEAD
        run.project.write("app.py", "changed = True\n" + HANDLER)
        compiled, _ = run.compiled(made)
    assert compiled.place == ""
    assert "exit code 137" in compiled.why
