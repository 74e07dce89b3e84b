"""C extensions, compiled inside the image: the wheel runs there, passes the audit, and is the same every time."""

from __future__ import annotations

import io
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import BuildError
from tests.container.builders import debian
from tests.container.builders.command import Command
from tests.container.builders.conftest import VERSIONS
from tests.container.interpreters import OWN
from tests.fakes.extensions import archive, files
from tests.fakes.workshop import WorkshopBench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from docker import DockerClient

pytestmark = pytest.mark.network


def _answer(engine: DockerClient, image: str, path: Path, version: str) -> str:
    """What the module of a zip file says in a container, which has no compiler and no network."""
    target = io.BytesIO()
    with zipfile.ZipFile(path) as source, tarfile.open(fileobj=target, mode="w") as packed:
        for name in source.namelist():
            member = tarfile.TarInfo(f"var/task/{name}")
            member.size = len(data := source.read(name))
            packed.addfile(member, io.BytesIO(data))
    script = f"cd /var/task && ! command -v gcc && exec python{version} -c 'import demo; print(demo.answer())'"
    return debian.run(engine, image, script, files=target.getvalue())


@pytest.mark.parametrize("version", VERSIONS)
def test_a_compiler_is_installed_and_what_it_compiles_passes_the_audit_and_runs_in_the_image(
    bench: WorkshopBench, distribution: DockerClient, version: str
) -> None:
    try:
        image = debian.build(distribution, version)
    except LookupError as error:
        pytest.skip(str(error))
    options = [word for name in debian.COMPILER for word in ("--build-system-packages", name)]
    command = Command(
        folder=bench.folder, engine=distribution, image=image, runtime=f"python{version}", options=options
    )
    command.write(files("demo"))
    done = command.run()
    assert done.returncode == 0, done.stderr
    assert "built demo-1.0-cp{0}-cp{0}-linux_x86_64.whl in".format(version.replace(".", "")) in done.stderr
    assert _answer(distribution, image, bench.folder / "dist/hello.zip", version) == "42"


def test_the_same_source_gives_the_same_bytes_in_another_container(bench: WorkshopBench, compiler: str) -> None:
    other = WorkshopBench(folder=bench.folder / "other", environ=bench.environ, hosts=bench.hosts)
    other.folder.mkdir()
    content = archive("demo", files("demo"))
    found = [one.build(one.job(one.archive("demo", content), image=compiler))[0].sha256 for one in (bench, other)]
    assert found[0] == found[1]


def test_a_system_library_comes_from_a_system_package(
    bench: WorkshopBench, engine: DockerClient, packages: str
) -> None:
    source = bench.archive("demo", archive("demo", files("demo", library="yaml", static=True)))
    job = bench.job(source, image=packages, system_packages=debian.SYSTEM_PACKAGES)
    (wheel,) = bench.build(job)
    assert _answer(engine, packages, wheel.path, OWN) == "0.2.5"


@pytest.mark.parametrize("manager", [debian.dnf, debian.microdnf])
def test_a_system_library_comes_from_an_rpm_package(
    bench: WorkshopBench, distribution: DockerClient, manager: Callable[[DockerClient, str], str]
) -> None:
    image = manager(distribution, OWN)
    source = bench.archive("demo", archive("demo", files("demo", library="answer", static=True)))
    (wheel,) = bench.build(bench.job(source, image=image, system_packages=("libanswer-devel",)))
    assert _answer(distribution, debian.build(distribution, OWN), wheel.path, OWN) == "42"


def test_an_rpm_package_that_does_not_exist_is_named(bench: WorkshopBench, distribution: DockerClient) -> None:
    image = debian.dnf(distribution, OWN)
    job = bench.job(bench.archive("demo", archive("demo", files("demo"))), image=image, system_packages=("libnone",))
    with pytest.raises(BuildError, match="the system packages libnone could not be installed") as caught:
        bench.build(job)
    assert "Unable to find a match: libnone" in caught.value.why


def test_a_library_that_the_runtime_lacks_is_found_by_the_audit(
    bench: WorkshopBench, engine: DockerClient, compiler: str
) -> None:
    command = Command(folder=bench.folder, engine=engine, image=compiler)
    command.write(files("demo", library="yaml"))
    done = command.run()
    assert done.returncode == 4, done.stderr
    assert "libyaml-0.so.2" in done.stderr


def test_an_archive_is_compiled_where_this_machine_cannot(bench: WorkshopBench, compiler: str) -> None:
    (wheel,) = bench.build(bench.job(bench.archive("demo", archive("demo", files("demo"))), image=compiler))
    assert wheel.filename.endswith("-linux_x86_64.whl")
    assert "because this machine has glibc 2.99, the runtime" in bench.shown


def test_a_compiler_that_is_missing_is_named_with_its_package(bench: WorkshopBench, packages: str) -> None:
    with pytest.raises(BuildError) as caught:
        bench.build(bench.job(bench.archive("demo", archive("demo", files("demo"))), image=packages))
    assert caught.value.what == f"demo 1.0 could not be built in {packages}"
    assert "gcc" in caught.value.why
    assert "build.system-packages (gcc)" in caught.value.fix


def test_a_header_that_is_missing_is_named(bench: WorkshopBench, packages: str) -> None:
    source = bench.archive("demo", archive("demo", files("demo", library="yaml")))
    with pytest.raises(BuildError) as caught:
        bench.build(bench.job(source, image=packages, system_packages=debian.COMPILER))
    assert "yaml.h: No such file or directory" in caught.value.why
    assert "libyaml-devel" in caught.value.fix


def test_what_does_not_compile_is_shown_with_the_place(bench: WorkshopBench, compiler: str) -> None:
    content = files("demo")
    content["demo.c"] += "this is no C;\n"
    with pytest.raises(BuildError) as caught:
        bench.build(bench.job(bench.archive("demo", archive("demo", content)), image=compiler))
    assert "demo.c:" in caught.value.why
    assert "error: " in caught.value.why
    assert "this is no C" in bench.shown


def test_a_system_package_that_does_not_exist_is_named(bench: WorkshopBench, packages: str) -> None:
    job = bench.job(bench.archive("demo", archive("demo", files("demo"))), image=packages, system_packages=("libnone",))
    with pytest.raises(BuildError, match="the system packages libnone could not be installed") as caught:
        bench.build(job)
    assert "Unable to locate package libnone" in caught.value.why
    assert "build.system-packages" in caught.value.fix
