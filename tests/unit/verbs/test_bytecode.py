"""``package.bytecode`` from the configuration to the package and the report, with the Python that runs the tests."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.fakes.workshop import VERSION

if TYPE_CHECKING:
    from tests.fakes.cli import Cli, Ran

NOWHERE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}
TAG = f"cpython-{VERSION.replace('.', '')}"
OTHER = "python3.99"


@pytest.fixture
def project(cli: Cli) -> Cli:
    """One function for the Python that runs the tests; nobody imports it."""
    cli.environ |= NOWHERE | {"LAMBDA_CI_BUILD_IMPORT_CHECK": "never", "LAMBDA_CI_RUNTIME": f"python{VERSION}"}
    del cli.environ["LAMBDA_CI_PACKAGE_BYTECODE"]
    return cli


def _build(cli: Cli, *flags: str) -> Ran:
    return cli("build", "--json", *flags)


def _names(cli: Cli) -> list[str]:
    with zipfile.ZipFile(cli.folder / "dist/orders.zip") as package:
        return package.namelist()


def test_the_packages_own_files_have_bytecode(project: Cli) -> None:
    ran = _build(project)
    assert ran.code == 0, ran.err
    assert _names(project) == [f"__pycache__/app.{TAG}.pyc", "app.py"]
    told = ran.function("orders")["bytecode"]
    assert told["place"].startswith(f"Python {VERSION}.")
    assert (told["why"], told["files"]) == (None, 1)
    assert f"Python {VERSION}." in project("build").out


def test_a_second_build_is_the_same_one(project: Cli) -> None:
    first, second = _build(project), _build(project)
    assert second.function("orders")["unchanged"]
    assert second.function("orders")["sha256"] == first.function("orders")["sha256"]
    assert second.function("orders")["bytecode"] == first.function("orders")["bytecode"]


def test_one_changed_file_changes_its_bytecode(project: Cli) -> None:
    first = _build(project)
    project.write("src/app.py", "def handler(event, context): return 'changed'\n")
    second = _build(project)
    assert second.function("orders")["sha256"] != first.function("orders")["sha256"]
    with zipfile.ZipFile(project.folder / "dist/orders.zip") as package:
        assert b"changed" in package.read(f"__pycache__/app.{TAG}.pyc")


def test_the_dispatch_library_has_bytecode_of_its_own(project: Cli) -> None:
    ran = _build(project, "--dispatch")
    assert ran.code == 0, ran.err
    assert f"lambda_ci/dispatch/__pycache__/handler.{TAG}.pyc" in _names(project)
    (line,) = [one for one in ran.function("orders")["distributions"] if one["name"] == "lambda-ci"]
    assert line["files"] == 2 * len([
        name for name in _names(project) if name.startswith("lambda_ci/") and name.endswith(".py")
    ])


def test_without_that_python_there_is_none_and_the_report_says_so(project: Cli) -> None:
    ran = _build(project, "--runtime", OTHER)
    assert ran.code == 0, ran.err
    assert _names(project) == ["app.py"]
    told = ran.function("orders")["bytecode"]
    assert told["place"] is None
    assert told["why"].startswith("there is no CPython 3.99 on this machine, and no Docker engine answers")
    assert "orders: no bytecode, because there is no CPython 3.99" in ran.err


def test_where_it_is_required_its_lack_ends_with_3(project: Cli) -> None:
    ran = _build(project, "--runtime", OTHER, "--package-bytecode", "required")
    assert ran.code == 3
    failure = ran.function("orders")["failure"]
    assert failure["what"] == "there is no bytecode for orders, and `package.bytecode: required` asks for it"
    assert failure["why"].startswith("there is no CPython 3.99 on this machine")
    assert "uv python install 3.99" in failure["fix"]
    assert not (project.folder / "dist/orders.zip").exists()


def test_never_asks_nobody(project: Cli) -> None:
    ran = _build(project, "--runtime", OTHER, "--package-bytecode", "never")
    assert ran.code == 0
    assert ran.function("orders")["bytecode"]["why"] is None
    assert "bytecode" not in ran.err


def test_the_log_and_the_table_name_the_reason_once_for_all(project: Cli) -> None:
    config = (project.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    project.write("lambda-ci.yml", config + "  more: {source: src, handler: app.handler, runtime: python3.99}\n")
    ran = project("build", "--runtime", OTHER)
    assert ran.err.count("no bytecode, because") == 1
    assert "2 functions: no bytecode" in ran.err
    assert "  no  " in ran.out.splitlines()[1]


def test_a_function_that_wants_none_shares_with_one_that_does(project: Cli) -> None:
    config = (project.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    more = f"  bare: {{source: src, handler: app.handler, runtime: python{VERSION}, package: {{bytecode: never}}}}\n"
    project.write("lambda-ci.yml", config + more)
    ran = _build(project)
    assert ran.code == 0, ran.err
    assert ran.function("bare")["bytecode"]["files"] == 0
    assert ran.function("orders")["bytecode"]["files"] == 1


def test_layers_have_bytecode_as_well(project: Cli) -> None:
    config = (project.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    project.write("shared/greeting.py", "WORD = 'Hello'\n")
    project.write("lambda-ci.yml", config + "    layers: [common]\nlayers:\n  common: {source: shared}\n")
    ran = _build(project)
    assert ran.code == 0, ran.err
    (layer,) = (project.folder / "dist/layers").glob("common-*.zip")
    with zipfile.ZipFile(layer) as archive:
        assert archive.namelist() == [f"python/__pycache__/greeting.{TAG}.pyc", "python/greeting.py"]


def test_an_engine_that_does_not_answer_costs_the_bytecode_and_nothing_else(project: Cli) -> None:
    ran = _build(project, "--runtime", OTHER, "--build-image", "demo:1", "--build-backend", "container")
    assert ran.code == 0, ran.err
    assert ran.function("orders")["bytecode"]["why"].startswith(
        "build.backend is container, and no Docker engine answers"
    )
