"""What can go wrong in a dispatch.

DispatchError
├── InvalidFunctionTypeError  the local function is not callable
├── LambdaClientError         the client failed: AWS refused, or could not be asked, or did not answer
└── LambdaExecuteError        the function failed
"""

from __future__ import annotations

from .invocation import may_have_run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class DispatchError(Exception):
    """A function could not be called, or failed."""


class InvalidFunctionTypeError(DispatchError, TypeError):
    """The function given to the local dispatcher is not callable."""

    def __init__(self, specified_function: object) -> None:
        super().__init__(specified_function)
        self.specified_function = specified_function

    def __str__(self) -> str:
        kind = type(self.specified_function).__name__
        return f"a local function must be callable, and this is not: {self.specified_function!r} ({kind})"


class LambdaClientError(DispatchError):
    """The client failed. ``client_error`` is what it raised: botocore's ClientError for an answer of AWS (not found, denied,
    throttled), another for no credentials, no connection, no answer in time. ``may_have_run`` says whether the function may
    have run all the same; only where it is false, another dispatch cannot make it run twice.
    """

    def __init__(self, func: str, client_error: BaseException) -> None:
        super().__init__(func, client_error)
        self.func = func
        self.client_error = client_error

    @property
    def may_have_run(self) -> bool:
        return may_have_run(self.client_error)

    def __str__(self) -> str:
        doubt = " (it may have run, or be running still)" if self.may_have_run else ""
        return f"{self.func} could not be invoked: {type(self.client_error).__name__}: {self.client_error}{doubt}"


class LambdaExecuteError(DispatchError):
    """The function failed. ``error_payload`` is Lambda's error document: ``errorType``, ``errorMessage`` and, from Python,
    ``stackTrace`` and ``requestId``.
    """

    def __init__(self, func: object, error_payload: Mapping[str, Any]) -> None:
        super().__init__(func, error_payload)
        self.func = func
        self.error_payload = error_payload

    def __str__(self) -> str:
        kind, message = (self.error_payload.get(key) for key in ("errorType", "errorMessage"))
        name = self.func if isinstance(self.func, str) else getattr(self.func, "__qualname__", type(self.func).__name__)
        return f"{name} failed: " + (
            ": ".join(str(part) for part in (kind, message) if part) or repr(self.error_payload)
        )
