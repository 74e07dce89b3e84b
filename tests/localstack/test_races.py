"""Others at work on the same function, while this run is."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_faults import After, Before
from tests.localstack.account import NAME
from tests.localstack.test_deploy import unchanged

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.localstack.account import Account


def archive(source: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("app.py", source)
    return buffer.getvalue()


def set_theirs(account: Account) -> Callable[[], None]:
    """Somebody adds a variable, and waits until that is done."""

    def act() -> None:
        variables = account.configuration().get("Environment", {}).get("Variables", {})
        account.client.update_function_configuration(
            FunctionName=NAME, Environment={"Variables": {**variables, "THEIRS": "1"}}
        )
        account.settled()

    return act


@pytest.mark.parametrize("operation", ["UpdateFunctionConfiguration", "UpdateFunctionCode", "PublishVersion"])
def test_a_function_that_others_change_in_between_is_not_overwritten_and_not_released(
    account: Account, operation: str
) -> None:
    account.deploy("first", environment={"COLOUR": "red"})
    account.proxy.faults.add(operation, Before(set_theirs(account)))
    ran = account.deploy("second", environment={"COLOUR": "blue"})
    assert ran.code == 5
    assert "changed by somebody else" in ran.function(NAME)["failure"]["what"]
    assert (account.alias(), account.versions()) == ("1", ["1"])
    assert account.deploy().code == 0
    assert account.configuration("live")["Environment"]["Variables"] == {"COLOUR": "blue", "THEIRS": "1"}
    assert account.answer()["answer"] == "second"
    assert unchanged(account)


def test_an_update_that_others_began_before_is_waited_for(account: Account) -> None:
    account.deploy("first")
    account.put("second", timeout=59)
    account.client.update_function_configuration(FunctionName=NAME, Description="theirs")
    ran = account.deploy()
    assert ran.code == 0, ran.err
    assert account.configuration("live")["Description"].startswith("theirs [lambda-ci: ")
    assert unchanged(account)


@pytest.mark.parametrize("operation", ["UpdateFunctionConfiguration", "UpdateFunctionCode", "TagResource"])
def test_an_update_that_others_begin_in_the_last_moment_loses_nothing(account: Account, operation: str) -> None:
    account.deploy("first", environment={"COLOUR": "red"})
    action = Before(lambda: account.client.update_function_configuration(FunctionName=NAME, MemorySize=256))
    account.proxy.faults.add(operation, action)
    ran = account.deploy("second", environment={"COLOUR": "blue"}, tags={"team": "shop"})
    assert ran.code in {0, 5}, ran.err
    if ran.code == 5:
        assert account.alias() == "1"
        assert account.deploy().code == 0
    served = account.configuration("live")
    assert (served["MemorySize"], account.answer()["answer"]) == (256, "second")
    assert unchanged(account)


def test_an_update_without_any_change_in_the_last_moment_stops_nothing(account: Account) -> None:
    account.deploy("first")
    again = Before(lambda: account.client.update_function_configuration(FunctionName=NAME))
    account.proxy.faults.add("UpdateFunctionCode", again)
    ran = account.deploy("second")
    assert ran.code == 0, ran.err
    assert account.answer()["answer"] == "second"


def test_code_that_others_put_there_before_publication_is_not_released(account: Account) -> None:
    account.deploy("first")

    def replace() -> None:
        account.client.update_function_code(FunctionName=NAME, ZipFile=archive("def handler(event, context): pass"))
        account.settled()

    account.proxy.faults.add("PublishVersion", Before(replace))
    ran = account.deploy("second")
    assert (ran.code, account.alias(), account.versions()) == (5, "1", ["1"])
    assert account.deploy().code == 0
    assert account.answer()["answer"] == "second"


def test_an_alias_that_others_move_during_the_test_stays_where_they_put_it(account: Account) -> None:
    account.deploy("first")
    account.deploy("second")
    rolled_back = After(lambda: account.client.update_alias(FunctionName=NAME, Name="live", FunctionVersion="1"))
    account.proxy.faults.add("Invoke", rolled_back)
    ran = account.deploy("third")
    assert (ran.code, account.alias()) == (5, "1")
    assert "now at version 1" in ran.function(NAME)["failure"]["what"]
    assert account.deploy().code == 0
    assert account.answer()["answer"] == "third"


@pytest.mark.parametrize("operation", ["GetAlias", "UpdateAlias"])
def test_an_alias_that_others_move_in_the_last_moment_stays_where_they_put_it(account: Account, operation: str) -> None:
    account.deploy("first")
    account.deploy("second")
    rolled_back = Before(lambda: account.client.update_alias(FunctionName=NAME, Name="live", FunctionVersion="1"))
    account.proxy.faults.add(operation, rolled_back)
    ran = account.deploy("third")
    assert (ran.code, account.alias()) == (5, "1")


def test_an_alias_that_others_make_during_the_first_deploy_stays_where_they_put_it(account: Account) -> None:
    action = Before(lambda: account.client.create_alias(FunctionName=NAME, Name="live", FunctionVersion="$LATEST"))
    account.proxy.faults.add("CreateAlias", action)
    ran = account.deploy("first")
    assert (ran.code, account.alias()) == (5, "$LATEST")
    assert account.deploy().code == 0
    assert account.alias() == "1"


def test_a_function_that_others_create_in_the_same_moment_becomes_what_is_declared(account: Account) -> None:
    def theirs() -> None:
        account.client.create_function(
            FunctionName=NAME,
            Role=f"arn:aws:iam::{account.number}:role/theirs",
            Runtime="python3.11",
            Handler="other.handler",
            Code={"ZipFile": archive("")},
        )

    account.proxy.faults.add("CreateFunction", Before(theirs))
    ran = account.deploy("first", timeout=59)
    assert ran.code == 0, ran.err
    served = account.configuration("live")
    assert (served["Handler"], served["Timeout"], served["Role"].rpartition("/")[2]) == ("app.handler", 59, "orders")
    assert unchanged(account)


def test_a_function_that_others_delete_in_the_middle_is_made_by_the_next_run(account: Account) -> None:
    account.deploy("first")
    account.proxy.faults.add("UpdateFunctionCode", After(lambda: account.client.delete_function(FunctionName=NAME)))
    ran = account.deploy("second")
    assert ran.code == 5
    assert "deleted" in ran.function(NAME)["failure"]["what"] + ran.function(NAME)["failure"]["why"]
    assert account.deploy().code == 0
    assert (account.alias(), account.answer()["answer"]) == ("1", "second")


def test_two_runs_of_the_same_inputs_at_once_make_one_version(account: Account) -> None:
    account.deploy("first")
    account.put("second")
    inner: list[int] = []
    account.proxy.faults.add("UpdateFunctionCode", Before(lambda: inner.append(account.cli("deploy").code)))
    ran = account.cli("deploy")
    assert (ran.code, inner) == (0, [0]), ran.err
    assert (account.alias(), account.versions()) == ("2", ["1", "2"])


def test_code_that_others_put_there_right_after_the_configuration_is_not_overwritten(account: Account) -> None:
    account.deploy("first", environment={"COLOUR": "red"})
    theirs = archive("def handler(event, context): pass")

    def replace() -> None:
        account.settled()
        account.client.update_function_code(FunctionName=NAME, ZipFile=theirs)
        account.settled()

    account.proxy.faults.add("UpdateFunctionConfiguration", After(replace))
    ran = account.deploy("second", environment={"COLOUR": "blue"})
    assert (ran.code, account.alias(), account.versions()) == (5, "1", ["1"])
    assert "changed by somebody else" in ran.function(NAME)["failure"]["what"]
    assert "UpdateFunctionCode" not in account.proxy.operations
    assert account.deploy().code == 0
    assert account.answer()["answer"] == "second"


def test_tags_of_others_stay_whenever_they_come(account: Account) -> None:
    account.deploy("first")
    arn = account.configuration()["FunctionArn"]
    tagging = Before(lambda: account.client.tag_resource(Resource=arn, Tags={"theirs": "1"}))
    account.proxy.faults.add("TagResource", tagging)
    ran = account.deploy("second", tags={"team": "shop"})
    assert ran.code == 0, ran.err
    assert {"theirs", "team"} <= set(account.client.list_tags(Resource=arn)["Tags"])
