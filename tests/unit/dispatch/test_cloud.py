"""The dispatcher of functions on AWS, through real boto3."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_ci.dispatch import DispatchError, LambdaClientError, LambdaExecuteError, LambdaFunctionDispatcher
from lambda_ci.dispatch.invocation import invoke
from lambda_ci.dispatch.payload import error_document
from tests.fakes.lambda_invoke import (
    CUT,
    SILENCE,
    TORN,
    VERSION_ARN,
    Answer,
    InvokeEndpoint,
    accepted,
    failed,
    raw,
    refused,
    succeeded,
)

NOT_FOUND = refused(
    404,
    "ResourceNotFoundException",
    "Function not found: arn:aws:lambda:eu-west-1:123456789012:function:orders",
)


def test_a_result_is_decoded() -> None:
    with InvokeEndpoint(succeeded({"id": 1, "price": 1.5, "text": "ä"})) as aws:
        assert LambdaFunctionDispatcher(aws.client()).dispatch("orders", {"id": 1}) == {
            "id": 1,
            "price": 1.5,
            "text": "ä",
        }
        (request,) = aws.requests
    assert (request.function, request.kind, json.loads(request.payload)) == ("orders", "RequestResponse", {"id": 1})


@pytest.mark.parametrize("event", [0, False, "", [], [1], "text", {"a": {"b": None}}, 1.5])
def test_any_json_value_is_an_event(event: object) -> None:
    with InvokeEndpoint(succeeded()) as aws:
        assert LambdaFunctionDispatcher(aws.client()).dispatch("orders", event) is None
    assert json.loads(aws.requests[0].payload) == event


def test_no_event_is_an_empty_object_as_from_aws_itself() -> None:
    with InvokeEndpoint(succeeded()) as aws:
        LambdaFunctionDispatcher(aws.client()).dispatch("orders")
    assert aws.requests[0].payload == b"{}"


@pytest.mark.parametrize("event", [{1, 2}, object(), b"bytes", {"a": float("nan")}, {(1, 2): 3}])
@pytest.mark.parametrize("method", ["dispatch", "dispatch_async"])
def test_an_event_that_is_not_json_is_refused_before_the_call(event: object, method: str) -> None:
    with InvokeEndpoint(succeeded()) as aws, pytest.raises(TypeError, match="the event for 'orders' is not JSON"):
        getattr(LambdaFunctionDispatcher(aws.client()), method)("orders", event)
    assert aws.requests == []


def test_an_event_that_holds_itself_is_refused() -> None:
    event: list[object] = []
    event.append(event)
    with pytest.raises(TypeError, match="Circular"):
        LambdaFunctionDispatcher().dispatch("orders", event)


def test_a_failure_of_the_function_carries_its_error_document() -> None:
    document = {"errorMessage": "no such table", "errorType": "KeyError", "requestId": "1", "stackTrace": ["  File …"]}
    with InvokeEndpoint(failed(document)) as aws, pytest.raises(LambdaExecuteError) as caught:
        LambdaFunctionDispatcher(aws.client()).dispatch("orders")
    assert caught.value.func == "orders"
    assert caught.value.error_payload == document
    assert str(caught.value) == "orders failed: KeyError: no such table"


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (
            b"Task timed out after 3.00 seconds",
            {"errorType": "Unhandled", "errorMessage": "Task timed out after 3.00 seconds"},
        ),
        (b'"text"', {"errorType": "Unhandled", "errorMessage": "text"}),
        (b"[1]", {"errorType": "Unhandled", "errorMessage": "[1]"}),
        (b"", {"errorType": "Unhandled", "errorMessage": "null"}),
        (b"\xff", {"errorType": "Unhandled", "errorMessage": "�"}),
        (b"{}", {}),
    ],
)
def test_a_failure_without_an_error_document_gets_one(body: bytes, document: object) -> None:
    with InvokeEndpoint(failed(body)) as aws, pytest.raises(LambdaExecuteError) as caught:
        LambdaFunctionDispatcher(aws.client()).dispatch("orders")
    assert caught.value.error_payload == document
    assert str(caught.value).startswith("orders failed: ")


@given(st.binary())
@settings(max_examples=200)
def test_every_error_payload_becomes_a_document(payload: bytes) -> None:
    assert isinstance(error_document(payload, "Unhandled"), dict)


@pytest.mark.parametrize("body", [b"<html>", b"\xff\xfe", b"[" * 100_000, b"{"])
def test_an_answer_that_is_not_json_is_a_failure_of_the_function(body: bytes) -> None:
    with InvokeEndpoint(raw(body)) as aws, pytest.raises(LambdaExecuteError, match="the answer is not JSON"):
        LambdaFunctionDispatcher(aws.client()).dispatch("orders")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (NOT_FOUND, "ResourceNotFoundException"),
        (refused(403, "AccessDeniedException", ""), "AccessDeniedException"),
        (
            refused(429, "TooManyRequestsException", "Rate Exceeded.", Reason="ConcurrentInvocationLimitExceeded"),
            "TooManyRequestsException",
        ),
        (
            refused(413, "RequestTooLargeException", "Request must be smaller than 6291456 bytes"),
            "RequestTooLargeException",
        ),
    ],
)
@pytest.mark.parametrize("method", ["dispatch", "dispatch_async"])
def test_a_refusal_of_aws_is_a_client_error_that_did_not_run_the_function(
    answer: Answer, code: str, method: str
) -> None:
    with InvokeEndpoint(answer) as aws, pytest.raises(LambdaClientError) as caught:
        getattr(LambdaFunctionDispatcher(aws.client()), method)("orders", {})
    error = caught.value
    assert error.func == "orders"
    assert isinstance(error.client_error, ClientError)
    assert error.client_error.response["Error"]["Code"] == code
    assert error.__cause__ is error.client_error
    assert not error.may_have_run
    assert str(error).startswith("orders could not be invoked: ")
    assert "may have run" not in str(error)


@pytest.mark.parametrize(
    "answer", [SILENCE, CUT, TORN, refused(500, "ServiceException", "An error occurred"), Answer(status=504, body=b"")]
)
def test_a_lost_answer_is_a_client_error_that_says_that_the_function_may_have_run(answer: Answer) -> None:
    with InvokeEndpoint(answer) as aws, pytest.raises(LambdaClientError) as caught:
        LambdaFunctionDispatcher(aws.client()).dispatch("orders")
    assert caught.value.may_have_run
    assert str(caught.value).endswith("(it may have run, or be running still)")
    assert len(aws.requests) == 1


def test_a_refusal_with_status_502_did_not_run_the_function() -> None:
    answer = refused(502, "KMSAccessDeniedException", "Lambda was unable to decrypt the environment variables")
    with InvokeEndpoint(answer) as aws, pytest.raises(LambdaClientError) as caught:
        LambdaFunctionDispatcher(aws.client()).dispatch("orders")
    assert not caught.value.may_have_run


def test_no_connection_is_a_client_error() -> None:
    with InvokeEndpoint(succeeded()) as aws:
        client = aws.client()
    with pytest.raises(LambdaClientError) as caught:
        LambdaFunctionDispatcher(client).dispatch("orders")
    assert isinstance(caught.value.client_error, EndpointConnectionError)
    assert not caught.value.may_have_run


def test_a_name_that_no_function_can_have_is_a_client_error() -> None:
    with InvokeEndpoint(succeeded()) as aws, pytest.raises(LambdaClientError, match="FunctionName"):
        LambdaFunctionDispatcher(aws.client()).dispatch("")
    assert aws.requests == []


def test_an_event_is_queued_and_the_answer_of_aws_returned() -> None:
    with InvokeEndpoint(accepted()) as aws:
        answer = LambdaFunctionDispatcher(aws.client()).dispatch_async("orders:live", {"id": 1})
    assert answer["StatusCode"] == 202
    (request,) = aws.requests
    assert (request.function, request.kind, request.payload) == ("orders:live", "Event", b'{"id": 1}')


def test_queued_events_share_a_connection() -> None:
    with InvokeEndpoint(accepted()) as aws:
        dispatcher = LambdaFunctionDispatcher(aws.client())
        answers = [dispatcher.dispatch_async("orders", {}) for _ in range(3)]
        assert [answer["Payload"].read() for answer in answers] == [b"", b"", b""]
    assert aws.connections == 1


def test_the_errors_are_of_one_kind_and_survive_pickling() -> None:
    client_error = ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "gone"}}, "Invoke")
    for error in (LambdaClientError("orders", client_error), LambdaExecuteError("orders", {"errorType": "KeyError"})):
        assert isinstance(error, DispatchError)
        assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_log_tail_that_starts_within_a_character_is_read() -> None:
    with InvokeEndpoint(succeeded(log="ä end\n".encode()[1:])) as aws:
        answer = invoke(aws.client(), VERSION_ARN, b"{}", log_tail=True)
    assert (answer.log_tail, answer.status_code, answer.executed_version) == ("� end\n", 200, "7")
    assert (aws.requests[0].log, aws.requests[0].function) == ("Tail", VERSION_ARN)


def test_a_log_tail_that_is_no_base64_is_left_out() -> None:
    with InvokeEndpoint(Answer(headers={"X-Amz-Log-Result": "a"})) as aws:
        assert invoke(aws.client(), "orders", b"{}", log_tail=True).log_tail == ""


def test_no_log_is_asked_for_unless_wanted() -> None:
    with InvokeEndpoint(succeeded()) as aws:
        invoke(aws.client(), "orders", b"{}")
    assert aws.requests[0].log == ""


LAZY = """
import sys, threading
from lambda_ci.dispatch import LambdaFunctionDispatcher, LambdaClientError
dispatcher = LambdaFunctionDispatcher()
assert "boto3" not in sys.modules and "botocore" not in sys.modules
threads = [threading.Thread(target=dispatcher.dispatch, args=("orders", {"n": n})) for n in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
config = dispatcher._client.meta.config
print(config.read_timeout, config.retries["total_max_attempts"])
"""


def test_without_a_client_one_is_made_at_the_first_call_which_asks_once_and_waits_long() -> None:
    with InvokeEndpoint(succeeded()) as aws:
        environ = {
            "PYTHONPATH": os.pathsep.join(sys.path),
            "AWS_ENDPOINT_URL": aws.url,
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }
        run = subprocess.run([sys.executable, "-c", LAZY], env=environ, capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr) == ("930 1\n", "")
    assert len(aws.requests) == 4


def test_without_region_or_credentials_the_first_call_is_a_client_error() -> None:
    code = "from lambda_ci.dispatch import *\ntry: LambdaFunctionDispatcher().dispatch('orders')\nexcept LambdaClientError as error: print(error)"
    environ = {"PYTHONPATH": os.pathsep.join(sys.path), "HOME": "/nonexistent"}
    run = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr) == ("orders could not be invoked: NoRegionError: You must specify a region.\n", "")
