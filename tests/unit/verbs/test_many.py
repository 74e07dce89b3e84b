"""Many functions in one run, and traffic that moves in steps, through the command line."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import pytest

from lambda_ci.verbs.deploying.parallel import THREADS
from tests.fakes.aws_server import After, Before, Status

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

COUNT = 6
NAMES = [f"f{number}" for number in range(COUNT)]


@pytest.fixture
def many(cli: Cli, aws: AwsServer) -> None:
    """Six functions of one source."""
    common = (
        "defaults: {source: src, handler: app.handler, runtime: python3.12, role: 'arn:aws:iam::123456789012:role/r'}"
    )
    cli.write("lambda-ci.yml", "\n".join(["version: 1", common, "functions:", *(f"  {name}: {{}}" for name in NAMES)]))
    for name in NAMES:
        aws.lambda_.handlers[name] = lambda _event, _version: {"statusCode": 200}


def versions(aws: AwsServer) -> dict[str, str]:
    found = {name: aws.functions[name].aliases.get("live", {}) for name in NAMES if name in aws.functions}
    return {name: alias["FunctionVersion"] for name, alias in found.items() if alias}


@pytest.mark.usefixtures("many")
def test_each_has_its_result_and_its_part_of_the_log(cli: Cli, aws: AwsServer) -> None:
    ran = cli("deploy", "--json")
    assert ran.code == 0, ran.err
    assert list(ran.document["functions"]) == NAMES
    assert versions(aws) == dict.fromkeys(NAMES, "1")
    parts = [line.removeprefix("▸ deploy ") for line in ran.err.splitlines() if line.startswith("▸ deploy ")]
    assert sorted(parts) == NAMES
    for name in NAMES:
        part = ran.err.partition(f"▸ deploy {name}\n")[2].partition("▸ ")[0]
        assert f"✓ deploy {name} (" in part


@pytest.mark.usefixtures("many")
def test_what_one_gets_from_aws_does_not_hide_the_others(cli: Cli, aws: AwsServer) -> None:
    aws.faults.add(
        "CreateFunction", Status(403, "AccessDeniedException", "not authorized to perform: lambda:CreateFunction")
    )
    ran = cli("deploy", "--json")
    assert ran.code == 5
    failed = [name for name, one in ran.document["functions"].items() if "failure" in one]
    assert len(failed) == 1
    assert versions(aws) == {name: "1" for name in NAMES if name not in failed}
    assert cli("deploy", "--json").code == 0
    assert versions(aws) == dict.fromkeys(NAMES, "1")


@pytest.mark.usefixtures("many")
def test_fail_fast_begins_nothing_more(cli: Cli, aws: AwsServer) -> None:
    cli.environ["LAMBDA_CI_FAIL_FAST"] = "true"
    denied = Status(403, "AccessDeniedException", "not authorized to perform: lambda:GetFunction")
    aws.faults.add("GetFunction", denied, times=100)
    ran = cli("deploy", "--json")
    assert ran.code == 5
    assert versions(aws) == {}
    assert all("failure" in one for one in ran.document["functions"].values())


@pytest.mark.usefixtures("cli", "aws")
def test_fail_fast_finishes_what_has_begun_and_ends_with_the_failures_code(cli: Cli, aws: AwsServer) -> None:
    names = [f"f{number:02}" for number in range(THREADS + 4)]
    common = "{source: src, handler: app.handler, runtime: python3.12, role: 'arn:aws:iam::123456789012:role/r'}"
    cli.write("lambda-ci.yml", f"version: 1\ndefaults: {common}\nfunctions: {{{': {}, '.join(names)}: {{}}}}\n")
    meeting = threading.Barrier(THREADS, timeout=60)
    denied = Status(403, "AccessDeniedException", "not authorized to perform: lambda:CreateFunction")
    aws.faults.add("GetFunction", Before(meeting.wait), times=THREADS)
    aws.faults.add("CreateFunction", denied)
    ran = cli("deploy", "--json", "--fail-fast")
    assert ran.code == 5, ran.err
    failures = [one["failure"]["what"] for one in ran.document["functions"].values() if "failure" in one]
    assert not any("interrupted" in what for what in failures)
    assert sum("`fail-fast` is set" in what for what in failures) == len(failures) - 1
    assert len(aws.functions) == len(names) - len(failures) >= THREADS - 1


@pytest.mark.usefixtures("many")
def test_a_signal_ends_all_in_order_and_the_next_run_finishes(cli: Cli, aws: AwsServer) -> None:
    main = threading.main_thread().ident or 0
    aws.faults.add("PublishVersion", After(lambda: signal.pthread_kill(main, signal.SIGINT)), after=2)
    ran = cli("deploy", "--json")
    assert ran.code == 130
    results = ran.document["functions"]
    assert {one["failure"]["exit-code"] for one in results.values() if "failure" in one} == {130}
    for name, one in results.items():
        assert ("failure" in one) == (name not in versions(aws)), "what is reported is what is there"
    assert cli("deploy").code == 0
    assert versions(aws) == dict.fromkeys(NAMES, "1")


@pytest.fixture
def stepwise(cli: Cli, aws: AwsServer) -> None:
    """One function with a short canary, whose version 1 runs and whose version 2 is to be deployed."""
    aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}
    config = (cli.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    cli.write("lambda-ci.yml", config + "    rollout: {strategy: canary, percent: 20, minutes: 0.005}\n")
    assert cli("deploy").code == 0
    cli.write("src/app.py", "def handler(event, context):\n    return {'statusCode': 200, 'release': 2}\n")
    aws.requests.clear()


@pytest.mark.usefixtures("stepwise")
def test_a_deployment_moves_traffic_in_steps(cli: Cli, aws: AwsServer) -> None:
    ran = cli("deploy")
    assert ran.code == 0, ran.err
    assert "20% of the calls go to version 2" in ran.err
    assert aws.functions["orders"].aliases["live"]["FunctionVersion"] == "2"
    assert cli("plan", "--json").document["changed"] is False


@pytest.mark.usefixtures("stepwise")
def test_a_version_that_does_badly_ends_with_6_and_the_old_one_serves(cli: Cli, aws: AwsServer) -> None:
    looks = iter([{"Invocations": 0, "Errors": 0}])
    aws.cloudwatch.counts = lambda _version: next(looks, {"Invocations": 9, "Errors": 3})
    ran = cli("deploy", "--json")
    assert ran.code == 6
    assert "3 of 9 calls failed" in ran.function("orders")["failure"]["why"]
    live = aws.functions["orders"].aliases["live"]
    assert (live["FunctionVersion"], live.get("RoutingConfig")) == ("1", None)


@pytest.mark.usefixtures("stepwise")
def test_what_a_killed_run_split_is_given_back_before_anything_else(cli: Cli, aws: AwsServer) -> None:
    orders = aws.functions["orders"]
    orders.versions["2"] = {**orders.versions["1"], "Version": "2"}
    orders.next_version = 3
    orders.aliases["live"]["RoutingConfig"] = {"AdditionalVersionWeights": {"2": 0.2}}
    orders.tags["lambda-ci:rollout"] = "live/1/2/20261120T080000Z"
    ran = cli("deploy")
    assert ran.code == 0, ran.err
    assert "a rollout of version 2 was killed: all calls of live go to 1 again" in ran.err
    assert "lambda-ci:rollout" not in orders.tags
