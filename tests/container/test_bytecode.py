"""Bytecode compiled in the image of the runtime."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from lambda_ci.adapters.docker import OWNER
from lambda_ci.adapters.interpreter import Absent, Interpreter, Interpreters
from lambda_ci.adapters.uv import Uv
from lambda_ci.main import SystemClock
from lambda_ci.model.spec.packages import BuildSpec
from tests.fakes.compiling import Bench
from tests.fakes.quiet import quiet
from tests.fakes.wheels import wheel as made
from tests.fakes.workshop import HERE, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import DockerClient

    from lambda_ci.model.artifact import Wheel


@pytest.fixture
def inside(base: str) -> Iterator[Interpreter]:
    with Interpreters(uv=Uv(dict(os.environ)), console=quiet(SystemClock())[0]) as interpreters:
        build = BuildSpec.model_validate({"image": base, "backend": "container"})
        found = interpreters.of(HERE, build, native=False, required=False)
        assert not isinstance(found, Absent), found
        yield found


def _wheel(bench: Bench) -> Wheel:
    folder = Path(requests.__file__).parent
    sources = {f"requests/{path.name}": path.read_bytes() for path in sorted(folder.glob("*.py"))}
    return made(bench.cache / "sha256" / "ab" / "ab", "requests", sources)


def test_the_image_compiles_the_same_bytes_as_the_python_it_was_made_of(inside: Interpreter, tmp_path: Path) -> None:
    here, there = Bench(tmp_path / "here"), Bench(tmp_path / "there", instead=inside)
    for bench in (here, there):
        bench.folder.mkdir()
    (expected,), (found,) = here.wheels(_wheel(here)), there.wheels(_wheel(there))
    assert found.sha256 == expected.sha256
    assert there.sources({"app.py": b"x = 1"}) is not None
    again = _wheel(there)
    assert there.wheels(again) == [found]
    assert there.compiled == 0


def test_a_build_in_the_image_is_reported_with_its_digest(engine: DockerClient, base: str, tmp_path: Path) -> None:
    done = _build(base, tmp_path)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "dist/one.zip") as package:
        assert package.namelist() == [f"__pycache__/app.cpython-{VERSION.replace('.', '')}.pyc", "app.py"]
    assert f'"place": "{base} (sha256:' in done.stdout
    papers = json.loads((tmp_path / "dist/one.provenance.json").read_text("utf-8"))
    assert papers["predicate"]["buildDefinition"]["resolvedDependencies"][-1] == {
        "name": base,
        "digest": {"sha256": str(engine.images.get(base).id).removeprefix("sha256:")},
        "annotations": {"use": "bytecode was compiled in it"},
    }


def test_a_killed_run_leaves_a_container_that_the_next_one_removes(
    engine: DockerClient, base: str, tmp_path: Path
) -> None:
    _project(tmp_path)
    with subprocess.Popen(_command(base), cwd=tmp_path, env=_environ(tmp_path), stderr=subprocess.PIPE) as process:
        left = _containers_of(engine, process)
        process.send_signal(signal.SIGKILL)
    done = _build(base, tmp_path)
    assert done.returncode == 0, done.stderr
    assert left
    assert not {one.id for one in engine.containers.list(all=True)} & left


def _containers_of(engine: DockerClient, process: subprocess.Popen[bytes]) -> set[str]:
    """The containers that a process has started, as soon as there is one, or at its end."""
    found: set[str] = set()
    while not found and process.poll() is None:
        for one in engine.containers.list(filters={"label": OWNER}):
            if one.labels[OWNER].split()[2:3] == [str(process.pid)]:
                found.add(str(one.id))
    return found


def _project(folder: Path) -> None:
    (folder / "src").mkdir(exist_ok=True)
    (folder / "src" / "app.py").write_text("def handler(event, context): ...\n")


def _command(base: str) -> list[str]:
    flags = ["--function-name", "one", "--source", "src", "--handler", "app.handler", "--runtime", HERE.runtime]
    flags += ["--build-image", base, "--build-backend", "container", "--json"]
    return [sys.executable, "-m", "lambda_ci", "build", *flags]


def _environ(folder: Path) -> dict[str, str]:
    return os.environ | {"LAMBDA_CI_CACHE": str(folder / "cache"), "LAMBDA_CI_BUILD_IMPORT_CHECK": "never"}


def _build(base: str, folder: Path) -> subprocess.CompletedProcess[str]:
    _project(folder)
    return subprocess.run(
        _command(base), cwd=folder, env=_environ(folder), capture_output=True, text=True, timeout=300, check=False
    )
