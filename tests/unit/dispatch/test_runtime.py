"""A handler under Lambda's own Python runtime, with the library copied beside it as in a package."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import lambda_ci.dispatch
from tests.fakes.lambda_invoke import InvokeEndpoint, failed, succeeded
from tests.fakes.runtime_api import Environment

if TYPE_CHECKING:
    from collections.abc import Iterator

APP = """
import sys

from lambda_ci.dispatch import EnvironmentContext, LambdaExecuteError, LambdaFunctionDispatcher, LambdaHandler

functions = LambdaFunctionDispatcher()


class Orders(LambdaHandler):
    count = 0

    def handle(self):
        self.count += 1
        return getattr(self, self.event["do"])()

    def show(self):
        return {"count": self.count, "table": self.config.get("TABLE", "none"), "arn": self.context.invoked_function_arn}

    def fail(self):
        raise KeyError("no such table")

    def ask(self):
        before = "boto3" in sys.modules
        try:
            return [before, functions.dispatch("prices", {"id": 1})]
        except LambdaExecuteError as error:
            return [before, str(error)]


handler = Orders(EnvironmentContext())
"""


@pytest.fixture
def task(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP)
    source = Path(lambda_ci.dispatch.__file__).parent
    shutil.copytree(source, tmp_path / "lambda_ci" / "dispatch", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.fixture
def function(task: Path) -> Iterator[Environment]:
    with Environment(task, "app.handler", environ={"TABLE": "orders"}) as environment:
        yield environment


def test_an_instance_at_module_level_is_a_handler(function: Environment) -> None:
    first, second = function.invoke({"do": "show"}), function.invoke({"do": "show"})
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders:live"
    assert first.document == {"count": 1, "table": "orders", "arn": arn}
    assert second.document == {"count": 2, "table": "orders", "arn": arn}


def test_a_failure_reaches_lambda_and_the_log(function: Environment) -> None:
    reply = function.invoke({"do": "fail"})
    assert reply.failed
    assert isinstance(reply.document, dict)
    assert (reply.document["errorType"], reply.document["errorMessage"]) == ("KeyError", "'no such table'")
    assert function.log().count("KeyError") >= 2


def test_a_function_calls_another_with_its_own_boto3_on_first_use(task: Path) -> None:
    environ = {
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }
    answers = succeeded(5), failed({"errorType": "KeyError", "errorMessage": "no price"})
    with (
        InvokeEndpoint(*answers) as aws,
        Environment(task, "app.handler", environ={**environ, "AWS_ENDPOINT_URL": aws.url}) as function,
    ):
        assert function.invoke({"do": "ask"}).document == [False, 5]
        assert function.invoke({"do": "ask"}).document == [True, "prices failed: KeyError: no price"]
    assert [request.payload for request in aws.requests] == [b'{"id": 1}', b'{"id": 1}']
