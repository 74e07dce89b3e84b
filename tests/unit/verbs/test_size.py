"""Slimming, budgets and the difference to what is deployed, through the command line."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.fakes.libraries import library
from tests.fakes.parts import SECRET, PartServer
from tests.fakes.wheels import wheel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli, Ran

FILES = {
    "demo/__init__.py": b"",
    "demo/tests/test_a.py": b"x" * 4000,
    "demo/libdemo.so.1": library(),
    "demo/a.pyi": b"",
}


def depend(cli: Cli, files: Mapping[str, bytes], *, version: str = "1.0") -> None:
    """The function depends on a wheel with these files."""
    made = wheel(cli.folder / "wheels", "demo", files, version=version)
    lines = ["lock-version = '1.0'", "created-by = 'test'", "[[packages]]", "name = 'demo'", f"version = '{version}'"]
    lines += ["[[packages.wheels]]", f"path = '{made.path}'", f"name = '{made.filename}'"]
    cli.write("src/pylock.toml", "\n".join([*lines, f"hashes = {{sha256 = '{made.sha256}'}}", ""]))


@pytest.fixture
def parts(aws: AwsServer) -> Iterator[PartServer]:
    with PartServer() as running:
        aws.lambda_.locate = lambda digest: running.presigned(running.add(aws.lambda_.stored[digest]))
        aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}
        yield running


def packaged(cli: Cli) -> dict[str, int]:
    with zipfile.ZipFile(cli.folder / "dist/orders.zip") as archive:
        return {info.filename: info.file_size for info in archive.infolist()}


def left_out(ran: Ran) -> dict[str, int]:
    return {one["rule"]: one["files"] for one in ran.function("orders")["left-out"]}


def test_a_build_says_what_it_left_out(cli: Cli) -> None:
    depend(cli, FILES)
    assert left_out(cli("build", "--json")) == {}
    before = packaged(cli)
    ran = cli("build", "--json", "--package-slim", "tests,stubs,debug-symbols")
    assert ran.code == 0, ran.err
    assert left_out(ran) == {"tests": 1, "stubs": 1, "debug-symbols": 1}
    after = packaged(cli)
    assert before.keys() - after.keys() == {"demo/tests/test_a.py", "demo/a.pyi"}
    assert after["demo/libdemo.so.1"] < before["demo/libdemo.so.1"] - 20_000
    assert sum(before.values()) - sum(after.values()) == sum(one["size"] for one in ran.function("orders")["left-out"])
    again = cli("build", "--package-slim", "tests,stubs,debug-symbols")
    assert "orders: left out: debug-symbols" in again.out


def test_functions_with_the_same_dependencies_are_slimmed_each_as_it_says(cli: Cli) -> None:
    depend(cli, FILES)
    config = (cli.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    more = "  other: {source: src, handler: app.handler, runtime: python3.12, package: {slim: [debug-symbols]}}\n"
    cli.write("lambda-ci.yml", config + more)
    ran = cli("build", "--json")
    assert ran.code == 0, ran.err
    assert left_out(ran) == {}
    assert [one["rule"] for one in ran.function("other")["left-out"]] == ["debug-symbols"]


def test_layers_are_slimmed_and_count_in_the_budget(cli: Cli) -> None:
    depend(cli, FILES)
    (cli.folder / "src/pylock.toml").rename(cli.folder / "pylock.toml")
    config = (cli.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    layers = "layers: {deps: {requirements: pylock.toml, package: {slim: [tests, debug-symbols]}}}\n"
    cli.write("lambda-ci.yml", layers + config.replace("    source: src\n", "    source: src\n    layers: [deps]\n"))
    ran = cli("build", "--json")
    assert ran.code == 0, ran.err
    [layer] = ran.function("orders")["layers"]
    assert {one["rule"] for one in layer["left-out"]} == {"tests", "debug-symbols"}
    with zipfile.ZipFile(layer["path"]) as archive:
        assert "python/demo/libdemo.so.1" in archive.namelist()
        assert "python/demo/tests/test_a.py" not in archive.namelist()
    assert "layer deps: left out: " in cli("build").out
    (cli.folder / "lambda-ci.yml").write_text(
        (cli.folder / "lambda-ci.yml")
        .read_text(encoding="utf-8")
        .replace("    layers: [deps]\n", "    layers: [deps]\n    package: {max-unpacked-size: 4 KB}\n"),
        encoding="utf-8",
    )
    ran = cli("build")
    assert ran.code == 4
    assert "The package unpacked with its layers has" in ran.err
    assert "demo 1.0" in ran.err


def test_a_package_over_budget_ends_with_4_and_is_not_written(cli: Cli) -> None:
    depend(cli, FILES)
    ran = cli("build", "--json", "--package-max-size", "1 KiB", "--package-max-unpacked-size", "2 KB")
    assert ran.code == 4
    failure = ran.function("orders")["failure"]
    assert "more than `max-size` allows (1.0 KiB)" in failure["what"]
    assert "more than `max-unpacked-size` allows" in failure["what"]
    assert "demo 1.0" in failure["what"]
    assert not (cli.folder / "dist/orders.zip").exists()


def test_a_wrong_choice_ends_with_2(cli: Cli) -> None:
    ran = cli("build", "--package-slim", "test", "--package-max-size", "much", "--package-botocore-services", "dynmodb")
    assert ran.code == 2
    assert 'did you mean "tests"?' in ran.err
    assert "an amount of bytes" in ran.err
    assert 'did you mean "dynamodb"?' in ran.err


def test_a_plan_shows_what_changes_in_the_package(cli: Cli, parts: PartServer) -> None:
    depend(cli, FILES)
    assert cli("deploy").code == 0
    assert parts.asked == []
    depend(cli, {**FILES, "demo/more.py": b"y" * 5000}, version="1.1")
    cli.write("src/app.py", "def handler(event, context):\n    return {'statusCode': 200, 'body': ''}\n")
    cli.write("src/extra.py", "")
    ran = cli("plan", "--json")
    assert ran.code == 0, ran.err
    code = ran.function("orders")["code"]
    assert (code["version"], code["unknown"]) == ("1", None)
    found = {one["name"]: one for one in code["distributions"]}
    assert (found["demo"]["version-before"], found["demo"]["version-after"]) == ("1.0", "1.1")
    assert found["demo"]["after"]["size"] > found["demo"]["before"]["size"]
    assert code["files"] == [{"path": "app.py", "action": "changed"}, {"path": "extra.py", "action": "added"}]
    text = cli("plan").out
    assert "~ demo 1.0 → 1.1: " in text
    assert "2 own files: ~ app.py, + extra.py" in text
    deployed = cli("deploy")
    assert "~ demo 1.0 → 1.1: " in deployed.out + deployed.err
    assert SECRET not in text + ran.out + ran.err + deployed.out + deployed.err


def test_a_plan_stands_where_the_package_cannot_be_looked_into(cli: Cli, parts: PartServer) -> None:
    depend(cli, FILES)
    cli("deploy")
    parts.behaviour = "denied"
    cli.write("src/extra.py", "")
    ran = cli("plan", "--json")
    assert ran.code == 0
    code = ran.function("orders")["code"]
    assert "the server answered 403" in code["unknown"]
    assert code["before"]["size"] is None
    assert code["before"]["compressed-size"] > 0
    deployed = cli("deploy")
    assert deployed.code == 0
    assert SECRET not in ran.out + ran.err + deployed.out + deployed.err
