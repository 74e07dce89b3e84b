"""Broken functions, really run: callers never get them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.localstack.account import NAME, PATIENT

if TYPE_CHECKING:
    from tests.localstack.account import Account

BROKEN = {
    "a module that is missing": ("import nothing_like_this\n\ndef handler(event, context):\n    pass\n", "Runtime.ImportModuleError", "nothing_like_this"),
    "an error at import": ("1 / 0\n\ndef handler(event, context):\n    pass\n", "ZeroDivisionError", "division by zero"),
    "an exception": ("def handler(event, context):\n    raise LookupError('as asked')\n", "LookupError", "as asked"),
    "a wrong answer": ("def handler(event, context):\n    print('look here')\n    return {'statusCode': 500}\n", "expected status 200, but it is 500", "look here"),
    "no answer in time": ("import time\n\ndef handler(event, context):\n    print('sleepy', flush=True)\n    time.sleep(600)\n", "Task timed out after 3.00 seconds", "sleepy"),
    "the end of the process": ("import os\n\ndef handler(event, context):\n    print('bye', flush=True)\n    os._exit(3)\n", "Runtime.ExitError", "bye"),
    "an answer that is no JSON": ("def handler(event, context):\n    return {'statusCode': 200, 'at': object()}\n", "Runtime.MarshalError", "START"),
}  # fmt: skip


@pytest.mark.parametrize(("code", "words", "logged"), BROKEN.values(), ids=BROKEN)
def test_a_version_that_fails_its_test_is_not_served_and_not_forgotten(
    account: Account, code: str, words: str, logged: str
) -> None:
    account.deploy("first")
    ran = account.deploy(code=code, timeout=3 if "timed out" in words else PATIENT)
    assert ran.code == 6, ran.err
    failure = ran.function(NAME)["failure"]
    assert words in failure["why"]
    assert failure["fix"].startswith("the alias live still runs version 1")
    assert logged in ran.err
    assert (account.alias(), account.answer()["answer"]) == ("1", "first")
    again = account.deploy()
    assert (again.code, account.alias(), account.versions()) == (6, "1", ["1", "2"])
    mended = account.deploy("mended", timeout=PATIENT)
    assert (mended.code, account.alias(), account.answer()["answer"]) == (0, "3", "mended")


def test_a_first_deploy_that_fails_its_test_makes_no_alias(account: Account) -> None:
    ran = account.deploy(code=BROKEN["an exception"][0])
    assert (ran.code, account.alias()) == (6, "")
    assert ran.function(NAME)["failure"]["fix"].startswith("the alias live was not created")
    assert account.deploy("mended").code == 0
    assert (account.alias(), account.answer()["answer"]) == ("2", "mended")


def test_going_back_to_what_is_served_needs_no_new_version(account: Account) -> None:
    account.deploy("first")
    account.deploy(code=BROKEN["an exception"][0])
    ran = account.deploy("first")
    assert ran.code == 0, ran.err
    assert (account.alias(), account.versions()) == ("1", ["1", "2"])
    account.proxy.requests.clear()
    assert account.deploy().document["changed"] is False


def test_a_function_that_is_expected_to_fail_may(account: Account) -> None:
    cases = [{"payload": {}, "expect": {"error": "LookupError"}}, {"payload": {}, "expect": {"error": True}}]
    assert account.deploy(code=BROKEN["an exception"][0], smoke=cases).code == 0
    assert account.proxy.operations.count("Invoke") == 2


def test_the_test_sees_the_new_code_under_the_new_configuration(account: Account) -> None:
    account.deploy("first", environment={"COLOUR": "red"})
    smoke = [{"payload": {}, "expect": {"json": {"answer": "second", "colour": "blue", "version": "2"}}}]
    ran = account.deploy("second", environment={"COLOUR": "blue"}, smoke=smoke)
    assert ran.code == 0, ran.err
    assert account.alias() == "2"
