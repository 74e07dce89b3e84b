"""The other verbs against LocalStack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.localstack.account import NAME

if TYPE_CHECKING:
    from tests.localstack.account import Account


def test_plan_says_what_deploy_does_and_writes_nothing(account: Account) -> None:
    for changes in (
        {"timeout": 50, "tags": {"a": "1"}},
        {"timeout": 51, "environment": {"COLOUR": "red"}},
        {"tags": {"a": "2"}},
    ):
        account.put(str(changes), **changes)
        account.proxy.requests.clear()
        planned = account.cli("plan", "--json")
        assert (planned.code, account.proxy.writes) == (0, []), planned.err
        deployed = account.deploy()
        assert deployed.code == 0, deployed.err
        assert planned.function(NAME)["changes"] == deployed.function(NAME)["changes"]
        assert account.cli("plan", "--json").document["changed"] is False


def test_plan_for_a_function_that_does_not_exist_asks_once(account: Account) -> None:
    account.put()
    ran = account.cli("plan")
    assert (ran.code, account.proxy.operations) == (0, ["GetFunction"])
    assert "+ function" in ran.out


def test_status_says_what_is_served_and_what_waits(account: Account) -> None:
    account.put()
    assert account.cli("status", "--json").function(NAME)["version"] is None
    account.deploy("first")
    served = account.cli("status", "--json").function(NAME)
    assert (served["version"], served["alias"], served["state"], served["unpublished"]) == (
        "1",
        "live",
        "Active",
        False,
    )
    account.deploy(code="def handler(event, context): 1 / 0")
    account.proxy.requests.clear()
    waiting = account.cli("status", "--json").function(NAME)
    assert (waiting["version"], waiting["unpublished"]) == ("1", True)
    assert account.proxy.operations == ["GetFunction", "GetFunction", "GetAlias", "ListVersionsByFunction"]


def test_invoke_prints_the_answer_and_the_end_of_the_log(account: Account) -> None:
    account.deploy("first")
    account.deploy("second")
    ran = account.cli("invoke", "--payload", '{"ping": true}')
    assert ran.code == 0, ran.err
    assert '"answer": "second"' in ran.out
    assert "a line of the log" in ran.err
    older = account.cli("invoke", "--qualifier", "1", "--json").document
    assert (older["payload"]["answer"], older["executed-version"], older["function-error"]) == ("first", "1", None)


def test_invoke_of_a_function_that_fails_ends_with_6_and_shows_why(account: Account) -> None:
    account.deploy(code="def handler(event, context):\n    raise LookupError('as asked')\n", smoke=[])
    account.proxy.requests.clear()
    ran = account.cli("invoke", "--json")
    assert (ran.code, account.proxy.operations) == (6, ["Invoke"])
    assert ran.document["function-error"] == "Unhandled"
    assert (ran.document["payload"]["errorType"], ran.document["payload"]["errorMessage"]) == (
        "LookupError",
        "as asked",
    )
    assert "[ERROR] LookupError" in ran.err


def test_invoke_of_what_does_not_exist_ends_with_5(account: Account) -> None:
    account.put()
    ran = account.cli("invoke")
    assert ran.code == 5
    assert "Function not found" in ran.err
    account.deploy("first")
    assert account.cli("invoke", "--qualifier", "42").code == 5
