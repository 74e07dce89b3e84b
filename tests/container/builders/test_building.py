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
from lambda_ci.wheels.choice import Unbuilt
from tests.container.builders.command import Command
from tests.fakes.index import wheel
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


WATCHING = """
def get_requires_for_build_wheel(config_settings=None):
    if os.fork():
        return ["helper @ file://" + os.path.abspath("helper-1.0-py3-none-any.whl")]
    for number in range(3):
        os.dup2(os.open(os.devnull, os.O_RDWR), number)
    seen, end = set(), time.monotonic() + 60
    while not os.path.exists("/tmp/watched") and time.monotonic() < end:
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                seen.add((process / "cmdline").read_bytes())
            except OSError:
                continue
        pathlib.Path("/tmp/writing").write_bytes(b"\\n".join(sorted(seen)))
        os.replace("/tmp/writing", "/tmp/seen")
    os._exit(0)
"""
"""Every program that runs while pip installs what the build needs, by another pip."""


def test_the_index_reaches_the_build_by_environment_and_no_argument(bench: WorkshopBench, base: str) -> None:
    bench.environ |= {"UV_DEFAULT_INDEX": "https://joe:secret@index.example/simple"}
    body = (
        "pathlib.Path('/tmp/watched').touch();"
        "seen = pathlib.Path('/tmp/seen').read_bytes();"
        "assert b'https://index.example/simple' in seen, seen;"
        "assert b'joe' not in seen and b'secret' not in seen, seen;"
        "assert os.environ['PIP_INDEX_URL'] == 'https://index.example/simple';"
        "assert 'LAMBDA_CI_NETRC' not in os.environ;"
        "import netrc, stat;"
        "assert netrc.netrc(os.environ['NETRC']).authenticators('index.example')[::2] == ('joe', 'secret');"
        "assert stat.S_IMODE(os.stat(os.environ['NETRC']).st_mode) == 0o600"
    )
    own = files("demo", body=body)["backend.py"].replace("def prepare_metadata", f"{WATCHING}\ndef prepare_metadata")
    own = own.replace("def get_requires_for_build_wheel", "def nothing", 1)
    source = sdist("demo", **{"backend.py": own})
    content = added(source, "demo-1.0/helper-1.0-py3-none-any.whl", wheel("helper", "1.0"))
    bench.build(bench.job(bench.archive("demo", content), backend="container", image=base))
    assert "secret" not in bench.shown


def added(archive: bytes, name: str, content: bytes) -> bytes:
    """A source archive with one more file."""
    target = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(archive)) as old, tarfile.open(fileobj=target, mode="w:gz") as new:
        for member in old:
            new.addfile(member, old.extractfile(member))
        more = tarfile.TarInfo(name)
        more.size = len(content)
        new.addfile(more, io.BytesIO(content))
    return target.getvalue()


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
