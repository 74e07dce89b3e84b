"""Functions on AWS."""

from __future__ import annotations

from threading import Lock

from .errors import LambdaClientError, LambdaExecuteError
from .invocation import invoke
from .payload import encoded, error_document, result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import InvocationResponseTypeDef

    from .payload import Json

LONGEST = 930
"""Seconds to wait for an answer: the longest that a function may run (900), and the way there and back."""


class LambdaFunctionDispatcher:
    """Calls functions on AWS. Thread-safe.

    Without a client, boto3's for Lambda is made at the first call, once, with the region and the credentials of the environment;
    it waits as long as a function may run, and asks once: after a lost answer a retry would run the function again.
    """

    def __init__(self, lambda_client: LambdaClient | None = None) -> None:
        self._client = lambda_client
        self._lock = Lock()

    def dispatch(self, func: str, event: object = None) -> Json:
        """Call ``func`` (name, ``name:qualifier`` or ARN) with ``event`` (anything that is JSON) and wait for its result, decoded.

        Raises LambdaExecuteError when the function failed (or its answer is not JSON), LambdaClientError when it could not be
        called, TypeError when the event is not JSON.
        """
        payload = encoded(event, func)
        try:
            answer = invoke(self._connected(), func, payload)
        except Exception as error:
            raise LambdaClientError(func, error) from error
        if answer.function_error is not None:
            raise LambdaExecuteError(func, error_document(answer.payload, answer.function_error))
        return result(func, answer.payload)

    def dispatch_async(self, func: str, event: object = None) -> InvocationResponseTypeDef:
        """Queue ``event`` for ``func`` and return AWS's answer at once (``StatusCode`` 202): the function runs later.

        Its failure is not seen here; Lambda repeats it and then sends the event to the function's failure destination.
        Raises LambdaClientError and TypeError as ``dispatch`` does.
        """
        payload = encoded(event, func)
        try:
            answer = self._connected().invoke(FunctionName=func, InvocationType="Event", Payload=payload)
            answer["Payload"].read()  # always empty; read, it gives its connection back for the next call
        except Exception as error:
            raise LambdaClientError(func, error) from error
        return answer

    def _connected(self) -> LambdaClient:
        with self._lock:
            if self._client is None:
                self._client = _client()
            return self._client


def _client() -> LambdaClient:
    from boto3.session import Session
    from botocore.config import Config

    once = Config(read_timeout=LONGEST, retries={"total_max_attempts": 1}, tcp_keepalive=True)
    return Session().client("lambda", config=once)
