"""A build that is stopped, by its deadline, by a signal or by the machine: nothing stays, and the next one is right."""

from __future__ import annotations

import random
import signal
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import BuildError
from tests.container.builders.command import Command
from tests.container.builders.conftest import containers
from tests.fakes.extensions import archive
from tests.fakes.extensions import files as extension
from tests.fakes.sources import files, sdist

if TYPE_CHECKING:
    from docker import DockerClient

    from tests.fakes.workshop import WorkshopBench

SLOW = "time.sleep(3600)"
HEAVY = 3
"""A compiler has some seconds to do with it."""
SIGNALS = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])


def test_a_build_that_is_late_is_stopped(bench: WorkshopBench, base: str) -> None:
    job = bench.job(bench.archive("demo", sdist("demo", body=SLOW)), backend="container", image=base, timeout=0.1)
    with pytest.raises(BuildError, match=r"did not end within 0\.1 minutes") as caught:
        bench.build(job)
    assert "build.timeout" in caught.value.fix


def test_a_compiler_that_is_late_is_stopped(bench: WorkshopBench, compiler: str) -> None:
    source = bench.archive("demo", archive("demo", extension("demo", heavy=300)))
    with pytest.raises(BuildError, match=r"did not end within 0\.15 minutes"):
        bench.build(bench.job(source, image=compiler, timeout=0.15))


@SIGNALS
def test_an_interrupted_build_leaves_no_container(
    bench: WorkshopBench, engine: DockerClient, base: str, number: signal.Signals
) -> None:
    command = Command(folder=bench.folder, engine=engine, image=base)
    command.write(files("local", body=SLOW))
    _interrupted(command, "pip wheel", number)


@SIGNALS
def test_an_interrupted_compiler_leaves_no_container(
    bench: WorkshopBench, engine: DockerClient, compiler: str, number: signal.Signals
) -> None:
    command = Command(folder=bench.folder, engine=engine, image=compiler)
    command.write(extension("demo", heavy=300))
    _interrupted(command, "cc1", number)


def _interrupted(command: Command, text: str, number: signal.Signals) -> None:
    with command.start() as process:
        command.wait_for(text)
        process.send_signal(number)
        _, log = process.communicate(timeout=240)
    assert process.returncode == 130, log
    assert "Traceback" not in log
    assert containers(command.engine) == []
    assert not list((command.folder / "cache").rglob("*.whl"))


def test_the_container_of_a_run_that_was_killed_is_removed_by_the_next(
    bench: WorkshopBench, engine: DockerClient, base: str
) -> None:
    command = Command(folder=bench.folder, engine=engine, image=base)
    command.write(files("local", body=SLOW))
    with command.start() as process:
        left = command.wait_for("pip wheel")
        process.kill()
    assert containers(engine) == [left]
    bench.build(bench.job(bench.archive("demo", sdist("demo")), backend="container", image=base))
    _wait_until_gone(engine)


def test_runs_that_are_killed_at_any_moment_leave_the_next_one_nothing_to_trip_over(
    bench: WorkshopBench, engine: DockerClient, compiler: str
) -> None:
    command = Command(folder=bench.folder, engine=engine, image=compiler)
    command.write(extension("demo", heavy=HEAVY))
    chance = random.Random(20261121)
    for text in ("sleep", "pip wheel", "cc1"):
        with command.start() as process:
            command.wait_for(text)
            time.sleep(chance.uniform(0, 0.4))
            process.kill()
    done = command.run()
    assert done.returncode == 0, done.stderr
    assert "built demo-1.0-" in done.stderr
    _wait_until_gone(engine)
    with zipfile.ZipFile(bench.folder / "dist/hello.zip") as package:
        assert package.testzip() is None
        assert {"app.py", "demo-1.0.dist-info/RECORD"} < set(package.namelist())
    assert [one.name for one in (bench.folder / "cache").rglob("*.part")] == []


def _wait_until_gone(engine: DockerClient) -> None:
    """The engine may still be removing what it was told to remove."""
    deadline = time.monotonic() + 120
    while left := containers(engine):
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
