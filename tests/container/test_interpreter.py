"""The target's Python in the image of the runtime."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.docker import OWNER
from lambda_ci.adapters.docker_owner import owner
from lambda_ci.adapters.interpreter import Absent, Errand, Interpreter, Interpreters, Late
from lambda_ci.adapters.uv import Uv
from lambda_ci.main import SystemClock
from lambda_ci.model.spec.packages import BuildSpec
from lambda_ci.model.target import Architecture, Target
from tests.fakes.quiet import quiet
from tests.fakes.workshop import HERE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker import DockerClient

SECONDS = 60


@pytest.fixture
def interpreters() -> Iterator[Interpreters]:
    with Interpreters(uv=Uv(dict(os.environ)), console=quiet(SystemClock())[0]) as found:
        yield found


@pytest.fixture
def inside(interpreters: Interpreters, base: str) -> Interpreter:
    found = interpreters.of(HERE, _image(base), native=True, required=False)
    assert not isinstance(found, Absent), found
    return found


def _image(name: str) -> BuildSpec:
    return BuildSpec.model_validate({"image": name, "backend": "container"})


def _containers(engine: DockerClient) -> list[str]:
    label = f"{OWNER}={owner(os.getpid())}"
    return [str(one.id) for one in engine.containers.list(all=True, filters={"label": label})]


def test_a_program_runs_in_the_image_with_its_files(inside: Interpreter, base: str, tmp_path: Path) -> None:
    assert inside.is_image
    assert inside.place.startswith(f"{base} (sha256:")
    assert "sha256:" in inside.identity
    (tmp_path / "given").write_bytes(b"x" * 3_000_000)
    code = (
        "import os, sys\n"
        "print(sys.prefix, sys.argv[1:], os.environ['NAME'], os.environ['LAMBDA_TASK_ROOT'], sorted(os.listdir()))\n"
        "open('result', 'wb').write(open('file', 'rb').read() + b'!')\n"
        "os.symlink('/etc/passwd', 'link')\n"
        "sys.exit(3)\n"
    )
    errand = Errand(
        code=code,
        arguments=("two words",),
        files={"file": tmp_path / "given"},
        outputs=("result", "link", "missing"),
        environment={"NAME": "a value"},
        seconds=SECONDS,
        flags=("-S", "-B"),
    )
    done = inside.run(errand, into=tmp_path)
    assert done.returncode == 3, done
    assert done.stdout.strip() == "/var/lang ['two words'] a value /var/task ['errand.py', 'file']"
    assert done.stderr == ""
    assert (tmp_path / "result").read_bytes() == b"x" * 3_000_000 + b"!"
    assert {path.name for path in tmp_path.iterdir()} == {"given", "result"}


def test_one_container_is_used_for_all_and_gone_at_the_end(engine: DockerClient, base: str, tmp_path: Path) -> None:
    with Interpreters(uv=Uv(dict(os.environ)), console=quiet(SystemClock())[0]) as interpreters:
        for native in (True, False):
            found = interpreters.of(HERE, _image(base), native=native, required=False)
            assert not isinstance(found, Absent)
            for _ in range(2):
                done = found.run(
                    Errand(
                        code="import os; print(os.listdir('/tmp')); open('result', 'w')",
                        outputs=("result",),
                        seconds=SECONDS,
                    ),
                    into=tmp_path,
                )
                assert done.stdout.count("lambda-ci-") == 1, "what a program left is gone before the next"
        assert len(_containers(engine)) == 1
    assert _containers(engine) == []


def test_bytecode_only_starts_nothing_until_there_is_something_to_do(engine: DockerClient, base: str) -> None:
    with Interpreters(uv=Uv(dict(os.environ)), console=quiet(SystemClock())[0]) as interpreters:
        other = Target(HERE.runtime, Architecture.ARM64)
        assert not isinstance(interpreters.of(other, _image(base), native=False, required=False), Absent)
        assert _containers(engine) == []


def test_what_hangs_is_stopped_and_the_next_program_runs(inside: Interpreter, tmp_path: Path) -> None:
    with pytest.raises(Late, match="did not end within 2 s"):
        inside.run(Errand(code="import time; time.sleep(600)", seconds=2), into=tmp_path)
    done = inside.run(Errand(code="import os; os.kill(os.getpid(), 9)", seconds=SECONDS), into=tmp_path)
    assert done.returncode == 137
    assert inside.run(Errand(code="print('well')", seconds=SECONDS), into=tmp_path).stdout == "well\n"


def test_an_image_without_that_python_has_no_interpreter(interpreters: Interpreters, base: str) -> None:
    target = Target("python3.9", HERE.architecture)
    found = interpreters.of(target, _image(base), native=True, required=False)
    assert isinstance(found, Absent)
    assert found.why.startswith(f"build.backend is container, and {base} has no CPython 3.9")
    assert "build.image" in found.fix


def test_an_image_is_used_only_where_it_is_there_unless_it_was_asked_for(interpreters: Interpreters) -> None:
    target = Target("python3.98", HERE.architecture)
    found = interpreters.of(target, BuildSpec.model_validate({}), native=False, required=False)
    assert isinstance(found, Absent)
    assert "pulled only where it is asked for" in found.why
    asked = interpreters.of(target, BuildSpec.model_validate({}), native=False, required=True)
    assert isinstance(asked, Absent)
    assert "pulled only where" not in asked.why
