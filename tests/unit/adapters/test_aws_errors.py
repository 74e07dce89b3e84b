from __future__ import annotations

import re
import subprocess
import sys

import botocore.session
import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from lambda_ci.adapters import aws_errors
from lambda_ci.adapters.aws_advice import ADVICE
from lambda_ci.adapters.aws_errors import Refusal, asking, code_of, explain


def refused(code: str, message: str, status: int = 400, operation: str = "UpdateFunctionCode") -> ClientError:
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)  # type: ignore[arg-type]


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
        ("KMSAccessDeniedException", 502, "may not use the KMS key"),
        ("KMS.DisabledException", 400, "switched off"),
        ("KMS.NotFoundException", 400, "no such KMS key"),
        ("ENILimitReachedException", 502, "network interfaces"),
        ("SubnetIPAddressLimitReachedException", 502, "no free addresses"),
        ("RequestTimeTooSkewed", 403, "clock is wrong"),
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
    ("code", "message", "words"),
    [
        (
            "InvalidSignatureException",
            "Signature expired: 20260101T000000Z is now earlier than 2026…",
            "clock is wrong",
        ),
        ("SignatureDoesNotMatch", "Signature not yet current: 2026…", "clock is wrong"),
        ("AccessDeniedException", "Cross-account pass role is not allowed.", "another account than the credentials"),
        (
            "InvalidParameterValueException",
            "The provided execution role does not have permissions to call CreateNetworkInterface on EC2",
            "with the function's role",
        ),
        (
            "InvalidParameterValueException",
            "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: …",
            "not in this account and region",
        ),
        (
            "InvalidParameterValueException",
            "Error occurred while DescribeSecurityGroups. EC2 Error Code: UnauthorizedOperation. EC2 Error Message: …",
            "with the credentials of this run",
        ),
        (
            "InvalidParameterValueException",
            "Error occurred while GetObject. S3 Error Code: PermanentRedirect. S3 Error Message: …",
            "its own region",
        ),
        (
            "InvalidParameterValueException",
            "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: …",
            "deleted from the staging bucket",
        ),
        (
            "AccessDeniedException",
            "Your access has been denied by S3, please make sure your request credentials have permission to GetObject for b/k.",
            "with the credentials of this run",
        ),
        (
            "InvalidParameterValueException",
            "Lambda was unable to configure access to your environment variables because the KMS key is invalid for CreateGrant.",
            "make grants",
        ),
    ],
)
def test_what_aws_tells_apart_in_words_only_is_explained(code: str, message: str, words: str) -> None:
    error = explain(refused(code, message), doing="x")
    assert words in error.why
    assert error.fix


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("CallerRateLimitExceeded", "15 control requests"),
        ("ConcurrentSnapshotCreateLimitExceeded", "SnapStart"),
        ("ConcurrentInvocationLimitExceeded", "All concurrency of the account"),
        ("FunctionInvocationRateLimitExceeded", "more often per second"),
        ("ReservedFunctionConcurrentInvocationLimitExceeded", "reserved for the function"),
        ("ReservedFunctionInvocationRateLimitExceeded", "its reserved concurrency"),
        ("SomethingNew", "15 control requests"),
    ],
)
def test_too_many_requests_are_explained_by_their_reason(reason: str, words: str) -> None:
    error = refused("TooManyRequestsException", "Rate Exceeded.", 429)
    error.response["Reason"] = reason  # type: ignore[typeddict-unknown-key]
    assert words in explain(error, doing="x").why


def test_the_region_of_a_bucket_is_read_from_the_header_or_the_body() -> None:
    in_header = refused("301", "Moved", 301, "HeadBucket")
    in_header.response["ResponseMetadata"]["HTTPHeaders"] = {"x-amz-bucket-region": "us-east-1"}
    in_body = refused("AuthorizationHeaderMalformed", "…; expecting 'eu-west-2'", 400, "PutObject")
    in_body.response["Error"]["Region"] = "eu-west-2"  # type: ignore[typeddict-unknown-key]
    assert [explain(one, doing="x").region for one in (in_header, in_body)] == ["us-east-1", "eu-west-2"]
    assert explain(in_body, doing="x").operation == "PutObject"


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


def test_every_error_that_lambda_declares_is_explained() -> None:
    """But those of durable functions and of runtimes from CodeArtifact, which lambda-ci does not use."""
    model = botocore.session.get_session().get_service_model("lambda")
    others = re.compile("Durable|Callback|CodeArtifact|NoPublishedVersion|ModeNotSupported|Serialized")
    codes = {shape.name for shape in model.error_shapes if not others.search(shape.name)}
    unexplained = sorted(code for code in codes if not explain(refused(code, "…"), doing="x").fix)
    assert (unexplained, len(codes) > 40) == ([], True)


def test_client_error_is_at_hand_without_importing_botocore_for_it() -> None:
    assert aws_errors.ClientError is ClientError
    program = (
        "import sys, lambda_ci.adapters.aws, lambda_ci.deploy.apply, lambda_ci.deploy.release; "
        "print([name for name in ('boto3', 'botocore', 'requests') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
