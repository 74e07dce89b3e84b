"""Smoke tests and invocations, through real boto3."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.aws_errors import Refusal
from lambda_ci.errors import AwsError, ConfigurationError
from lambda_ci.model.spec.serving import SmokeCase
from lambda_ci.verify.invoke import invoke
from lambda_ci.verify.smoke import NEW_ROLE, PATIENCE, smoke
from tests.fakes.lambda_invoke import (
    CUT,
    SILENCE,
    TORN,
    VERSION_ARN,
    Answer,
    InvokeEndpoint,
    failed,
    raw,
    refused,
    succeeded,
)

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from lambda_ci.model.result import SmokeResult

KEY_ERROR = {"errorType": "KeyError", "errorMessage": "'TABLE'"}
THROTTLED = refused(
    429, "TooManyRequestsException", "Rate Exceeded.", Reason="ReservedFunctionConcurrentInvocationLimitExceeded"
)
PENDING = refused(
    409,
    "ResourceConflictException",
    "The operation cannot be performed at this time. The function is currently in the following state: Pending",
)
SNAPSHOT = refused(409, "SnapStartNotReadyException", "Lambda is initializing your function.")
ROLE = refused(403, "AccessDeniedException", "The role defined for the function cannot be assumed by Lambda.")
KEY = refused(502, "KMSAccessDeniedException", "Lambda was unable to decrypt the environment variables.")
VPC = refused(502, "ENINotReadyException", "Lambda is setting up the network.")


class Time:
    """A clock that only sleeping and being asked moves on."""

    def __init__(self, step: float = 0.0) -> None:
        self.now = 1000.0
        self.step = step
        self.slept: list[float] = []

    def monotonic(self) -> float:
        self.now += self.step
        return self.now

    def utc(self) -> datetime:
        return datetime(2026, 11, 21, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def wait(self, event: threading.Event, seconds: float) -> None:  # noqa: ARG002 - nobody sets it
        self.sleep(seconds)


def cases(*values: dict[str, object]) -> list[SmokeCase]:
    return [SmokeCase.model_validate(value, strict=False) for value in values]


def smoked(
    aws: InvokeEndpoint, root: Path, *values: dict[str, object], clock: Time | None = None
) -> tuple[SmokeResult, ...]:
    return smoke(cases(*values), client=aws.client(), function_arn=VERSION_ARN, root=root, clock=clock or Time())


def test_without_cases_nothing_is_invoked(tmp_path: Path) -> None:
    with InvokeEndpoint(succeeded()) as aws:
        assert smoked(aws, tmp_path) == ()
    assert aws.requests == []


def test_exactly_the_given_version_is_invoked_with_each_payload(tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text('{"from": "file", "text": "ä"}', "utf-8")
    with InvokeEndpoint(succeeded(1)) as aws:
        results = smoked(
            aws,
            tmp_path,
            {"name": "inline", "payload": {"from": "yaml", "text": "ä"}},
            {"payload-file": "event.json"},
            {"name": "none"},
            {"payload": None},
        )
    assert [result.name for result in results] == ["inline", "smoke 2", "none", "smoke 4"]
    assert all(result.passed for result in results)
    assert {request.function for request in aws.requests} == {VERSION_ARN}
    assert {request.qualifier for request in aws.requests} == {""}
    assert {request.kind for request in aws.requests} == {"RequestResponse"}
    assert [json.loads(request.payload) for request in aws.requests] == [
        {"from": "yaml", "text": "ä"},
        {"from": "file", "text": "ä"},
        {},
        None,
    ]


def test_every_case_runs_and_every_failure_is_told(tmp_path: Path) -> None:
    answers = (
        failed(KEY_ERROR, log=b"Traceback\n"),
        succeeded({"statusCode": 200}, log=b"fine\n"),
        raw(b"<html>", log=b"odd\n"),
    )
    with InvokeEndpoint(*answers) as aws:
        first, second, third = smoked(
            aws,
            tmp_path,
            {},
            {"expect": {"status": 200}},
            {"expect": {"json": 1, "max-duration": 1}},
            clock=Time(step=2),
        )
    assert first.failures == ("expected the function to succeed, but it failed: KeyError: 'TABLE'",)
    assert second.passed
    assert third.failures == (
        "expected an answer in JSON, but it is <html>",
        "expected to take at most 1 s, but it took 2.000 s",
    )
    assert [first.log_tail, second.log_tail, third.log_tail] == ["Traceback\n", "", "odd\n"]
    assert {one.seconds for one in (first, second, third)} == {2.0}


@pytest.mark.parametrize("refusal", [THROTTLED, PENDING, SNAPSHOT, VPC, ROLE, KEY])
def test_a_refusal_that_passes_is_waited_for(refusal: Answer, tmp_path: Path) -> None:
    clock = Time()
    with InvokeEndpoint(refusal, refusal, succeeded()) as aws:
        (result,) = smoked(aws, tmp_path, {"expect": {"max-duration": 0.1}}, clock=clock)
    assert result.passed
    assert clock.slept == [0.5, 1.0]
    assert len(aws.requests) == 3


def test_a_refusal_that_stays_is_an_error_in_the_end(tmp_path: Path) -> None:
    clock = Time()
    with InvokeEndpoint(THROTTLED) as aws, pytest.raises(Refusal) as caught:
        smoked(aws, tmp_path, {}, clock=clock)
    assert PATIENCE - 10 < sum(clock.slept) <= PATIENCE
    assert "Rate Exceeded. (TooManyRequestsException, HTTP 429)" in caught.value.what
    assert "concurrency" in caught.value.why
    assert "concurrency" in caught.value.fix


@pytest.mark.parametrize(("refusal", "words"), [(ROLE, "trust policy"), (KEY, "kms:Decrypt")])
def test_a_role_that_is_wrong_and_not_new_is_not_waited_for_as_long(
    refusal: Answer, words: str, tmp_path: Path
) -> None:
    clock = Time()
    with InvokeEndpoint(refusal) as aws, pytest.raises(Refusal) as caught:
        smoked(aws, tmp_path, {}, clock=clock)
    assert NEW_ROLE / 2 < sum(clock.slept) <= NEW_ROLE
    assert words in caught.value.fix


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (
            refused(
                403,
                "AccessDeniedException",
                "User: arn:aws:iam::1:user/ci is not authorized to perform: lambda:InvokeFunction on resource: x",
            ),
            "AccessDeniedException",
        ),
        (refused(404, "ResourceNotFoundException", f"Function not found: {VERSION_ARN}"), "ResourceNotFoundException"),
        (
            refused(400, "InvalidRequestContentException", "Could not parse request body into json"),
            "InvalidRequestContentException",
        ),
        (refused(502, "KMSDisabledException", "Lambda was unable to decrypt"), "KMSDisabledException"),
        (
            refused(400, "SnapStartException", "The afterRestore() runtime hook encountered an error."),
            "SnapStartException",
        ),
    ],
)
def test_any_other_refusal_ends_it_at_once(answer: Answer, code: str, tmp_path: Path) -> None:
    clock = Time()
    with InvokeEndpoint(answer) as aws, pytest.raises(Refusal) as caught:
        smoked(aws, tmp_path, {}, {}, clock=clock)
    assert caught.value.code == code
    assert caught.value.what.startswith(f"could not invoke {VERSION_ARN}: ")
    assert (len(aws.requests), clock.slept) == (1, [])


@pytest.mark.parametrize(
    "answer",
    [SILENCE, CUT, TORN, refused(500, "ServiceException", "An error occurred"), Answer(status=504, body=b"<html>")],
)
def test_a_lost_answer_never_runs_the_function_again_and_says_that_it_may_be_running(
    answer: Answer, tmp_path: Path
) -> None:
    clock = Time()
    with InvokeEndpoint(answer) as aws, pytest.raises(AwsError) as caught:
        smoked(aws, tmp_path, {}, {}, clock=clock)
    assert "the function may have run, or may be running still" in caught.value.why
    assert "log" in caught.value.fix
    assert (len(aws.requests), clock.slept) == (1, [])
    assert caught.value.exit_code == 5


def test_no_connection_is_an_error_that_does_not_doubt(tmp_path: Path) -> None:
    with InvokeEndpoint(succeeded()) as aws:
        pass
    with pytest.raises(Refusal) as caught:
        smoked(aws, tmp_path, {})
    assert "may have run" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"NaN", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b'"\xff"', "is not text in UTF-8"),
        (b'"' + b"x" * 6 * 1024 * 1024 + b'"', "is larger than Lambda takes"),
    ],
)
def test_a_payload_file_that_cannot_be_sent_stops_everything_before_the_first_invocation(
    content: bytes | None, message: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "event.json").write_bytes(content)
    with InvokeEndpoint(succeeded()) as aws, pytest.raises(ConfigurationError, match=message) as caught:
        smoked(aws, tmp_path, {}, {"payload-file": "event.json"})
    assert "'smoke 2'" in caught.value.what
    assert str(tmp_path / "event.json") in caught.value.what
    assert aws.requests == []


def test_a_folder_is_no_payload_file(tmp_path: Path) -> None:
    with InvokeEndpoint(succeeded()) as aws, pytest.raises(ConfigurationError, match="cannot be read"):
        smoked(aws, tmp_path, {"payload-file": "."})


def test_a_payload_file_may_start_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "event.json").write_bytes(b'\xef\xbb\xbf{"a": 1}')
    with InvokeEndpoint(succeeded()) as aws:
        smoked(aws, tmp_path, {"payload-file": "event.json"})
    assert aws.requests[0].payload == b'{"a": 1}'


def test_an_inline_payload_that_json_cannot_hold_is_refused(tmp_path: Path) -> None:
    with (
        InvokeEndpoint(succeeded()) as aws,
        pytest.raises(ConfigurationError, match="the payload of 'odd' is not JSON"),
    ):
        smoked(aws, tmp_path, {"name": "odd", "payload": float("nan")})


def test_an_invocation_is_one_request_that_asks_for_the_log() -> None:
    with InvokeEndpoint(failed(KEY_ERROR, log=b"end of log\n")) as aws:
        invocation = invoke(aws.client(), function_arn="orders:live", payload=b"[1]", clock=Time(step=0.25))
    assert json.loads(invocation.payload) == KEY_ERROR
    assert (invocation.function_error, invocation.executed_version, invocation.log_tail) == (
        "Unhandled",
        "7",
        "end of log\n",
    )
    assert invocation.seconds == 0.25
    (request,) = aws.requests
    assert (request.function, request.payload, request.log) == ("orders:live", b"[1]", "Tail")


def test_a_page_of_somebody_else_is_no_success_even_where_nothing_is_expected(tmp_path: Path) -> None:
    page = Answer(body=b"<!doctype html><h1>Welcome to the hotel</h1>", headers={"Content-Type": "text/html"})
    with InvokeEndpoint(page) as aws, pytest.raises(AwsError, match="not one of AWS"):
        smoked(aws, tmp_path, {"payload": {}})
    assert len(aws.requests) == 1


@pytest.mark.parametrize("answer", [THROTTLED, PENDING, SILENCE])
def test_an_invocation_is_never_repeated(answer: Answer) -> None:
    clock = Time()
    with InvokeEndpoint(answer) as aws, pytest.raises(AwsError):
        invoke(aws.client(), function_arn="orders", payload=b"{}", clock=clock)
    assert (len(aws.requests), clock.slept) == (1, [])
