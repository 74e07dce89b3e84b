"""Somebody else's change at every point of a deployment: before each of its requests, each kind of change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import LambdaCiError
from tests.fakes.aws_server import Before
from tests.fakes.deployment import zipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.aws_lambda import Deployed
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.deployment import Project

THEIRS = "theirs"
LOOKED = 2
"""The first requests look at what is there; what changes before them is what the run finds."""


def code(one: Deployed) -> None:
    one.code = zipped(THEIRS)
    one.revision += "9"


def configuration(one: Deployed) -> None:
    one.config["Environment"]["Variables"] |= {"THEIRS": "1"}
    one.revision += "9"


def declared_member(one: Deployed) -> None:
    one.config["Timeout"] = 5
    one.revision += "9"


def tag(one: Deployed) -> None:
    one.tags["theirs"] = "1"
    one.revision += "9"


def alias_moved(one: Deployed) -> None:
    one.aliases["live"] |= {"FunctionVersion": "1", "RevisionId": THEIRS}


def alias_split(one: Deployed) -> None:
    one.aliases["live"] |= {"RoutingConfig": {"AdditionalVersionWeights": {"1": 0.1}}, "RevisionId": THEIRS}


def alias_deleted(one: Deployed) -> None:
    one.aliases.clear()


def published(one: Deployed) -> None:
    number = str(one.next_version)
    one.versions[number] = {**one.versions["2"], "Version": number, "FunctionArn": f"{one.arn}:{number}"}
    one.version_reads[number], one.version_images[number] = 0, one.image
    one.next_version += 1
    one.published = {}
    one.revision += "9"


def newest_deleted(one: Deployed) -> None:
    newest = str(one.next_version - 1)
    if newest not in {alias["FunctionVersion"] for alias in one.aliases.values()}:
        one.versions.pop(newest, None)


CHANGES: dict[str, Callable[[Deployed], None]] = {
    "code": code,
    "configuration": configuration,
    "declared member": declared_member,
    "tag": tag,
    "alias moved": alias_moved,
    "split": alias_split,
    "alias deleted": alias_deleted,
    "version published": published,
    "version deleted": newest_deleted,
}


@dataclass
class Race:
    """Version 2 runs, and the next deployment changes code, variables, timeout and tags."""

    project: Project
    server: AwsServer

    def begin(self) -> None:
        self.server.reset()
        self.project.tested.clear()
        for release in ("first", "second"):
            self.project.deploy(self.project.function(environment={"OURS": "1"}), self.project.package(release))
        self.server.requests.clear()

    def deploy(self) -> LambdaCiError | None:
        """Why it failed."""
        function = self.project.function({"Timeout": 9}, environment={"OURS": "2"}, tags={"team": "shop"})
        self.project.tested.clear()
        try:
            self.project.deploy(function, self.project.package("third"))
        except LambdaCiError as error:
            return error
        return None

    @property
    def orders(self) -> Deployed:
        return self.server.functions["orders"]


@pytest.fixture
def race(project: Project, server: AwsServer) -> Race:
    return Race(project, server)


def points(race: Race) -> list[str]:
    """The requests of a deployment that nobody disturbs."""
    race.begin()
    assert race.deploy() is None
    return race.server.operations


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_others_is_neither_lost_nor_released_halfway(race: Race, name: str) -> None:
    change, operations = CHANGES[name], points(race)
    for at, operation in enumerate(operations):
        race.begin()
        race.server.faults.add(".*", Before(lambda: change(race.orders)), after=at)
        failed = race.deploy()
        where = f"{name} before {operation} ({at}): {failed}"
        _judge(race, name, failed=bool(failed), late=at >= LOOKED, where=where)
        race.server.faults.clear()
        assert race.deploy() is None, where
        runs = race.orders.versions[race.project.alias()]
        assert (runs["Timeout"], runs["CodeSha256"]) == (9, race.project.package("third").code_sha256), where
        if name == "configuration":
            assert race.orders.config["Environment"]["Variables"] == {"OURS": "2", "THEIRS": "1"}, where


def _judge(race: Race, name: str, *, failed: bool, late: bool, where: str) -> None:
    """After the disturbed run: callers get the version before, ours once it is tested, or what the others gave them."""
    alias, orders = race.project.alias(), race.orders
    theirs = {"alias moved": "1", "alias deleted": ""}.get(name, "2")
    if failed:
        assert alias in {"2", theirs}, where
    else:
        assert alias in race.project.tested, where
        assert orders.versions[alias]["Timeout"] == 9, where
    if name.startswith("alias") and late:
        assert failed, where
        assert alias == theirs, where
    if name == "split":
        assert failed or "10% to version 1" in race.project.log.getvalue(), where
    if name == "tag":
        assert orders.tags["theirs"] == "1", where
    if name == "configuration":
        assert orders.config["Environment"]["Variables"]["THEIRS"] == "1", where
    if name == "code" and late:
        assert orders.code == zipped(THEIRS), where


def test_a_function_deleted_by_others_is_made_again_by_the_next_run(race: Race) -> None:
    for at, operation in enumerate(points(race)):
        race.begin()
        race.server.faults.add(".*", Before(race.server.functions.clear), after=at)
        failed = race.deploy()
        race.server.faults.clear()
        where = f"before {operation} ({at}): {failed}"
        if at:
            assert failed, where
            assert race.project.alias() == "", where
        assert race.deploy() is None, where
        assert race.orders.versions[race.project.alias()]["Timeout"] == 9, where


@pytest.mark.parametrize("other", ["same", "different"])
def test_another_run_at_every_point_ends_with_one_of_the_two(race: Race, other: str) -> None:
    function = race.project.function({"Timeout": 9}, environment={"OURS": "2"}, tags={"team": "shop"})
    package = race.project.package("third" if other == "same" else "fourth")
    for at, operation in enumerate(points(race)):
        race.begin()
        inner: list[str] = []

        def deploy(inner: list[str] = inner) -> None:
            race.server.faults.clear()
            inner.append(race.project.deploy(function, package).version)

        race.server.faults.add(".*", Before(deploy), after=at)
        failed = race.deploy()
        where = f"before {operation} ({at}): {failed}"
        runs = race.orders.versions[race.project.alias()]["CodeSha256"]
        ours, theirs = race.project.package("third").code_sha256, package.code_sha256
        assert runs in {ours, theirs}, where
        assert runs == theirs if failed else runs == ours, where
        assert race.deploy() is None, where
