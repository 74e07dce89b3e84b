"""Building wheels in an image that has no compiler: what is shared, what reaches the build, what an image must have."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import BuildError
from lambda_ci.model.target import Architecture, Target
from lambda_ci.wheels.builders.source import Unbuilt
from tests.container.builders.command import Command
from tests.fakes.sources import files, sdist, write
from tests.fakes.workshop import VERSION, WorkshopBench

if TYPE_CHECKING:
    from docker import DockerClient

TAG = f"cp{VERSION.replace('.', '')}-cp{VERSION.replace('.', '')}-linux_x86_64"


@pytest.mark.usefixtures("engine")
def test_a_source_is_built_in_the_image_once(bench: WorkshopBench, base: str, engine: DockerClient) -> None:
    job = bench.job(bench.archive("demo", sdist("demo")), backend="container", image=base)
    (wheel,) = bench.build(job)
    assert wheel.filename == "demo-1.0-py3-none-any.whl"
    assert f"building it in {base}, because build.backend is container" in bench.shown
    digest = engine.images.get(base).id
    assert f"{base} is {digest}" in bench.shown
    notes = [json.loads(path.read_text()) for path in (bench.folder / "cache/wheels/built").iterdir()]
    assert [note["digest"] for note in notes if "digest" in note] == [digest]
    assert bench.build(job) == [wheel]
    assert bench.shown == ""


def test_what_is_compiled_is_built_for_the_image_and_accepted(bench: WorkshopBench, base: str) -> None:
    (wheel,) = bench.build(bench.job(bench.archive("demo", sdist("demo", tag=TAG, **{"demo.c": ""})), image=base))
    assert wheel.filename == f"demo-1.0-{TAG}.whl"
    assert "because this machine has glibc 2.99, the runtime" in bench.shown


def test_folders_commits_and_archives_share_one_container(bench: WorkshopBench, base: str) -> None:
    folder = write(bench.folder / "local", files("local"))
    repository = write(bench.folder / "repository", files("cloned"))
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["init", "--quiet"], ["add", "."], [*identity, "commit", "--quiet", "--message", "one"]):
        subprocess.run(["git", "-C", str(repository), *command], check=True)
    done = subprocess.run(
        ["git", "-C", str(repository), "rev-parse", "HEAD"], check=True, capture_output=True, text=True
    )
    sources = [
        Unbuilt(name="local", version="", folder=folder),
        Unbuilt(name="cloned", version="", repository=repository.as_uri(), commit=done.stdout.strip()),
        bench.archive("demo", sdist("demo")),
    ]
    wheels = bench.build(*[bench.job(source, backend="container", image=base) for source in sources])
    assert [wheel.name for wheel in wheels] == ["local", "cloned", "demo"]
    assert bench.shown.count(f"{base} is ") == 1


def test_the_same_source_gives_the_same_bytes_in_another_container(bench: WorkshopBench, base: str) -> None:
    other = WorkshopBench(folder=bench.folder / "other", environ=bench.environ, hosts=bench.hosts)
    other.folder.mkdir()
    body = (
        "assert os.environ['SOURCE_DATE_EPOCH'] == '315532800', os.environ;"
        "METADATA = f'Metadata-Version: 2.2\\nName: demo\\nVersion: 1.0\\nSummary: built in {os.getcwd()}\\n'"
    )
    content = sdist("demo", body=body)
    found = [
        one.build(one.job(one.archive("demo", content), backend="container", image=base))[0].sha256
        for one in (bench, other)
    ]
    assert found[0] == found[1]


def test_the_index_reaches_the_build_by_environment_and_no_argument(bench: WorkshopBench, base: str) -> None:
    bench.environ |= {"UV_DEFAULT_INDEX": "https://joe:secret@index.example/simple"}
    body = (
        "assert os.environ['PIP_INDEX_URL'] == 'https://joe:secret@index.example/simple';"
        "lines = [one.read_bytes() for one in pathlib.Path('/proc').glob('[0-9]*/cmdline')];"
        "assert not any(b'secret@' in line for line in lines), lines"
    )
    bench.build(bench.job(bench.archive("demo", sdist("demo", body=body)), backend="container", image=base))
    assert "secret" not in bench.shown


def test_system_packages_are_installed_before_the_build(bench: WorkshopBench, engine: DockerClient, base: str) -> None:
    image = _with_package_manager(engine, base)
    body = "assert pathlib.Path('/installed').read_text().split() == ['install', '-y', 'gcc', 'libpq-devel']"
    try:
        job = bench.job(
            bench.archive("demo", sdist("demo", body=body)),
            backend="container",
            image=image,
            system_packages=("gcc", "libpq-devel"),
        )
        bench.build(job)
    finally:
        engine.images.remove(image)


def _with_package_manager(engine: DockerClient, base: str) -> str:
    """An image with a ``microdnf`` that only notes what it is asked for."""
    script = b'#!/bin/sh\necho "$@" > /installed\n'
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        member = tarfile.TarInfo("microdnf")
        member.size, member.mode = len(script), 0o755
        archive.addfile(member, io.BytesIO(script))
    container = engine.containers.create(base)
    try:
        container.put_archive("/usr/bin", stream.getvalue())
        container.commit("lambda-ci-standin-with-packages", "test")
    finally:
        container.remove()
    return "lambda-ci-standin-with-packages:test"


def test_an_image_without_a_package_manager_says_so(bench: WorkshopBench, base: str) -> None:
    job = bench.job(bench.archive("demo", sdist("demo")), backend="container", image=base, system_packages=("gcc",))
    with pytest.raises(BuildError, match="the system packages gcc could not be installed") as caught:
        bench.build(job)
    assert "no package manager" in caught.value.why


def test_an_image_with_another_python_says_so(bench: WorkshopBench, base: str) -> None:
    target = Target("python3.9", Architecture.X86_64)
    with pytest.raises(BuildError, match=r"has no Python 3\.9 with pip"):
        bench.build(bench.job(bench.archive("demo", sdist("demo")), target=target, backend="container", image=base))


def test_an_image_that_cannot_be_had_is_named(bench: WorkshopBench) -> None:
    image = "127.0.0.1:1/lambda-ci-nowhere:none"
    with pytest.raises(BuildError, match=image) as caught:
        bench.build(bench.job(bench.archive("demo", sdist("demo")), backend="container", image=image))
    assert "demo 1.0 is to be built in a container" in caught.value.why
    assert "build.image" in caught.value.fix


def test_the_command_builds_a_package_of_what_was_built_in_the_image(
    bench: WorkshopBench, engine: DockerClient, base: str
) -> None:
    command = Command(folder=bench.folder, engine=engine, image=base)
    command.write(files("local"))
    done = command.run()
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(bench.folder / "dist/hello.zip") as package:
        assert {"app.py", "local.py", "local-1.0.dist-info/METADATA"} <= set(package.namelist())
