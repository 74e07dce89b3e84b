"""The dispatcher of functions of this process."""

from __future__ import annotations

import json
import sys
import uuid
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.dispatch import (
    DispatchError,
    EnvironmentContext,
    InvalidFunctionTypeError,
    LambdaExecuteError,
    LambdaHandler,
    LocalFunctionDispatcher,
)
from lambda_ci.dispatch.local import LocalContext

if TYPE_CHECKING:
    from collections.abc import Callable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
local = LocalFunctionDispatcher()


def echo(event: object, _context: object) -> object:
    return event


@given(JSON.filter(lambda value: value is not None))
def test_every_json_value_comes_back_as_it_went(event: object) -> None:
    assert local.dispatch(echo, event) == event


def test_no_event_is_an_empty_object_as_on_aws() -> None:
    assert local.dispatch(echo) == {}


def test_event_and_result_are_what_they_would_be_on_aws() -> None:
    assert local.dispatch(echo, {1: (2, 3)}) == {"1": [2, 3]}
    assert local.dispatch(lambda _event, _context: (Decimal(5), Decimal("1.10")), {}) == [5, 1.1]
    assert local.dispatch(lambda _event, _context: b'{"raw": true}', {}) == {"raw": True}
    assert (
        json.dumps(local.dispatch(lambda _event, _context: [Decimal("NaN"), Decimal("-Infinity")]))
        == "[NaN, -Infinity]"
    )


def test_a_function_cannot_change_the_event_of_its_caller() -> None:
    event = {"items": [1]}

    def spoil(event: dict[str, list[int]], _context: object) -> None:
        event["items"].clear()

    local.dispatch(spoil, event)
    assert event == {"items": [1]}


@pytest.mark.parametrize("event", [{1}, object(), float("inf"), Decimal(1)])
def test_an_event_that_is_not_json_is_refused_before_the_call(event: object) -> None:
    calls: list[object] = []
    with pytest.raises(TypeError, match=r"the event for .* is not JSON"):
        local.dispatch(lambda event, _context: calls.append(event), event)
    assert calls == []


@pytest.mark.parametrize("func", ["orders", None, 1, {"name": "orders"}])
def test_what_is_not_callable_is_refused(func: Callable[..., object]) -> None:
    with pytest.raises(InvalidFunctionTypeError, match="must be callable, and this is not") as caught:
        local.dispatch(func, {})
    assert caught.value.specified_function is func
    assert isinstance(caught.value, DispatchError)


def test_the_name_of_a_function_on_aws_is_refused_with_the_name_in_the_message() -> None:
    assert (
        str(InvalidFunctionTypeError("orders")) == "a local function must be callable, and this is not: 'orders' (str)"
    )


class Multiplier:
    def __init__(self, factor: int) -> None:
        self.factor = factor

    def __call__(self, event: int, _context: LocalContext) -> int:
        return self.factor * event

    def method(self, event: int) -> int:
        return -event


class Orders(LambdaHandler):
    def handle(self) -> object:
        return {"event": self.event, "table": self.config.get("TABLE", "orders"), "name": self.context.function_name}


def test_every_kind_of_callable_is_called_with_what_it_takes() -> None:
    assert local.dispatch(Multiplier(3), 2) == 6
    assert local.dispatch(Multiplier(3).method, 2) == -2
    assert local.dispatch(lambda event: event + 1, 2) == 3
    assert local.dispatch(lambda _event, context=None: context is not None, 2) is True
    assert local.dispatch(lambda *arguments: len(arguments), 2) == 2
    assert local.dispatch(partial(echo, _context=None), 2) == 2
    assert local.dispatch(abs, -2) == 2


def test_a_handler_made_from_the_base_class_is_called_as_lambda_calls_it() -> None:
    handler = Orders(EnvironmentContext({"TABLE": "t"}))
    assert local.dispatch(handler, {"id": 1}) == {"event": {"id": 1}, "table": "t", "name": "Orders"}


def test_the_context_is_as_lambdas() -> None:
    seen: list[LocalContext] = []
    local.dispatch(lambda _event, context: seen.append(context))
    local.dispatch(lambda _event, context: seen.append(context))
    context, other = seen
    assert uuid.UUID(context.aws_request_id) != uuid.UUID(other.aws_request_id)
    assert 600_000 < context.get_remaining_time_in_millis() <= 900_000
    assert context.memory_limit_in_mb.isdigit()
    assert context.identity.cognito_identity_id is None


def test_the_local_context_has_every_attribute_of_the_real_one() -> None:
    from awslambdaric.lambda_context import LambdaContext  # type: ignore[import-untyped]

    real = LambdaContext("id", None, None, 0, "arn", None)
    public = {name for name in dir(real) if not name.startswith("_")}
    assert public <= set(dir(LocalContext("orders")))


def fail(_event: object, _context: object) -> None:
    raise KeyError("no such table")


def test_a_failure_carries_the_error_document_that_lambda_would_have_made() -> None:
    with pytest.raises(LambdaExecuteError) as caught:
        local.dispatch(fail, {})
    error = caught.value
    assert error.func is fail
    assert isinstance(error.__cause__, KeyError)
    document = dict(error.error_payload)
    (line,) = document.pop("stackTrace")
    assert line.startswith(f'  File "{__file__}", line ')
    assert line.endswith('in fail\n    raise KeyError("no such table")\n')
    uuid.UUID(document.pop("requestId"))
    assert document == {"errorMessage": "'no such table'", "errorType": "KeyError"}
    assert str(error) == "fail failed: KeyError: 'no such table'"


@pytest.mark.parametrize("answer", [{1, 2}, object(), [object()], {(1, 2): 3}])
def test_a_result_that_is_not_json_fails_as_on_lambda(answer: object) -> None:
    with pytest.raises(LambdaExecuteError) as caught:
        local.dispatch(lambda _event, _context: answer, {})
    assert caught.value.error_payload["errorType"] == "Runtime.MarshalError"
    assert caught.value.error_payload["errorMessage"].startswith("Unable to marshal response: ")


def test_raw_bytes_that_are_not_json_fail_as_on_aws() -> None:
    with pytest.raises(LambdaExecuteError, match="the answer is not JSON"):
        local.dispatch(lambda _event, _context: b"\x00", {})


def test_a_function_that_exits_fails_and_does_not_end_the_process() -> None:
    with pytest.raises(LambdaExecuteError) as caught:
        local.dispatch(lambda _event, _context: sys.exit(3), {})
    assert caught.value.error_payload["errorType"] == "Runtime.ExitError"


def test_an_interrupt_is_no_failure_of_the_function() -> None:
    def interrupted(_event: object, _context: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        local.dispatch(interrupted, {})


def test_a_function_that_takes_nothing_fails_as_on_lambda() -> None:
    with pytest.raises(LambdaExecuteError, match=r"TypeError: .* takes 0 positional arguments but 2 were given"):
        local.dispatch(lambda: None, {})


def test_dispatch_async_is_dispatch() -> None:
    assert LocalFunctionDispatcher.dispatch_async is LocalFunctionDispatcher.dispatch
    assert local.dispatch_async(echo, [1]) == [1]
