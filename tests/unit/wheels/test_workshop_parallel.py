"""Builds on this machine, several at the same time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lambda_ci.adapters.host import Host
from lambda_ci.errors import BuildError
from tests.fakes.processes import ended
from tests.fakes.sources import sdist
from tests.fakes.workshop import VERSION, WorkshopBench

NAMES = ("one", "two", "three")
OTHER = Host(machine="x86_64", glibc=(2, 99), python=Path(sys.executable), identity="cpython")


@pytest.fixture
def bench(tmp_path: Path) -> WorkshopBench:
    (tmp_path / "meeting").mkdir()
    return WorkshopBench(folder=tmp_path, hosts={VERSION: OTHER}, threads=3)


def _meeting(bench: WorkshopBench, then: str = "") -> str:
    """Python that goes on when all have come, each of which leaves the number of its process."""
    return (
        f"folder = pathlib.Path({str(bench.folder / 'meeting')!r}); (folder / NAME).write_text(str(os.getpid()));"
        f"end = time.monotonic() + 60\n"
        f"    while len(list(folder.iterdir())) < {len(NAMES)} and time.monotonic() < end: time.sleep(0.02)\n"
        f"    assert len(list(folder.iterdir())) == {len(NAMES)}, 'nobody else builds here'\n"
        f"    {then or 'pass'}"
    )


def test_builds_run_at_the_same_time_and_come_back_in_order(bench: WorkshopBench) -> None:
    jobs = [bench.job(bench.archive(name, sdist(name, body=_meeting(bench)))) for name in NAMES]
    assert [wheel.name for wheel in bench.build(*jobs)] == list(NAMES)
    announced = [line.split()[0] for line in bench.shown.splitlines() if " building it in place" in line]
    assert announced == list(NAMES)
    assert bench.shown.count("built ") == len(NAMES)


def test_the_first_failure_ends_the_processes_of_the_others_and_is_the_only_one_told(bench: WorkshopBench) -> None:
    after = {"one": "time.sleep(3600)", "two": "sys.exit('error: this one fails')", "three": "time.sleep(3600)"}
    jobs = [bench.job(bench.archive(name, sdist(name, body=_meeting(bench, then)))) for name, then in after.items()]
    with pytest.raises(BuildError, match=r"two 1\.0 could not be built in place") as caught:
        bench.build(*jobs)
    assert "this one fails" in caught.value.why
    for file in (bench.folder / "meeting").iterdir():
        assert ended(int(file.read_text())), file.name
    assert "one 1.0 could not" not in bench.shown


def test_one_thread_builds_one_after_the_other(bench: WorkshopBench) -> None:
    bench.threads = 1
    alone = (
        f"folder = pathlib.Path({str(bench.folder / 'meeting')!r}); assert not list(folder.iterdir());"
        "(folder / NAME).touch(); time.sleep(0.2); (folder / NAME).unlink()"
    )
    jobs = [bench.job(bench.archive(name, sdist(name, body=alone))) for name in NAMES]
    assert len(bench.build(*jobs)) == len(NAMES)
