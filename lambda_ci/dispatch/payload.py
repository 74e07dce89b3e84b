"""JSON on the way to a function and back."""

from __future__ import annotations

import json

from .errors import LambdaExecuteError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Json: TypeAlias = Any  # decoded JSON: only the author of the function knows its shape


def encoded(event: object, func: object) -> bytes:
    """The payload for an event; ``None`` is no event, for which a function gets ``{}``, as from AWS.

    Raises TypeError where the event is not JSON (also for NaN and infinity, which AWS refuses).
    """
    try:
        return json.dumps({} if event is None else event, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"the event for {func!r} is not JSON: {error}") from error


def decoded(payload: bytes) -> Json:
    """The value of an answer; ``None`` for an empty one. Raises ValueError where it is not JSON."""
    try:
        return json.loads(payload) if payload else None
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def error_document(payload: bytes, function_error: str) -> dict[str, Json]:
    """Lambda's error document. Where the payload is none, a document of the same shape that holds the payload's text."""
    try:
        document = decoded(payload)
    except ValueError:
        document = payload.decode("utf-8", "replace")
    if isinstance(document, dict):
        return document
    return {
        "errorType": function_error,
        "errorMessage": document if isinstance(document, str) else json.dumps(document),
    }


def result(func: object, payload: bytes) -> Json:
    """The value that a function answered. Raises LambdaExecuteError where it is not JSON."""
    try:
        return decoded(payload)
    except ValueError as error:
        document = {"errorType": "InvalidAnswer", "errorMessage": f"the answer is not JSON: {error}"}
        raise LambdaExecuteError(func, document) from error
