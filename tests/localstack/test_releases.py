"""What an alias ran, the way back, cleaning up, and traffic in steps, on an AWS that refuses what Lambda refuses."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import yaml

from tests.localstack.account import NAME, REGION, WORKS
from tests.localstack.test_deploy import unchanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.localstack.account import Account

CANARY = {"strategy": "canary", "percent": 10, "minutes": 0.02}
TAG = "lambda-ci:rollout"


def described(account: Account) -> str:
    """What the alias says it ran."""
    return account.client.get_alias(FunctionName=NAME, Name="live")["Description"]


def split(account: Account) -> dict[str, float]:
    found = account.client.get_alias(FunctionName=NAME, Name="live")
    return dict(found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}))


def release(account: Account, count: int, **spec: Any) -> None:  # noqa: ANN401
    """Versions 1 to ``count``, each released after the other."""
    for number in range(1, count + 1):
        ran = account.deploy(f"release {number}", **spec)
        assert ran.code == 0, ran.err


def test_going_back_twice_and_forward_again(account: Account) -> None:
    release(account, 3)
    assert described(account) == "[lambda-ci: 3 < 2 < 1]"
    assert account.cli("rollback").code == 0
    assert (account.answer()["answer"], described(account)) == ("release 2", "[lambda-ci: 2 < 1; not 3]")
    assert account.cli("rollback").code == 0
    assert (account.alias(), described(account)) == ("1", "[lambda-ci: 1; not 2 3]")
    assert account.cli("rollback").code == 5
    ran = account.deploy("release 2")
    assert (ran.code, account.alias(), described(account)) == (0, "4", "[lambda-ci: 4 < 1; not 2 3]")
    assert unchanged(account)


def test_the_same_code_from_another_run_and_an_unlucky_first_one_is_one_version(account: Account) -> None:
    """PublishVersion answers with the version that is there, whatever its description says."""
    account.cli.environ |= {"GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "4711", "GITHUB_SHA": "1a2b3c4d5e6f" + "0" * 28}
    release(account, 1, description="takes orders überall")
    account.put("second", smoke=[{"payload": {}, "expect": {"status": 500}}])
    assert account.deploy().code == 6
    account.cli.environ |= {"GITHUB_RUN_ID": "4712", "GITHUB_SHA": "2b3c4d5e6f7a" + "0" * 28}
    ran = account.deploy("second", smoke=[])
    assert (ran.code, account.versions(), account.alias()) == (0, ["1", "2"], "2"), ran.err
    records = [account.configuration(version)["Description"] for version in ("1", "2")]
    assert all(one.startswith("takes orders überall [lambda-ci: commit 1a2b3c4d5e6f, run ") for one in records)
    assert account.configuration()["Description"] == "takes orders überall"
    assert unchanged(account)


def test_old_versions_go_and_what_something_holds_stays(account: Account) -> None:
    release(account, 5)
    account.client.create_alias(FunctionName=NAME, Name="theirs", FunctionVersion="1")
    ran = account.cli("prune", "--keep", "2", "--json")
    assert ran.code == 0, ran.err
    assert (account.versions(), ran.function(NAME)["removed"]) == (["1", "4", "5"], ["2", "3"])
    assert account.cli("rollback").code == 0
    assert account.answer()["answer"] == "release 4"
    assert account.cli("rollback").code == 0
    assert account.answer()["answer"] == "release 1", "what was deleted is passed over"


@pytest.fixture
def watched(account: Account) -> Iterator[Any]:
    """CloudWatch, with the alarm late."""
    account.cli.environ["AWS_ENDPOINT_URL_CLOUDWATCH"] = account.stack.url
    session = boto3.session.Session(account.number, "not-a-secret", region_name=REGION)
    client = session.client("cloudwatch", endpoint_url=account.stack.url)
    client.put_metric_alarm(
        AlarmName="late", MetricName="Duration", Namespace="Shop", Statistic="Maximum", Period=60, Threshold=1,
        EvaluationPeriods=1, ComparisonOperator="GreaterThanThreshold", ActionsEnabled=False,
    )  # fmt: skip
    client.set_alarm_state(AlarmName="late", StateValue="OK", StateReason="a quiet day")
    yield client
    client.delete_alarms(AlarmNames=["late"])


def leave_split(account: Account) -> None:
    """Version 1 runs, and 2 gets a part of the calls. (This LocalStack takes weights only when an alias is created.)"""
    release(account, 2)
    account.client.delete_alias(FunctionName=NAME, Name="live")
    account.client.create_alias(
        FunctionName=NAME, Name="live", FunctionVersion="1", Description="[lambda-ci: 1]",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}},
    )  # fmt: skip


def test_what_a_killed_rollout_split_is_taken_back_by_the_next_deploy(account: Account) -> None:
    leave_split(account)
    arn = account.configuration()["FunctionArn"]
    account.client.tag_resource(Resource=arn, Tags={TAG: "live/1/2/20261120T080000Z"})
    ran = account.deploy("release 3")
    assert ran.code == 0, ran.err
    assert "a rollout of version 2 was killed: all calls of live go to 1 again" in ran.err
    assert (account.alias(), split(account), described(account)) == ("3", {}, "[lambda-ci: 3 < 1]")
    assert TAG not in account.client.get_function(FunctionName=NAME)["Tags"]
    assert unchanged(account)


def test_a_rollback_ends_a_split(account: Account) -> None:
    leave_split(account)
    ran = account.cli("rollback")
    assert ran.code == 0, ran.err
    assert (account.alias(), split(account), described(account)) == ("1", {}, "[lambda-ci: 1; not 2]")


@pytest.mark.parametrize(("state", "code"), [("ALARM", 6), ("gone", 2)])
def test_a_rollout_asks_cloudwatch_before_any_call_moves(account: Account, watched: Any, state: str, code: int) -> None:  # noqa: ANN401
    release(account, 1)
    if state == "gone":
        watched.delete_alarms(AlarmNames=["late"])
    else:
        watched.set_alarm_state(AlarmName="late", StateValue=state, StateReason="it is late")
    ran = account.deploy("second", rollout={**CANARY, "alarms": ["late"]})
    assert ran.code == code, ran.err
    assert ("the alarm late rings: it is late" if code == 6 else "there is no alarm late") in ran.err
    assert (account.alias(), account.versions(), "UpdateAlias" in account.proxy.operations) == ("1", ["1", "2"], False)


def test_functions_deployed_together_share_a_layer(account: Account, request: pytest.FixtureRequest) -> None:
    names = [f"shop-{number}" for number in range(6)]
    account.put("first")
    document = yaml.safe_load((account.cli.folder / "lambda-ci.yml").read_text(encoding="utf-8"))
    [function] = document["functions"].values()
    document |= {"layers": {"shared": {"source": "shared"}}}
    document["functions"] = {name: {**function, "layers": ["shared"]} for name in names}
    account.cli.write("lambda-ci.yml", yaml.safe_dump(document))
    account.cli.write("shared/common.py", "WORD = 'first'\n")
    account.cli.write("src/app.py", f"import common\n{WORKS % 'together'}")
    for name in names:
        request.addfinalizer(_deletes(account, name))
    ran = account.deploy()
    assert ran.code == 0, ran.err
    assert account.proxy.operations.count("PublishLayerVersion") == 1
    [layer] = account.client.list_layers()["Layers"]
    for name in names:
        attached = account.client.get_function(FunctionName=f"{name}:live")["Configuration"]["Layers"]
        assert [one["Arn"] for one in attached] == [layer["LatestMatchingVersion"]["LayerVersionArn"]]
    planned = account.cli("plan", "--json")
    assert planned.document["changed"] is False, planned.out
    gone = account.cli("destroy", "--yes", "--json")
    assert (gone.code, account.client.list_functions()["Functions"]) == (0, []), gone.err


def _deletes(account: Account, name: str) -> Callable[[], None]:
    """Where the test ended early."""

    def delete() -> None:
        client = account.client
        with contextlib.suppress(client.exceptions.ResourceNotFoundException):
            client.delete_function(FunctionName=name)

    return delete
