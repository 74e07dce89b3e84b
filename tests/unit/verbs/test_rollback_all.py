"""``on-failure: rollback-all``: functions that are released together or not at all, through the command line."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import After, Html, Lost, Reset, Status

if TYPE_CHECKING:
    from tests.fakes.aws_faults import Fault
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

NAMES = ["f0", "f1", "f2", "f3"]
HEAD = """\
version: 1
on-failure: rollback-all
defaults:
  source: src
  handler: app.handler
  runtime: python3.12
  role: arn:aws:iam::123456789012:role/r
  smoke: [{expect: {status: 200}}]
functions:
"""
DENIED = Status(403, "AccessDeniedException", "not authorized to perform: lambda:UpdateAlias")


def write(cli: Cli, release: int, *, names: list[str] = NAMES) -> None:
    cli.write("lambda-ci.yml", HEAD + "".join(f"  {name}: {{}}\n" for name in names))
    cli.write("src/app.py", f"def handler(event, context):\n    return {{'statusCode': 200, 'release': {release}}}\n")


@pytest.fixture
def second(cli: Cli, aws: AwsServer) -> None:
    """Version 1 of four functions runs, and version 2 is to be deployed."""
    for name in NAMES:
        aws.lambda_.handlers[name] = lambda _event, _version: {"statusCode": 200}
    write(cli, 1)
    assert cli("deploy").code == 0
    write(cli, 2)
    aws.requests.clear()


def runs(aws: AwsServer) -> dict[str, str]:
    """What callers get, by function."""
    return {
        name: one.aliases["live"]["FunctionVersion"] for name, one in aws.functions.items() if "live" in one.aliases
    }


@pytest.mark.usefixtures("second")
def test_no_alias_moves_before_all_have_passed_their_tests(cli: Cli, aws: AwsServer) -> None:
    ran = cli("deploy", "--json")
    assert ran.code == 0, ran.err
    operations = aws.operations
    assert max(at for at, name in enumerate(operations) if name == "Invoke") < operations.index("UpdateAlias")
    assert runs(aws) == dict.fromkeys(NAMES, "2")


@pytest.mark.usefixtures("second")
def test_a_test_that_fails_leaves_every_alias_where_it_is(cli: Cli, aws: AwsServer) -> None:
    aws.lambda_.handlers["f2"] = lambda _event, _version: {"statusCode": 500}
    ran = cli("deploy", "--json")
    assert ran.code == 6
    assert runs(aws) == dict.fromkeys(NAMES, "1")
    assert "UpdateAlias" not in aws.operations
    others = [one["failure"] for name, one in ran.document["functions"].items() if name != "f2"]
    assert all("f2 failed in the same run" in one["what"] and one["exit-code"] == 6 for one in others)


@pytest.mark.usefixtures("second")
def test_a_package_that_cannot_be_built_keeps_the_others_from_being_written(cli: Cli, aws: AwsServer) -> None:
    config = (cli.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    cli.write("lambda-ci.yml", config.replace("f1: {}", "f1: {handler: absent.handler}"))
    ran = cli("deploy", "--json")
    assert ran.code == 4, ran.err
    assert aws.writes == []
    assert "f1 failed in the same run" in ran.function("f0")["failure"]["what"]


@pytest.mark.usefixtures("second")
def test_those_that_have_moved_go_back_and_the_next_run_releases_all(cli: Cli, aws: AwsServer) -> None:
    aws.faults.add("UpdateAlias", DENIED, after=2)
    ran = cli("deploy", "--json")
    assert ran.code == 5
    assert runs(aws) == dict.fromkeys(NAMES, "1")
    words = [one["failure"]["what"] for one in ran.document["functions"].values()]
    assert sum("could not" in what for what in words) == 1
    assert sum("the alias live runs version 1 again" in what for what in words) >= 2
    assert cli("deploy", "--json").code == 0
    assert runs(aws) == dict.fromkeys(NAMES, "2")
    assert cli("plan", "--json").document["changed"] is False


@pytest.mark.usefixtures("second")
def test_a_function_whose_url_cannot_be_made_goes_back_itself(cli: Cli, aws: AwsServer) -> None:
    config = (cli.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    cli.write("lambda-ci.yml", config.replace("f3: {}", "f3: {url: {auth-type: NONE}}"))
    aws.faults.add("CreateFunctionUrlConfig", Status(403, "AccessDeniedException"), times=9)
    ran = cli("deploy", "--json")
    assert ran.code == 5
    assert runs(aws) == dict.fromkeys(NAMES, "1")
    aws.faults.clear()
    assert cli("deploy").code == 0
    assert runs(aws) == dict.fromkeys(NAMES, "2")


@pytest.mark.parametrize(
    "fault",
    [Lost(), Reset(), Html(), Status(409, "ResourceConflictException", "in progress")],
    ids=lambda one: type(one).__name__,
)
@pytest.mark.parametrize("request_", ["GetAlias", "UpdateAlias"])
@pytest.mark.usefixtures("second")
def test_faults_while_going_back_leave_nothing_half_way(cli: Cli, aws: AwsServer, fault: Fault, request_: str) -> None:
    done: list[str] = []

    def then() -> None:
        done.append("denied")
        aws.faults.add(request_, fault)

    aws.faults.add("UpdateAlias", After(then), after=1)
    aws.faults.add("UpdateAlias", DENIED, after=2)
    ran = cli("deploy", "--json")
    assert done
    assert ran.code in {5, 7}
    if ran.code == 5:
        assert runs(aws) == dict.fromkeys(NAMES, "1")
    aws.faults.clear()
    assert cli("deploy").code == 0
    assert runs(aws) == dict.fromkeys(NAMES, "2")


@pytest.mark.usefixtures("second")
def test_an_alias_that_cannot_go_back_ends_with_7_and_says_how(cli: Cli, aws: AwsServer) -> None:
    aws.faults.add("UpdateAlias", DENIED, after=1, times=100)
    ran = cli("deploy", "--json")
    assert ran.code == 7
    moved = [name for name, version in runs(aws).items() if version == "2"]
    failed = {name: one["failure"] for name, one in ran.document["functions"].items()}
    assert [name for name, one in failed.items() if one["exit-code"] == 7] == moved
    assert "lambda-ci rollback --to 1" in failed[moved[0]]["fix"]
    aws.faults.clear()
    assert cli("rollback", "--function", moved[0], "--to", "1").code == 0
    assert runs(aws) == dict.fromkeys(NAMES, "1")


@pytest.mark.usefixtures("second")
def test_what_others_moved_meanwhile_is_left_to_them(cli: Cli, aws: AwsServer) -> None:
    def theirs() -> None:
        one = next(one for one in aws.functions.values() if one.aliases["live"]["FunctionVersion"] == "2")
        one.versions["3"] = {**one.versions["2"], "Version": "3"}
        one.aliases["live"] |= {"FunctionVersion": "3", "RevisionId": "theirs"}

    aws.faults.add("UpdateAlias", After(theirs), after=1)
    aws.faults.add("UpdateAlias", DENIED, after=2, times=1)
    ran = cli("deploy", "--json")
    assert ran.code == 7
    assert sorted(runs(aws).values()) == ["1", "1", "1", "3"]
    assert "changed by somebody else" in ran.err


def test_what_is_released_for_the_first_time_has_nothing_to_go_back_to(cli: Cli, aws: AwsServer) -> None:
    write(cli, 1)
    for name in NAMES:
        aws.lambda_.handlers[name] = lambda _event, _version: {"statusCode": 200}
    aws.faults.add("CreateAlias", Status(403, "AccessDeniedException", "no"), after=3)
    ran = cli("deploy", "--json")
    assert ran.code == 5
    assert sorted(runs(aws).values()) == ["1"] * 3
    words = [one["failure"]["what"] for one in ran.document["functions"].values()]
    assert sum("goes on running version 1, because it is the first" in what for what in words) == 3
    assert cli("deploy").code == 0
    assert runs(aws) == dict.fromkeys(NAMES, "1")


@pytest.mark.parametrize(
    ("operation", "after"), [("PublishVersion", 1), ("Invoke", 3), ("UpdateAlias", 0), ("UpdateAlias", 2)]
)
@pytest.mark.usefixtures("second")
def test_an_interrupted_run_takes_everything_back(cli: Cli, aws: AwsServer, operation: str, after: int) -> None:
    main = threading.main_thread().ident or 0
    aws.faults.add(operation, After(lambda: signal.pthread_kill(main, signal.SIGINT)), after=after)
    ran = cli("deploy", "--json")
    assert ran.code == 130, ran.err
    assert runs(aws) == dict.fromkeys(NAMES, "1")
    assert all(one["failure"]["exit-code"] == 130 for one in ran.document["functions"].values())
    assert cli("deploy").code == 0
    assert runs(aws) == dict.fromkeys(NAMES, "2")


@pytest.mark.usefixtures("second")
def test_a_function_without_changes_is_no_part_of_it(cli: Cli, aws: AwsServer) -> None:
    write(cli, 2, names=["f0"])
    assert cli("deploy").code == 0
    write(cli, 2)
    aws.faults.add("UpdateAlias", DENIED, after=1)
    ran = cli("deploy", "--json")
    assert ran.code == 5
    assert "failure" not in ran.function("f0")
    assert runs(aws) == {"f0": "2", "f1": "1", "f2": "1", "f3": "1"}


@pytest.mark.usefixtures("second")
def test_the_choice_is_a_flag_and_one_of_the_stage_as_well(cli: Cli, aws: AwsServer) -> None:
    config = (cli.folder / "lambda-ci.yml").read_text(encoding="utf-8").replace("on-failure: rollback-all\n", "")
    cli.write("lambda-ci.yml", config + "stages: {prod: {on-failure: rollback-all}}\n")
    for argv in (["--on-failure", "rollback-all"], ["--stage", "prod"]):
        aws.faults.add("UpdateAlias", DENIED, after=2)
        assert cli("deploy", *argv).code == 5
        assert runs(aws) == dict.fromkeys(NAMES, "1")
        aws.faults.clear()
    assert "on-failure" in cli("deploy", "--on-failure", "rollback").err


def test_one_function_goes_back_alone(cli: Cli, aws: AwsServer) -> None:
    aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}
    assert cli("deploy").code == 0
    cli.write("src/app.py", "def handler(event, context):\n    return {'statusCode': 200, 'release': 2}\n")
    config = (cli.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    cli.write("lambda-ci.yml", config + "    url: {auth-type: NONE}\n")
    aws.faults.add("AddPermission", Status(403, "AccessDeniedException"), times=9)
    assert cli("deploy", "--on-failure", "rollback-all").code == 5
    assert runs(aws) == {"orders": "1"}
