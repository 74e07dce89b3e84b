"""Several builds at the same time: in one container, in several, and what the failure of one does to the others."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import BuildError
from tests.container.builders.conftest import containers
from tests.fakes.extensions import archive
from tests.fakes.extensions import files as extension
from tests.fakes.sources import sdist
from tests.fakes.workshop import WorkshopBench

if TYPE_CHECKING:
    from docker import DockerClient

NAMES = ("one", "two", "three", "four")
MEETING = (
    "folder = pathlib.Path('/tmp/meeting'); folder.mkdir(exist_ok=True); (folder / NAME).touch();"
    "end = time.monotonic() + 60\n"
    "    while len(list(folder.iterdir())) < 2 and time.monotonic() < end: time.sleep(0.05)\n"
    "    assert len(list(folder.iterdir())) >= 2, 'nobody else builds here'"
)
"""A build that ends only when another one has begun in the same container."""


def test_builds_run_at_the_same_time_in_one_container(bench: WorkshopBench, base: str) -> None:
    bench.threads = 4
    sources = [bench.archive(name, sdist(name, body=MEETING)) for name in NAMES]
    wheels = bench.build(*[bench.job(source, backend="container", image=base) for source in sources])
    assert [wheel.name for wheel in wheels] == list(NAMES)
    assert bench.shown.count(f"{base} is ") == 1
    announced = [line.split()[0] for line in bench.shown.splitlines() if " building it in " in line]
    assert announced == list(NAMES)


def test_what_is_compiled_at_the_same_time_is_what_is_compiled_alone(bench: WorkshopBench, compiler: str) -> None:
    contents = {name: archive(name, extension(name)) for name in NAMES}
    found = []
    for threads in (1, 4):
        other = WorkshopBench(
            folder=bench.folder / str(threads), environ=bench.environ, hosts=bench.hosts, threads=threads
        )
        other.folder.mkdir()
        jobs = [other.job(other.archive(name, content), image=compiler) for name, content in contents.items()]
        found.append([wheel.sha256 for wheel in other.build(*jobs)])
    assert found[0] == found[1]


def test_the_first_failure_stops_the_others_at_once(bench: WorkshopBench, engine: DockerClient, base: str) -> None:
    bench.threads = 4
    failing = MEETING + "; raise SystemExit('error: this one fails')"
    waiting = MEETING + "; time.sleep(3600)"
    bodies = {"one": waiting, "two": failing, "three": waiting}
    sources = [bench.archive(name, sdist(name, body=body)) for name, body in bodies.items()]
    with pytest.raises(BuildError, match=r"two 1\.0 could not be built") as caught:
        bench.build(*[bench.job(source, backend="container", image=base) for source in sources])
    assert "this one fails" in caught.value.why
    assert bench.shown.count("this one fails") == 1
    assert containers(engine) == []


def test_the_same_source_for_two_functions_is_built_once(bench: WorkshopBench, base: str) -> None:
    source = bench.archive("demo", sdist("demo"))
    jobs = [bench.job(source, backend="container", image=base, timeout=minutes) for minutes in (5, 6)]
    first, second = bench.build(*jobs)
    assert first == second
    assert bench.shown.count("built demo") == 1
    with zipfile.ZipFile(first.path) as wheel:
        assert "demo.py" in wheel.namelist()
