"""Deploying with the real command line to LocalStack, which refuses what Lambda refuses and takes time as Lambda does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_faults import Before
from tests.localstack.account import NAME

if TYPE_CHECKING:
    from tests.localstack.account import Account

UNCHANGED = ["GetFunction", "GetFunction"]


def unchanged(account: Account) -> bool:
    """Whether another run asks twice, writes nothing and says so."""
    ran = account.deploy()
    return (ran.code, ran.document["changed"], account.proxy.operations) == (0, False, UNCHANGED)


def test_the_first_deploy_waits_until_the_function_is_active_and_serves_version_1(account: Account) -> None:
    states: list[str] = []
    account.proxy.faults.add("PublishVersion", Before(lambda: states.append(account.configuration()["State"])))
    ran = account.deploy("first")
    assert ran.code == 0, ran.err
    assert account.proxy.writes == ["CreateFunction", "PublishVersion", "CreateAlias"]
    assert states == ["Active"]
    orders = ran.function(NAME)
    assert (orders["version"], orders["previous-version"], orders["alias"], orders["changed"]) == (
        "1",
        None,
        "live",
        True,
    )
    assert [case["passed"] for case in orders["smoke"]] == [True]
    assert account.answer()["answer"] == "first"
    assert unchanged(account)


def test_new_code_is_a_new_version(account: Account) -> None:
    account.deploy("first")
    ran = account.deploy("second")
    assert ran.code == 0, ran.err
    assert account.proxy.writes == ["UpdateFunctionCode", "PublishVersion", "UpdateAlias"]
    assert (ran.function(NAME)["version"], ran.function(NAME)["previous-version"]) == ("2", "1")
    assert [account.answer("1")["answer"], account.answer()["answer"]] == ["first", "second"]
    assert unchanged(account)


def test_a_new_configuration_is_a_new_version(account: Account) -> None:
    account.deploy("first", timeout=50)
    ran = account.deploy("first", timeout=51, memory_size=256)
    assert ran.code == 0, ran.err
    assert account.proxy.writes == ["UpdateFunctionConfiguration", "PublishVersion", "UpdateAlias"]
    assert [account.configuration(version)["Timeout"] for version in ("1", "live")] == [50, 51]
    assert unchanged(account)


def test_configuration_goes_before_code_and_both_are_one_version(account: Account) -> None:
    account.deploy("first")
    ran = account.deploy("second", timeout=51, tags={"team": "shop"})
    assert ran.code == 0, ran.err
    assert account.proxy.writes == [
        "UpdateFunctionConfiguration", "UpdateFunctionCode", "TagResource", "PublishVersion", "UpdateAlias",
    ]  # fmt: skip
    assert account.versions() == ["1", "2"]
    assert unchanged(account)


def test_every_member_reads_back_as_it_was_declared(account: Account) -> None:
    members = {
        "description": "all of it",
        "timeout": 50,
        "memory_size": 512,
        "ephemeral_storage": {"size": 1024},
        "tracing_config": {"mode": "Active"},
        "logging_config": {"log-format": "JSON", "application-log-level": "DEBUG"},
        "snap_start": {"apply-on": "None"},
        "environment": {"COLOUR": "red"},
        "tags": {"team": "shop"},
    }
    assert account.deploy("first", **members).code == 0
    assert unchanged(account)
    again = account.deploy("first", logging_config={"log-format": "Text"}, ephemeral_storage={"size": 512})
    assert again.code == 0, again.err
    assert unchanged(account)


def test_variables_of_others_are_kept_unless_they_are_to_be_replaced(account: Account) -> None:
    account.deploy("first", environment={"COLOUR": "red"})
    account.client.update_function_configuration(
        FunctionName=NAME, Environment={"Variables": {"COLOUR": "red", "THEIRS": "1"}}
    )
    account.settled()
    assert account.deploy("first", environment={"COLOUR": "blue"}).code == 0
    assert account.configuration("live")["Environment"]["Variables"] == {"COLOUR": "blue", "THEIRS": "1"}
    assert account.answer()["colour"] == "blue"
    assert unchanged(account)
    assert account.deploy("first", environment_mode="replace").code == 0
    assert account.configuration("live")["Environment"]["Variables"] == {"COLOUR": "blue"}
    assert unchanged(account)


def test_tags_of_others_stay_and_a_change_of_tags_alone_publishes_nothing(account: Account) -> None:
    account.deploy("first", tags={"team": "shop"})
    arn = account.configuration()["FunctionArn"]
    account.client.tag_resource(Resource=arn, Tags={"theirs": "1"})
    ran = account.deploy("first", tags={"team": "sales"})
    assert ran.code == 0, ran.err
    assert account.proxy.writes == ["TagResource"]
    assert account.client.list_tags(Resource=arn)["Tags"] == {
        "team": "sales", "theirs": "1", "lambda-ci:project": "shop",
    }  # fmt: skip
    assert unchanged(account)


def test_an_alias_that_was_deleted_is_made_again(account: Account) -> None:
    account.deploy("first")
    account.client.delete_alias(FunctionName=NAME, Name="live")
    ran = account.deploy()
    assert ran.code == 0, ran.err
    assert (account.alias(), account.versions()) == ("1", ["1"])
    assert account.proxy.writes == ["PublishVersion", "CreateAlias"]
    assert unchanged(account)


def test_an_alias_that_others_moved_is_moved_back_after_the_test(account: Account) -> None:
    account.deploy("first")
    account.deploy("second")
    account.client.update_alias(FunctionName=NAME, Name="live", FunctionVersion="1")
    ran = account.deploy()
    assert ran.code == 0, ran.err
    assert (account.alias(), account.versions()) == ("2", ["1", "2"])
    assert account.proxy.operations.index("Invoke") < account.proxy.operations.index("UpdateAlias")
    assert unchanged(account)


def test_another_alias_has_a_life_of_its_own(account: Account) -> None:
    account.deploy("first")
    assert account.deploy("second", alias="next").code == 0
    assert (account.alias("live"), account.alias("next")) == ("1", "2")
    assert account.deploy("second", alias="live").code == 0
    assert (account.alias("live"), account.versions()) == ("2", ["1", "2"])


def test_code_that_others_put_there_is_replaced(account: Account) -> None:
    account.deploy("first")
    ours = account.configuration()["CodeSha256"]
    account.deploy("second")
    account.put("first")
    ran = account.deploy()
    assert ran.code == 0, ran.err
    assert account.configuration("live")["CodeSha256"] == ours
    assert unchanged(account)


def test_a_runtime_that_aws_does_not_know_is_refused_before_the_alias(account: Account) -> None:
    ran = account.deploy("first", runtime="python3.99")
    assert ran.code == 5
    assert "python3.99" in ran.function(NAME)["failure"]["what"]
    assert "Traceback" not in ran.err


def test_too_many_variables_are_refused_without_showing_their_values(account: Account) -> None:
    account.deploy("first", environment={"COLOUR": "red"})
    theirs = {"COLOUR": "red", "THEIRS": "hunter1" * 400}
    account.client.update_function_configuration(FunctionName=NAME, Environment={"Variables": theirs})
    account.settled()
    ran = account.deploy("first", environment={"OURS": "hunter2" * 400})
    assert ran.code == 2
    assert "Lambda allows 4096" in ran.err
    assert "THEIRS" in ran.err
    assert "hunter" not in ran.err + ran.out
    assert account.alias() == "1"


@pytest.mark.parametrize(
    "code", ["import nothing_like_this\ndef handler(event, context): pass", "def handler(event, context): 1 / 0"]
)
def test_without_smoke_tests_nothing_is_invoked(account: Account, code: str) -> None:
    ran = account.deploy(code=code, smoke=[])
    assert ran.code == 0, ran.err
    assert "Invoke" not in account.proxy.operations
