"""One request to Lambda's Invoke API, and what is known when it fails. No retries here: a retry may run the function twice."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import InvocationRequestTypeDef

_UNSENT = {"ConnectTimeoutError", "EndpointConnectionError", "ProxyConnectionError", "SSLError"}
"""botocore's HTTP errors that happen before the request has left."""
_SERVER_ERRORS = 500
_REFUSED = {
    "EC2AccessDeniedException",
    "EC2ThrottledException",
    "EC2UnexpectedException",
    "ENILimitReachedException",
    "ENINotReadyException",
    "InvalidRuntimeException",
    "InvalidSecurityGroupIDException",
    "InvalidSubnetIDException",
    "InvalidZipFileException",
    "KMSAccessDeniedException",
    "KMSDisabledException",
    "KMSInvalidStateException",
    "KMSNotFoundException",
    "ResourceNotReadyException",
    "SubnetIPAddressLimitReachedException",
}
"""Errors with HTTP status 502 that say why the function could not be started (botocore's service model of Lambda)."""


class RawInvocation:
    """AWS's answer to one Invoke, as it came.

    ``function_error`` is ``None`` exactly when the function succeeded. ``payload`` is the function's answer or, when it failed,
    Lambda's error document. ``log_tail`` is the last 4 KiB of the log; it may start within a line.
    """

    __slots__ = ("executed_version", "function_error", "log_tail", "payload", "status_code")

    def __init__(
        self,
        *,
        status_code: int,
        function_error: str | None,
        payload: bytes,
        log_tail: str,
        executed_version: str | None,
    ) -> None:
        self.status_code = status_code
        self.function_error = function_error
        self.payload = payload
        self.log_tail = log_tail
        self.executed_version = executed_version


def invoke(client: LambdaClient, func: str, payload: bytes, *, log_tail: bool = False) -> RawInvocation:
    """Invoke and wait for the answer. ``func`` is a name, ``name:qualifier`` or an ARN; ``payload`` is JSON.

    Raises whatever the client raises, also while the answer is being read.
    """
    request: InvocationRequestTypeDef = {"FunctionName": func, "InvocationType": "RequestResponse", "Payload": payload}
    if log_tail:
        request["LogType"] = "Tail"
    answer = client.invoke(**request)
    return RawInvocation(
        status_code=answer["StatusCode"],
        function_error=answer.get("FunctionError"),
        payload=answer["Payload"].read(),
        log_tail=_log(answer.get("LogResult", "")),
        executed_version=answer.get("ExecutedVersion"),
    )


def may_have_run(error: BaseException) -> bool:
    """Whether the function may have run, or be running, although the client failed with ``error``.

    Told by the names of botocore's classes and AWS's codes, so that botocore need not be imported.
    """
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return bool(status >= _SERVER_ERRORS and response.get("Error", {}).get("Code") not in _REFUSED)
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"HTTPClientError", "IncompleteReadError"}) and not names & _UNSENT


def _log(encoded: str) -> str:
    from binascii import a2b_base64

    try:
        return a2b_base64(encoded).decode("utf-8", "replace")
    except ValueError:
        return ""
