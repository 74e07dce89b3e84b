"""arm64: what is compiled in its image on a machine of another architecture, and what is said where that cannot be."""

from __future__ import annotations

import io
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from elftools.elf.elffile import ELFFile

from lambda_ci.errors import BuildError
from lambda_ci.model.target import Architecture, Target
from tests.container.builders import binfmt, debian
from tests.container.builders.command import Command
from tests.container.builders.loadable import loadable
from tests.fakes.extensions import archive, files
from tests.fakes.sources import sdist
from tests.fakes.workshop import HERE, WorkshopBench

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import DockerClient

MISSING = "cannot run {} for linux/arm64"


@pytest.fixture(scope="module")
def foreign(distribution: DockerClient) -> tuple[str, str]:
    """The name of an image for arm64, and the version of its Python."""
    return debian.foreign(distribution)


@pytest.fixture
def emulator() -> Iterator[None]:
    try:
        with binfmt.registered():
            yield
    except binfmt.CannotRegister as error:
        pytest.skip(f"programs for arm64 cannot run here: {error}")


@pytest.mark.network
@pytest.mark.usefixtures("emulator")
def test_an_extension_is_compiled_for_arm64_and_its_audit_agrees(
    bench: WorkshopBench, engine: DockerClient, foreign: tuple[str, str]
) -> None:
    image, version = foreign
    command = Command(
        folder=bench.folder,
        engine=engine,
        image=image,
        runtime=f"python{version}",
        options=["--architecture", "arm64"],
    )
    command.write(files("demo"))
    done = command.run()
    assert done.returncode == 0, done.stderr
    assert "built demo-1.0-cp{0}-cp{0}-linux_aarch64.whl".format(version.replace(".", "")) in done.stderr
    with zipfile.ZipFile(bench.folder / "dist/hello.zip") as package:
        (library,) = [name for name in package.namelist() if name.endswith(".so")]
        assert ELFFile(io.BytesIO(package.read(library))).get_machine_arch() == "AArch64"


@pytest.mark.network
def test_a_machine_that_cannot_run_arm64_is_told_about_binfmt(bench: WorkshopBench, foreign: tuple[str, str]) -> None:
    if binfmt.foreseen():
        pytest.skip("this machine runs programs for arm64")
    image, version = foreign
    target = Target(f"python{version}", Architecture.ARM64)
    with pytest.raises(BuildError, match=MISSING.format(image)) as caught:
        bench.build(bench.job(bench.archive("demo", archive("demo", files("demo"))), target=target, image=image))
    assert "binfmt" in caught.value.fix
    assert "docker/setup-qemu-action" in caught.value.fix


def test_an_image_of_the_other_architecture_that_cannot_run_at_all_leads_to_binfmt(
    bench: WorkshopBench, engine: DockerClient
) -> None:
    image = _unfit(engine)
    target = Target(HERE.runtime, Architecture.ARM64)
    try:
        with pytest.raises(BuildError, match=MISSING.format(image)) as caught:
            bench.build(
                bench.job(bench.archive("demo", sdist("demo")), target=target, backend="container", image=image)
            )
    finally:
        engine.images.remove(image, force=True)
    assert "binfmt" in caught.value.fix


def test_an_image_of_one_architecture_only_does_not_serve_the_other(bench: WorkshopBench, base: str) -> None:
    target = Target(HERE.runtime, Architecture.ARM64)
    with pytest.raises(BuildError) as caught:
        bench.build(bench.job(bench.archive("demo", sdist("demo")), target=target, backend="container", image=base))
    assert base in caught.value.what


def _unfit(engine: DockerClient) -> str:
    """An image for arm64 whose shell no machine can run, as ``docker load`` takes it."""
    shell = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\xb7\x00\x01\x00\x00\x00" + bytes(40)
    name = "lambda-ci-foreign:test"
    with tempfile.TemporaryDirectory() as folder:
        layer = Path(folder, "layer.tar")
        with tarfile.open(layer, mode="w") as packed:
            member = tarfile.TarInfo("bin/sh")
            member.size, member.mode = len(shell), 0o755
            packed.addfile(member, io.BytesIO(shell))
        with loadable(layer, name, architecture="arm64", environment={}).open("rb") as file:
            engine.images.load(file)
    return name
