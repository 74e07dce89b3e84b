"""``rollback``, ``status``, ``prune`` and ``destroy`` on many functions: at the same time, each with its own result."""

from __future__ import annotations

import copy
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import After, Before, Status

if TYPE_CHECKING:
    from tests.fakes.aws_lambda import Deployed
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

NAMES = [f"f{number}" for number in range(4)]
CONFIG = f"""\
version: 1
project: shop
defaults: {{source: src, handler: app.handler, runtime: python3.12, role: "arn:aws:iam::123456789012:role/r"}}
functions: {{{": {}, ".join(NAMES)}: {{}}}}
"""
DENIED = Status(403, "AccessDeniedException", "not authorized to perform that")
FIRST = {"rollback": "GetAlias", "status": "GetFunction", "prune": "GetFunction", "destroy": "GetFunction"}
"""What each verb asks first."""
_MADE: dict[str, Deployed] = {}


@pytest.fixture(autouse=True)
def released(cli: Cli, aws: AwsServer) -> None:
    """Versions 1 and 2 of four functions; deployed once, because that is slow."""
    cli.write("lambda-ci.yml", CONFIG)
    for number in () if _MADE else (1, 2):
        cli.write("src/app.py", f"def handler(event, context):\n    return {number}\n")
        assert cli("deploy").code == 0
    _MADE.update(copy.deepcopy(_MADE or aws.functions))
    aws.functions.clear()
    aws.functions.update(copy.deepcopy(_MADE))
    aws.requests.clear()


def running(aws: AwsServer) -> dict[str, str]:
    return {name: one.aliases["live"]["FunctionVersion"] for name, one in aws.functions.items()}


def interrupt() -> None:
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


@pytest.mark.parametrize("verb", [["rollback"], ["status"], ["prune", "--keep", "1"], ["destroy", "--yes"]])
def test_all_are_worked_on_at_the_same_time_and_told_in_order(cli: Cli, aws: AwsServer, verb: list[str]) -> None:
    meeting = threading.Barrier(len(NAMES), timeout=60)
    aws.faults.add(FIRST[verb[0]], Before(meeting.wait), times=len(NAMES))
    ran = cli(*verb, "--json")
    assert ran.code == 0, ran.err
    assert list(ran.document["functions"]) == NAMES


def test_one_that_cannot_go_back_does_not_keep_the_others(cli: Cli, aws: AwsServer) -> None:
    aws.functions["f1"].aliases["live"]["Description"] = ""
    ran = cli("rollback", "--json")
    assert ran.code == 5
    assert "ran nothing before version 2" in ran.function("f1")["failure"]["what"]
    assert running(aws) == {"f0": "1", "f1": "2", "f2": "1", "f3": "1"}
    parts = [line for line in ran.err.splitlines() if line.startswith(("✓ roll back", "✗ roll back"))]
    assert sorted(part.split()[3] for part in parts) == NAMES


@pytest.mark.parametrize("verb", ["rollback", "status", "prune", "destroy"])
def test_one_that_aws_refuses_has_its_own_failure(cli: Cli, aws: AwsServer, verb: str) -> None:
    aws.faults.add(FIRST[verb], DENIED)
    ran = cli(verb, *(["--yes"] if verb == "destroy" else []), "--json")
    assert ran.code == 5
    failed = [name for name, one in ran.document["functions"].items() if "failure" in one]
    assert len(failed) == 1
    assert verb != "destroy" or list(aws.functions) == failed


def test_fail_fast_begins_nothing_after_a_failure(cli: Cli, aws: AwsServer) -> None:
    """All four begin together, so that those of a longer list are the ones held back."""
    more = [f"g{number:02}" for number in range(20)]
    cli.write("lambda-ci.yml", CONFIG.replace("{f0", f"{{{': {}, '.join(more)}: {{}}, f0"))
    aws.faults.add("GetAlias", DENIED, times=99)
    ran = cli("rollback", "--fail-fast", "--json")
    assert ran.code == 5
    failures = [one["failure"]["what"] for one in ran.document["functions"].values()]
    assert failures[-1] == "not begun: another function failed before its turn, and `fail-fast` is set"
    assert set(running(aws).values()) == {"2"}


def test_a_smoke_test_that_fails_before_a_rollback_is_in_the_result(cli: Cli, aws: AwsServer) -> None:
    cli.write("lambda-ci.yml", CONFIG.replace("source:", "smoke: [{expect: {status: 200}}], source:"))
    aws.functions["f0"].aliases["live"]["Description"] = ""
    aws.lambda_.handlers["f0"] = lambda _event, _version: {"statusCode": 500}
    ran = cli("rollback", "--to", "1", "--function", "f0", "--json")
    assert (ran.code, running(aws)["f0"]) == (6, "2")
    assert [case["passed"] for case in ran.function("f0")["smoke"]] == [False]


def test_a_signal_ends_a_rollback_in_order_and_the_next_run_finishes(cli: Cli, aws: AwsServer) -> None:
    aws.faults.add("GetAlias", After(interrupt), after=1)
    ran = cli("rollback", "--to", "1", "--json")
    assert ran.code == 130
    results = ran.document["functions"]
    assert {one["failure"]["exit-code"] for one in results.values() if "failure" in one} == {130}
    assert all(running(aws)[name] == "1" for name, one in results.items() if "failure" not in one)
    assert cli("rollback", "--to", "1").code == 0
    assert set(running(aws).values()) == {"1"}


def test_a_signal_while_it_is_looked_for_what_goes_deletes_nothing(cli: Cli, aws: AwsServer) -> None:
    aws.faults.add("ListAliases", After(interrupt), after=1)
    ran = cli("destroy", "--yes", "--json")
    assert ran.code == 130
    assert (aws.writes, sorted(aws.functions)) == ([], NAMES)
    assert all(one["failure"]["exit-code"] == 130 for one in ran.document["functions"].values())


def test_status_says_where_a_part_of_the_calls_goes_and_how_versions_were_declared(cli: Cli, aws: AwsServer) -> None:
    aws.functions["f1"].aliases["live"]["RoutingConfig"] = {"AdditionalVersionWeights": {"1": 0.125}}
    ran = cli("status")
    assert "f1        2        live (12.5% to 1)" in ran.out
    assert "config " in ran.out
    found = cli("status", "--json")
    assert (found.function("f0")["weights"], found.function("f1")["weights"]) == ({}, {"1": 0.125})
    configs = {one["config"] for one in found.function("f1")["history"]}
    assert len(configs) == 1
    assert configs != {None}
