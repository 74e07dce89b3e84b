from __future__ import annotations

import subprocess
import sys

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from lambda_ci.adapters import aws_errors
from lambda_ci.adapters.aws_advice import ADVICE
from lambda_ci.adapters.aws_errors import Refusal, asking, code_of, explain, redact


def refused(code: str, message: str, status: int = 400, operation: str = "UpdateFunctionCode") -> ClientError:
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)  # type: ignore[arg-type]


def test_a_missing_permission_names_the_action_and_the_resource() -> None:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders"
    message = (
        f"User: arn:aws:sts::123456789012:assumed-role/ci/run is not authorized to perform: lambda:UpdateFunctionCode on "
        f"resource: {arn} because no identity-based policy allows the lambda:UpdateFunctionCode action"
    )
    error = explain(refused("AccessDeniedException", message, 403), doing="update the code of orders")
    assert error.what.startswith("could not update the code of orders: User: ")
    assert "assumed-role/ci/run lacks the permission lambda:UpdateFunctionCode" in error.why
    assert error.fix.endswith(f"Action lambda:UpdateFunctionCode, Resource {arn}")


def test_an_explicit_deny_is_not_answered_with_the_advice_to_allow() -> None:
    message = (
        'User: arn:aws:iam::123456789012:user/ci is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::b/k" '
        "with an explicit deny in a service control policy"
    )
    error = explain(refused("AccessDenied", message, 403), doing="upload")
    assert "denies s3:PutObject on arn:aws:s3:::b/k" in error.why
    assert "service control policy" in error.fix


def test_an_access_denied_without_a_message_is_still_explained() -> None:
    error = explain(refused("AccessDeniedException", "", 403), doing="read the function orders")
    assert "AWS gave no reason (AccessDeniedException, HTTP 403)" in error.what
    assert error.fix


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("TooManyRequestsException", 429, "15 control requests per second"),
        ("ExpiredTokenException", 403, "no longer valid"),
        ("UnrecognizedClientException", 403, "does not know these credentials"),
        ("InvalidSignatureException", 403, "clock"),
        ("CodeStorageExceededException", 400, "code storage"),
        ("RequestEntityTooLargeException", 413, "larger than Lambda takes"),
        ("SomethingNew", 503, "AWS failed"),
        ("SomethingNew", 429, "15 control requests"),
    ],
)
def test_known_codes_say_why_and_what_to_do(code: str, status: int, words: str) -> None:
    error = explain(refused(code, "…", status), doing="x")
    assert words in error.why
    assert error.fix
    assert error.exit_code == 5


def test_an_unknown_refusal_keeps_the_words_of_aws() -> None:
    error = explain(refused("NeverHeardOfException", "The flux is incomplete.", 418), doing="deploy")
    assert error.what == "could not deploy: The flux is incomplete. (NeverHeardOfException, HTTP 418)"
    assert (error.code, error.status, error.message) == ("NeverHeardOfException", 418, "The flux is incomplete.")


@pytest.mark.parametrize(
    "message",
    [
        "… exceeded the 4KB limit. String measured: {\"KEY\":\"hunter2\",\"B\":\"}\nhunter2\"}",
        "1 validation error detected: Value '{KEY=hunter2}' at 'environment.variables' failed to satisfy constraint",
        "Invalid type for parameter Environment.Variables.KEY, value: hunter2, type: <class 'str'>, valid types: …",
    ],
)  # fmt: skip
def test_values_of_variables_that_aws_repeats_are_removed(message: str) -> None:
    assert "hunter2" not in redact(message)
    error = explain(refused("InvalidParameterValueException", message), doing="update")
    assert "hunter2" not in f"{error} {error.message} {error!r}"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (exceptions.NoCredentialsError(), "No AWS credentials"),
        (exceptions.PartialCredentialsError(provider="env", cred_var="x"), "Only a part"),
        (exceptions.ProfileNotFound(profile="p"), "profile"),
        (exceptions.NoRegionError(), "No AWS region"),
        (exceptions.EndpointConnectionError(endpoint_url="http://x"), "No connection"),
        (exceptions.ConnectTimeoutError(endpoint_url="http://x"), "No connection"),
        (exceptions.ReadTimeoutError(endpoint_url="http://x"), "No connection"),
        (exceptions.ConnectionClosedError(endpoint_url="http://x"), "No connection"),
        (exceptions.SSLError(endpoint_url="http://x", error=OSError("bad")), "not trusted"),
        (exceptions.ParamValidationError(report="x"), "does not fit the API"),
        (exceptions.UnknownServiceError(service_name="x", known_service_names="y"), "does not know this service"),
        (exceptions.UnauthorizedSSOTokenError(), "sign-in"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_failures_without_an_answer_say_why_and_what_to_do(error: Exception, words: str) -> None:
    explained = explain(error, doing="deploy")
    assert words in explained.why
    assert explained.fix
    assert (explained.code, explained.status) == (type(error).__name__, 0)
    assert code_of(error) == code_of(explained) == type(error).__name__


def test_only_failures_of_aws_are_explained() -> None:
    with pytest.raises(KeyError), asking("read"):
        raise KeyError("a bug of ours")
    with pytest.raises(Refusal) as caught, asking("read the function orders"):
        raise refused("X", "no")
    assert isinstance(caught.value.__cause__, ClientError)


def test_every_advice_says_why_and_what_to_do() -> None:
    assert all(advice.why and advice.fix for advice in ADVICE.values())


def test_client_error_is_at_hand_without_importing_botocore_for_it() -> None:
    assert aws_errors.ClientError is ClientError
    program = (
        "import sys, lambda_ci.adapters.aws, lambda_ci.deploy.apply, lambda_ci.deploy.release; "
        "print([name for name in ('boto3', 'botocore', 'requests') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
