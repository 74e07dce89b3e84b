from __future__ import annotations

import os
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.fakes.sources import files, write

if TYPE_CHECKING:
    from tests.fakes.cli import Cli


@pytest.fixture
def project(cli: Cli) -> Cli:
    """The function needs a package that lies beside it as source."""
    write(cli.folder / "local", files("local"))
    cli.write("src/requirements.txt", "../local\n")
    cli.environ |= {"PATH": os.environ["PATH"], "UV_CACHE_DIR": str(cli.folder / "uv")}
    return cli


def test_a_local_package_is_built_into_the_package(project: Cli) -> None:
    ran = project("build")
    assert ran.code == 0, ran.err
    assert "building it in place, because it has no compiled sources" in ran.err
    assert {"app.py", "local.py"} <= set(zipfile.ZipFile(project.folder / "dist/orders.zip").namelist())
    assert "building" not in project("build").err


def test_a_change_of_it_is_in_the_next_package(project: Cli) -> None:
    project("build")
    project.write("local/local.py", "NAME = 'another'\n")
    assert project("build").code == 0
    assert zipfile.ZipFile(project.folder / "dist/orders.zip").read("local.py") == b"NAME = 'another'\n"


def test_wheels_only_is_a_choice_and_the_refusal_names_it(project: Cli) -> None:
    ran = project("build", "--build-backend", "wheels")
    assert ran.code == 3
    assert "build.backend: auto" in ran.err


def test_a_package_that_cannot_be_built_ends_with_3_and_shows_its_log(project: Cli) -> None:
    write(project.folder / "local", files("local", body="print('one step'); raise RuntimeError('wrong libfoo')"))
    ran = project("build")
    assert ran.code == 3
    assert "one step" in ran.err
    assert "wrong libfoo" in ran.err
    assert "Traceback" not in ran.err.splitlines()[-1]
