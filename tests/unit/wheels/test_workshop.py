from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from lambda_ci.adapters.host import Host
from lambda_ci.errors import BuildError
from lambda_ci.model.target import Architecture, Target
from lambda_ci.wheels.choice import Unbuilt
from tests.fakes.sources import files, sdist, write
from tests.fakes.workshop import HERE, LIKE, VERSION, WorkshopBench

OTHER = Host(machine="x86_64", glibc=(2, 99), python=Path(sys.executable), identity="cpython")
TAG = f"cp{VERSION.replace('.', '')}-cp{VERSION.replace('.', '')}-linux_x86_64"


@pytest.fixture
def bench(tmp_path: Path) -> WorkshopBench:
    return WorkshopBench(folder=tmp_path, hosts={VERSION: OTHER})


def _members(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def test_a_pure_archive_becomes_a_wheel_once(bench: WorkshopBench) -> None:
    job = bench.job(bench.archive("demo", sdist("demo")))
    (first,) = bench.build(job)
    assert (first.name, first.version, first.filename) == ("demo", "1.0", "demo-1.0-py3-none-any.whl")
    assert "demo.py" in _members(first.path)
    assert "building it in place, because it has no compiled sources" in bench.shown
    assert bench.build(job) == [first]
    assert bench.shown == ""


def test_what_is_cached_needs_neither_its_source_nor_a_build(bench: WorkshopBench) -> None:
    job = bench.job(bench.archive("demo", sdist("demo")))
    bench.build(job)
    bench.obtained.clear()
    bench.build(job)
    assert bench.obtained == []


def test_another_content_is_another_wheel(bench: WorkshopBench) -> None:
    (first,) = bench.build(bench.job(bench.archive("demo", sdist("demo"))))
    (second,) = bench.build(bench.job(bench.archive("demo", sdist("demo", **{"other.py": "x"}))))
    assert "built demo" in bench.shown
    assert first.filename == second.filename


@pytest.mark.parametrize(
    ("name", "again"),
    [("SETUPTOOLS_SCM_PRETEND_VERSION_FOR_DEMO", True), ("SETUPTOOLS_SCM_PRETEND_VERSION_FOR_OTHER", False)],
)
def test_a_variable_that_shapes_the_wheel_makes_another_one(bench: WorkshopBench, name: str, *, again: bool) -> None:
    job = bench.job(bench.archive("demo", sdist("demo")))
    bench.environ[name] = "1.2.3"
    bench.build(job)
    assert bench.build(job)
    assert bench.shown == ""
    bench.environ[name] = "1.2.4"
    bench.build(job)
    assert ("built demo" in bench.shown) == again


def test_a_damaged_wheel_is_built_again(bench: WorkshopBench) -> None:
    job = bench.job(bench.archive("demo", sdist("demo")))
    (first,) = bench.build(job)
    first.path.write_bytes(b"damaged")
    assert bench.build(job) == [first]
    assert "built demo" in bench.shown


@pytest.mark.parametrize("content", ["", "{", "[]", '{"name": 1}', '{"name": "demo"}'])
def test_a_damaged_note_is_no_note(bench: WorkshopBench, content: str) -> None:
    job = bench.job(bench.archive("demo", sdist("demo")))
    bench.build(job)
    for note in (bench.folder / "cache/wheels/built").iterdir():
        note.write_text(content)
    bench.build(job)
    assert "built demo" in bench.shown


def test_a_folder_is_built_anew_when_its_content_changed_and_only_then(bench: WorkshopBench) -> None:
    folder = write(bench.folder / "demo", files("demo"))
    job = bench.job(Unbuilt(name="demo", version="", folder=folder))
    (first,) = bench.build(job)
    (folder / "demo.py").touch()
    assert bench.build(job) == [first]
    assert bench.shown == ""
    (folder / "demo.py").write_text("NAME = 'changed'\n")
    (second,) = bench.build(job)
    assert first.sha256 != second.sha256
    with zipfile.ZipFile(second.path) as archive:
        assert archive.read("demo.py") == b"NAME = 'changed'\n"


def test_the_folder_itself_is_left_as_it_is(bench: WorkshopBench) -> None:
    body = "pathlib.Path('left-behind').touch()"
    folder = write(bench.folder / "demo", files("demo", body=body))
    bench.build(bench.job(Unbuilt(name="demo", version="", folder=folder)))
    assert sorted(path.name for path in folder.iterdir()) == ["backend.py", "demo.py", "pyproject.toml"]


def test_a_subdirectory_of_a_folder(bench: WorkshopBench) -> None:
    write(bench.folder / "repo/python", files("demo"))
    source = Unbuilt(name="demo", version="1.0", folder=bench.folder / "repo", subdirectory="python")
    (wheel,) = bench.build(bench.job(source))
    assert wheel.filename == "demo-1.0-py3-none-any.whl"


def test_a_folder_that_is_gone_is_named(bench: WorkshopBench) -> None:
    with pytest.raises(BuildError, match="is not a folder"):
        bench.build(bench.job(Unbuilt(name="demo", version="", folder=bench.folder / "nowhere")))


needs_git = pytest.mark.skipif(not shutil.which("git"), reason="no git here")


def _git(folder: Path, *arguments: str) -> str:
    identity = {"GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "t"}
    identity |= {"GIT_CONFIG_KEY_1": "user.email", "GIT_CONFIG_VALUE_1": "t@example.org"}
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **identity}
    ).stdout.strip()


@needs_git
def test_a_commit_of_a_repository_is_built_from_that_commit(bench: WorkshopBench) -> None:
    repository = write(bench.folder / "repository", files("demo"))
    _git(repository, "init", "--quiet")
    _git(repository, "add", ".")
    _git(repository, "commit", "--quiet", "--message", "one")
    commit = _git(repository, "rev-parse", "HEAD")
    (repository / "demo.py").write_text("NAME = 'later'\n")
    _git(repository, "commit", "--quiet", "--all", "--message", "two")
    job = bench.job(Unbuilt(name="demo", version="", repository=repository.as_uri(), commit=commit))
    (wheel,) = bench.build(job)
    with zipfile.ZipFile(wheel.path) as archive:
        assert archive.read("demo.py") == b"NAME = 'demo'\n"
    repository.rename(bench.folder / "gone")
    assert bench.build(job) == [wheel]


@needs_git
def test_a_commit_that_is_not_there_is_named(bench: WorkshopBench) -> None:
    repository = write(bench.folder / "repository", files("demo"))
    _git(repository, "init", "--quiet")
    source = Unbuilt(name="demo", version="", repository=repository.as_uri(), commit="0" * 40)
    with pytest.raises(BuildError, match="cannot check out 000000000000 of file://"):
        bench.build(bench.job(source))


def test_a_machine_like_the_runtimes_compiles_in_place(bench: WorkshopBench) -> None:
    bench.hosts = {VERSION: LIKE}
    more = {"demo.c": "int x;"}
    (wheel,) = bench.build(bench.job(bench.archive("demo", sdist("demo", tag=TAG, **more))))
    assert wheel.filename == f"demo-1.0-{TAG}.whl"
    assert "in place, because this machine runs Python" in bench.shown


def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        bench = WorkshopBench(folder=tmp_path / name, hosts={VERSION: LIKE})
        body = "assert os.environ['SOURCE_DATE_EPOCH'] == '315532800'; assert os.environ['PYTHONHASHSEED'] == '0'"
        found += bench.build(bench.job(bench.archive("demo", sdist("demo", body=body))))
    assert found[0].sha256 == found[1].sha256


def test_what_looked_pure_and_was_not_goes_into_the_image_and_that_is_remembered(bench: WorkshopBench) -> None:
    bench.environ = {"DOCKER_HOST": f"unix://{bench.folder}/no.sock"}
    job = bench.job(bench.archive("demo", sdist("demo", tag=TAG)))
    for built in (True, False):
        with pytest.raises(BuildError, match="no Docker engine answers") as caught:
            bench.build(job)
        assert "this machine has glibc 2.99" in caught.value.why
        assert ("has something to compile after all" in bench.shown) is built


def test_a_failing_build_shows_its_log_and_says_what_went_wrong(bench: WorkshopBench) -> None:
    body = "print('step one'); raise RuntimeError('libfoo is too old')"
    with pytest.raises(BuildError) as caught:
        bench.build(bench.job(bench.archive("demo", sdist("demo", body=body))))
    assert caught.value.what == "demo 1.0 could not be built in place"
    assert "libfoo is too old" in caught.value.why
    assert "step one" in bench.shown
    assert not list((bench.folder / "cache/wheels").rglob("*.whl"))


def test_a_build_that_hangs_is_stopped(bench: WorkshopBench) -> None:
    job = bench.job(bench.archive("demo", sdist("demo", body="time.sleep(60)")), timeout=0.03)
    with pytest.raises(BuildError, match="did not end within 2 s") as caught:
        bench.build(job)
    assert "build.timeout" in caught.value.fix


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (sdist("other"), "which is another package"),
        (sdist("demo", "2.0"), "which is another version"),
    ],
)
def test_another_wheel_than_the_wanted_is_refused(bench: WorkshopBench, made: bytes, why: str) -> None:
    with pytest.raises(BuildError) as caught:
        bench.build(bench.job(bench.archive("demo", made)))
    assert caught.value.why == why


def test_a_wheel_of_another_platform_is_refused(bench: WorkshopBench) -> None:
    bench.hosts = {VERSION: LIKE}
    made = sdist("demo", tag="cp27-cp27m-win32", **{"demo.c": ""})
    with pytest.raises(BuildError, match="does not run on python") as caught:
        bench.build(bench.job(bench.archive("demo", made)))
    assert "demo-1.0-cp27-cp27m-win32.whl" in caught.value.why


def test_pure_wheels_are_shared_by_architectures(bench: WorkshopBench) -> None:
    source = bench.archive("demo", sdist("demo"))
    (first,) = bench.build(bench.job(source))
    arm = Target(HERE.runtime, Architecture.ARM64)
    assert bench.build(bench.job(source, target=arm)) == [first]
    assert bench.shown == ""


def test_killed_while_it_writes_nothing_half_is_believed(bench: WorkshopBench) -> None:
    job = bench.job(bench.archive("demo", sdist("demo")))
    (wheel,) = bench.build(job)
    content = wheel.path.read_bytes()
    wheel.path.write_bytes(content[: len(content) // 2])
    (again,) = bench.build(job)
    assert again.path.read_bytes() == content


def test_credentials_of_indexes_reach_the_build_by_environment_only(bench: WorkshopBench) -> None:
    body = (
        "assert os.environ['UV_DEFAULT_INDEX'] == 'https://joe:secret@index.example/simple', os.environ;"
        "command = pathlib.Path(f'/proc/{os.getppid()}/cmdline').read_bytes(); assert b'secret' not in command"
    )
    job = bench.job(bench.archive("demo", sdist("demo", body=body)))
    job = replace(job, indexes=("--index-url https://joe:secret@index.example/simple",))
    bench.build(job)
    assert "secret" not in bench.shown
    assert "secret" not in repr(job)
