"""Functions of this process, for development and tests: they see, answer and fail as they would on Lambda."""

from __future__ import annotations

import json

from .errors import InvalidFunctionTypeError, LambdaExecuteError
from .payload import decoded, encoded, result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from .payload import Json

TIMEOUT = 900
"""Seconds that a function has here: Lambda's maximum. Nothing stops it when they are over."""


class LocalContext:
    """Lambda's context object (https://docs.aws.amazon.com/lambda/latest/dg/python-context.html) for a local call."""

    def __init__(self, function_name: str) -> None:
        from uuid import uuid4

        self.function_name = function_name
        self.function_version = "$LATEST"
        self.invoked_function_arn = f"arn:aws:lambda:local:000000000000:function:{function_name}"
        self.memory_limit_in_mb = "128"
        self.aws_request_id = str(uuid4())
        self.log_group_name = f"/aws/lambda/{function_name}"
        self.log_stream_name = "local"
        self.client_context = None
        self.identity = _Identity()
        self.tenant_id = None
        self._deadline = _now() + TIMEOUT

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - _now()) * 1000))

    def w3c(self) -> dict[str, str]:
        """The trace context of the caller: none."""
        return {}

    def log(self, message: object) -> None:
        import sys

        sys.stdout.write(str(message))


class _Identity:
    cognito_identity_id = None
    cognito_identity_pool_id = None


class LocalFunctionDispatcher:
    """Calls functions of this process. Thread-safe where the functions are."""

    def dispatch(self, func: Callable[..., object], event: object = None) -> Json:
        """Call ``func(event, context)``, or ``func(event)`` where it takes no more, and return its result.

        Event and result pass through JSON, so that both are what they would be on AWS. Raises InvalidFunctionTypeError when
        ``func`` is not callable, LambdaExecuteError (caused by the original error) when it failed or its result is not JSON,
        TypeError when the event is not JSON.
        """
        if not callable(func):
            raise InvalidFunctionTypeError(func)
        context = LocalContext(getattr(func, "__name__", type(func).__name__))
        arguments = _arguments(func, decoded(encoded(event, func)), context)
        try:
            answer = func(*arguments)
        except Exception as error:
            raise LambdaExecuteError(func, _error_document(error, context)) from error
        except SystemExit as error:
            message = f"RequestId: {context.aws_request_id} Error: Runtime exited without providing a reason"
            raise LambdaExecuteError(func, {"errorType": "Runtime.ExitError", "errorMessage": message}) from error
        return result(func, _marshalled(func, answer, context))

    dispatch_async = dispatch


def _arguments(func: Callable[..., object], event: object, context: LocalContext) -> tuple[object, ...]:
    from inspect import signature

    try:
        parameters = signature(func)
    except (TypeError, ValueError):
        return event, context
    for arguments in ((event, context), (event,)):
        try:
            parameters.bind(*arguments)
        except TypeError:
            continue
        return arguments
    return event, context


def _error_document(error: Exception, context: LocalContext) -> dict[str, object]:
    """As Lambda's Python runtime makes it, from the first frame that is the function's."""
    from traceback import extract_tb, format_list

    trace: TracebackType | None = error.__traceback__
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": context.aws_request_id,
        "stackTrace": format_list(extract_tb(trace.tb_next if trace else None)),
    }


def _marshalled(func: object, answer: object, context: LocalContext) -> bytes:
    """As Lambda's Python runtime does it: bytes go as they are, Decimals as numbers."""
    if isinstance(answer, bytes):
        return answer
    try:
        return json.dumps(answer, default=_number).encode()
    except (TypeError, ValueError, RecursionError) as error:
        document = {
            "errorType": "Runtime.MarshalError",
            "errorMessage": f"Unable to marshal response: {error}",
            "requestId": context.aws_request_id,
            "stackTrace": [],
        }
        raise LambdaExecuteError(func, document) from error


def _number(value: object) -> object:
    from decimal import Decimal

    if not isinstance(value, Decimal):
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
    return float("nan") if value.is_nan() else json.loads(str(value).replace("Infinity", "1e999"))


def _now() -> float:
    from time import monotonic  # noqa: TID251 - this stands alone: nobody hands a clock in

    return monotonic()
