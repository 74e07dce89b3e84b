"""``lambda-ci lock`` and ``--frozen``, from the command line, with an index on this machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.fakes.cli import Cli
from tests.fakes.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = """
version: 1
defaults: {runtime: python3.12, handler: app.handler}
functions:
  orders: {source: orders}
  mail: {source: mail, groups: [prod], extras: [s3]}
  plain: {source: plain}
"""
PROJECT = """
[project]
name = "mail"
version = "1"
[project.optional-dependencies]
s3 = ["store"]
[dependency-groups]
prod = ["demo"]
"""
NAMES = {
    "orders": "orders/pylock.requirements-python3-12-x86_64.toml",
    "mail": "mail/pylock.pyproject-python3-12-x86_64-prod-extra-s3.toml",
}


@pytest.fixture
def index() -> Iterator[Index]:
    with Index() as index:
        index.add("demo-1.0-py3-none-any.whl")
        index.add("store-1.0-py3-none-any.whl")
        yield index


@pytest.fixture
def cli(tmp_path: Path, index: Index) -> Cli:
    environ = {"PATH": os.defpath, "HOME": str(tmp_path), "UV_DEFAULT_INDEX": index.simple, "UV_HTTP_RETRIES": "0"}
    cli = Cli(tmp_path / "project", environ={**environ, "UV_CACHE_DIR": str(tmp_path / "uv")})
    cli.write("lambda-ci.yml", CONFIG)
    for name in ("orders", "mail", "plain"):
        cli.write(f"{name}/app.py", "def handler(event, context):\n    return event\n")
    cli.write("orders/requirements.txt", "demo\n")
    cli.write("mail/pyproject.toml", PROJECT)
    return cli


def test_every_function_gets_its_lock_and_builds_use_it(cli: Cli, index: Index) -> None:
    ran = cli("lock")
    assert (ran.code, ran.out) == (
        0,
        f"orders: {NAMES['orders']}, 1 package\nmail: {NAMES['mail']}, 2 packages\nplain: no dependencies\n",
    )
    assert all((cli.folder / name).is_file() for name in NAMES.values())
    index.add("demo-2.0-py3-none-any.whl")
    built = cli("build", "--frozen", "--json")
    assert built.code == 0
    assert built.function("orders")["lock"] == NAMES["orders"].partition("/")[2]
    assert "does not pin" not in built.err


def test_the_document_names_the_locks(cli: Cli) -> None:
    assert cli("lock", "--json").document["locks"] == {
        "orders": {"path": str(cli.folder / NAMES["orders"]), "packages": 1, "changed": True},
        "mail": {"path": str(cli.folder / NAMES["mail"]), "packages": 2, "changed": True},
        "plain": None,
    }
    assert cli("lock", "--json").document["locks"]["orders"]["changed"] is False


def test_frozen_stops_where_there_is_no_lock_and_asks_no_index(cli: Cli, index: Index) -> None:
    ran = cli("build", "--frozen", "--json")
    assert ran.code == 3
    assert "is not a lock" in ran.function("orders")["failure"]["what"]
    assert "lambda-ci lock" in ran.function("orders")["failure"]["fix"]
    assert "failure" not in ran.function("plain")
    assert not index.requests


@pytest.mark.parametrize("given", [{"LAMBDA_CI_FROZEN": "true"}, {"INPUT_COMMAND": "build", "INPUT_FROZEN": "true"}])
def test_frozen_comes_from_the_environment_and_the_action_as_well(cli: Cli, given: dict[str, str]) -> None:
    ran = cli(*([] if "INPUT_COMMAND" in given else ["build"]), environ=given)
    assert ran.code == 3
    assert "--frozen" in ran.err


def test_frozen_locking_writes_nothing_and_only_tells(cli: Cli) -> None:
    assert cli("lock", "--frozen").code == 3
    assert not (cli.folder / NAMES["orders"]).exists()
    cli("lock")
    assert cli("lock", "--frozen").code == 0
    cli.write("orders/requirements.txt", "demo\nstore\n")
    stale = cli("lock", "--frozen", "--function", "orders")
    assert stale.code == 3
    assert "out of date" in stale.err


def test_what_fails_for_one_function_does_not_stop_the_others(cli: Cli) -> None:
    cli.write("orders/requirements.txt", "nosuch\n")
    ran = cli("lock", "--json")
    assert ran.code == 3
    assert ran.document["locks"]["orders"] is None
    assert ran.document["locks"]["mail"]["packages"] == 2


def test_an_unknown_group_is_named_with_those_that_there_are(cli: Cli) -> None:
    cli.write("lambda-ci.yml", CONFIG.replace("[prod]", "[prd]"))
    ran = cli("build", "--function", "mail")
    assert ran.code == 3
    assert "has no group 'prd'" in ran.err
    assert "did you mean 'prod'" in ran.err


def test_each_file_that_leaves_versions_open_is_told_once_with_its_path(cli: Cli) -> None:
    names = [f"f{number}" for number in range(5)]
    for name in names:
        cli.write(f"{name}/requirements.txt", "demo\n")
        cli.write(f"{name}/app.py", "def handler(event, context): ...\n")
    twice = "".join(
        f"  {name}: {{source: {name}}}\n  {name}-arm: {{source: {name}, architecture: arm64}}\n" for name in names
    )
    cli.write(
        "lambda-ci.yml", f"version: 1\ndefaults: {{runtime: python3.12, handler: app.handler}}\nfunctions:\n{twice}"
    )
    told = [line for line in cli("build").err.splitlines() if " pin " in line]
    assert told == [
        "f0/requirements.txt does not pin 1 of its 1 packages: the next build may differ",
        "f1/requirements.txt does not pin 1 of its 1 packages: the next build may differ",
        "f2/requirements.txt does not pin 1 of its 1 packages: the next build may differ",
        "nor do 2 other dependency files pin all packages",
    ]
