"""Building wheels in an image, with a real engine: what comes out, what goes wrong, and that nothing stays."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.docker import LABEL
from lambda_ci.adapters.host import Host
from lambda_ci.errors import BuildError
from lambda_ci.model.target import Architecture, Target
from lambda_ci.wheels.builders.source import Unbuilt
from tests.fakes.sources import files, sdist, write
from tests.fakes.workshop import HERE, VERSION, WorkshopBench

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import DockerClient

OTHER = Host(machine="x86_64", glibc=(2, 99), python=Path(sys.executable), identity="cpython")
TAG = f"cp{VERSION.replace('.', '')}-cp{VERSION.replace('.', '')}-linux_x86_64"
SLOW = "time.sleep(120)"


@pytest.fixture
def bench(tmp_path: Path, engine: DockerClient) -> Iterator[WorkshopBench]:
    """A workshop with this engine, and the proof that no container of it stays."""
    host = {name: os.environ[name] for name in ("DOCKER_HOST",) if name in os.environ}
    yield WorkshopBench(folder=tmp_path, environ=host, hosts={VERSION: OTHER})
    assert _containers(engine) == []


def _containers(engine: DockerClient) -> list[str]:
    return [str(one.id) for one in engine.containers.list(all=True, filters={"label": LABEL}, ignore_removed=True)]


def _wait_for_container(engine: DockerClient) -> str:
    """Until a build works in a container."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for container in _containers(engine):
            if any(b"pip wheel" in " ".join(row).encode() for row in engine.api.top(container)["Processes"]):
                return container
        time.sleep(0.1)
    pytest.fail("no build began")


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
    body = "assert os.getcwd() == '/lambda-ci/source' and os.environ['SOURCE_DATE_EPOCH'] == '315532800', os.getcwd()"
    found = [
        one.build(one.job(one.archive("demo", sdist("demo", body=body)), backend="container", image=base))[0].sha256
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


def test_a_compiler_that_is_missing_is_named_with_its_package(bench: WorkshopBench, base: str) -> None:
    body = "import subprocess; print('compiling'); subprocess.run(['gcc', '-c', 'demo.c'])"
    job = bench.job(bench.archive("demo", sdist("demo", body=body, **{"demo.c": ""})), image=base)
    with pytest.raises(BuildError) as caught:
        bench.build(job)
    assert caught.value.what == f"demo 1.0 could not be built in {base}"
    assert "No such file or directory: 'gcc'" in caught.value.why
    assert "build.system-packages (gcc)" in caught.value.fix
    assert "compiling" in bench.shown


def test_a_build_that_is_late_is_stopped(bench: WorkshopBench, base: str) -> None:
    job = bench.job(bench.archive("demo", sdist("demo", body=SLOW)), backend="container", image=base, timeout=0.1)
    started = time.monotonic()
    with pytest.raises(BuildError, match=r"did not end within 0\.1 minutes") as caught:
        bench.build(job)
    assert time.monotonic() - started < 25
    assert "build.timeout" in caught.value.fix


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


def test_an_image_of_the_other_architecture_that_cannot_run_here_leads_to_binfmt(
    bench: WorkshopBench, engine: DockerClient
) -> None:
    image = _foreign(engine)
    target = Target(HERE.runtime, Architecture.ARM64)
    try:
        with pytest.raises(BuildError, match="cannot run lambda-ci-foreign:test for linux/arm64") as caught:
            bench.build(
                bench.job(bench.archive("demo", sdist("demo")), target=target, backend="container", image=image)
            )
    finally:
        engine.images.remove(image, force=True)
    assert "binfmt" in caught.value.fix


def _foreign(engine: DockerClient) -> str:
    """An image for arm64 whose shell no machine can run without help, as ``docker load`` takes it."""
    import hashlib

    shell = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\xb7\x00\x01\x00\x00\x00" + bytes(40)
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as archive:
        member = tarfile.TarInfo("bin/sh")
        member.size, member.mode = len(shell), 0o755
        archive.addfile(member, io.BytesIO(shell))
    digest = hashlib.sha256(layer.getvalue()).hexdigest()
    config = {
        "architecture": "arm64",
        "os": "linux",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
    }
    manifest = [{"Config": "config.json", "RepoTags": ["lambda-ci-foreign:test"], "Layers": ["layer.tar"]}]
    parts = {
        "config.json": json.dumps(config).encode(),
        "layer.tar": layer.getvalue(),
        "manifest.json": json.dumps(manifest).encode(),
    }
    image = io.BytesIO()
    with tarfile.open(fileobj=image, mode="w") as archive:
        for name, content in parts.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    engine.images.load(image.getvalue())
    return "lambda-ci-foreign:test"


def _project(folder: Path, base: str, *, body: str) -> list[str]:
    """A function with a local package that is built in a container, and the command that builds it."""
    write(folder / "local", files("local", body=body))
    write(
        folder, {"src/app.py": "def handler(event, context):\n    return event\n", "src/requirements.txt": "../local\n"}
    )
    options = ["--function-name", "hello", "--handler", "app.handler", "--runtime", HERE.runtime, "--source", "src"]
    options += ["--role", "arn:aws:iam::123456789012:role/hello", "--build-backend", "container", "--build-image", base]
    return [sys.executable, "-m", "lambda_ci", "build", *options, "--cache-dir", str(folder / "cache")]


def _environ() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_an_interrupted_build_leaves_no_container(
    bench: WorkshopBench, engine: DockerClient, base: str, number: signal.Signals
) -> None:
    command = _project(bench.folder, base, body=SLOW)
    with subprocess.Popen(command, cwd=bench.folder, env=_environ(), stderr=subprocess.PIPE, text=True) as process:
        _wait_for_container(engine)
        process.send_signal(number)
        started = time.monotonic()
        _, log = process.communicate(timeout=30)
    assert process.returncode == 130, log
    assert time.monotonic() - started < 7
    assert "Traceback" not in log
    assert not list((bench.folder / "cache").rglob("*.whl"))


def test_the_container_of_a_run_that_was_killed_is_removed_by_the_next(
    bench: WorkshopBench, engine: DockerClient, base: str
) -> None:
    command = _project(bench.folder, base, body=SLOW)
    with subprocess.Popen(command, cwd=bench.folder, env=_environ(), stderr=subprocess.DEVNULL) as process:
        left = _wait_for_container(engine)
        process.kill()
        process.wait()
    assert _containers(engine) == [left]
    bench.build(bench.job(bench.archive("demo", sdist("demo")), backend="container", image=base))
    deadline = time.monotonic() + 10
    while _containers(engine) and time.monotonic() < deadline:
        time.sleep(0.1)


def test_the_command_builds_a_package_of_what_was_built_in_the_image(bench: WorkshopBench, base: str) -> None:
    command = _project(bench.folder, base, body="pass")
    done = subprocess.run(command, cwd=bench.folder, env=_environ(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(bench.folder / "dist/hello.zip") as package:
        assert {"app.py", "local.py", "local-1.0.dist-info/METADATA"} <= set(package.namelist())


@pytest.mark.network
def test_it_works_from_inside_a_container_with_the_engines_socket(
    bench: WorkshopBench, engine: DockerClient, image: str, base: str
) -> None:
    place = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not place.startswith("unix://"):
        pytest.skip("the engine has no socket on this machine")
    _, _, *arguments = _project(bench.folder, base, body="pass")
    volumes = [f"{place.removeprefix('unix://')}:/var/run/docker.sock", f"{bench.folder}:/workspace"]
    arguments = [one.replace(str(bench.folder), "/tmp") for one in arguments[1:]]
    log = engine.containers.run(
        image,
        arguments,
        volumes=volumes,
        working_dir="/workspace",
        remove=True,
        stderr=True,
    )
    assert b"built local-1.0-py3-none-any.whl" in log
    with zipfile.ZipFile(bench.folder / "dist/hello.zip") as package:
        assert "local.py" in package.namelist()
