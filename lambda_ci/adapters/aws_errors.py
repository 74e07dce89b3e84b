"""What AWS and its client say when something goes wrong, as what happened, why, and what to do.

Decisions are made on AWS's error code and HTTP status; its wording is only a hint (it changes without notice).
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from traceback import walk_tb
from typing import TYPE_CHECKING, TypedDict, TypeGuard, TypeVar, cast

from lambda_ci.adapters.aws_advice import ADVICE, Advice
from lambda_ci.adapters.aws_denied import advice as permission
from lambda_ci.adapters.aws_denied import denial
from lambda_ci.adapters.aws_words import worded
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from botocore.exceptions import ClientError

__all__ = ["ABSENT", "ClientError", "Refusal", "asking", "code_of", "explain", "redact", "unless_absent"]

_Answer = TypeVar("_Answer")
ABSENT = "ResourceNotFoundException"
"""Lambda's code, and that of CloudWatch Logs, for what is not there."""
_SECRETS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"String measured: (?P<value>\{.*)",
        r"Value '(?P<value>.*)' at 'environment",
        r"\bEnvironment\b.*?, value: (?P<value>.*), valid ",
    )
)
"""As much as possible is taken for a value: values can hold the words that follow one."""
_LONGEST = 2000


class Refusal(AwsError):
    """One request that did not work, explained, with what a decision needs.

    ``code`` is AWS's error code, or the name of the client's exception where there was no answer; ``status`` the HTTP status
    (0 without an answer); ``message`` AWS's own words without the values of environment variables; ``operation`` AWS's name for
    the request; ``region`` the one that S3 says the bucket is in. Both can be empty.
    """

    def __init__(
        self, what: str, *, advice: Advice, code: str, status: int, message: str, operation: str = "", region: str = ""
    ) -> None:
        super().__init__(what, why=advice.why, fix=advice.fix)
        self.code = code
        self.status = status
        self.message = message
        self.operation = operation
        self.region = region


class _Metadata(TypedDict, total=False):
    HTTPStatusCode: int
    RetryAttempts: int
    HTTPHeaders: dict[str, str]


class _Reasoned(TypedDict, total=False):
    Reason: str


class _Regional(TypedDict, total=False):
    Region: str


@contextmanager
def asking(doing: str, *, values: Collection[str] = ()) -> Iterator[None]:
    """Around one request. ``doing`` completes "could not …". Raises ``Refusal`` for every failure of AWS or its client.

    ``values``: those of environment variables that the request carries, and no message may repeat.
    """
    try:
        yield
    except Exception as error:
        if not _is_aws(error):
            raise
        raise explain(error, doing=doing, values=values) from error


def unless_absent(
    ask: Callable[[], _Answer], *, doing: str, codes: Collection[str] = frozenset({ABSENT})
) -> _Answer | None:
    """The answer to one request, or ``None`` where AWS says with one of ``codes`` that there is no such thing.

    Raises ``Refusal`` for everything else, as ``asking`` does.
    """
    try:
        with asking(doing):
            return ask()
    except Refusal as refusal:
        if refusal.code in codes:
            return None
        raise


def explain(error: Exception, *, doing: str, values: Collection[str] = ()) -> Refusal:
    """The failure in three parts. ``doing`` completes "could not …", such as ``update the code of orders``; ``values`` as above."""
    cause = error.__context__ if _name(error) == "S3UploadFailedError" else None
    if cause is not None and _is_client_error(cause):
        error = cause
    if _is_client_error(error):
        return _answered(error, doing, values)
    words = redact(str(error), values)
    if _in_parser(error):
        words = f"the answer is not one of AWS ({words})"
    names = ["ResponseParserError"] if _in_parser(error) else [kind.__name__ for kind in type(error).__mro__]
    advice = next((ADVICE[name] for name in names if name in ADVICE), Advice())
    return Refusal(
        f"could not {doing}: {words}", advice=advice.filled(message=words), code=_name(error), status=0, message=words
    )


def code_of(error: BaseException) -> str:
    """AWS's error code, or the name of the exception where AWS did not answer."""
    if isinstance(error, Refusal):
        return error.code
    return _answer(error)[0] if _is_client_error(error) else _name(error)


def redact(message: str, values: Collection[str] = ()) -> str:
    """AWS's words without the values of environment variables, which some of its messages repeat: where they are known to, and
    the given ones wherever they stand like a value. Not any text that is like one: a region is in every ARN."""
    forms = {
        form
        for value in values
        if value
        for form in (value, *(json.dumps(value, ensure_ascii=plain)[1:-1] for plain in (True, False)))
    }
    for form in sorted(forms, key=len, reverse=True):
        message = re.sub(rf"""(?<=["'=]){re.escape(form)}(?=["',}})\]]|$)""", "…", message)
    for start, end in _secret_spans(message):
        message = f"{message[:start]}…{message[end:]}"
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"


def _secret_spans(message: str) -> list[tuple[int, int]]:
    """Where values are, the last first; what overlaps or touches is one."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted(found.span("value") for pattern in _SECRETS if (found := pattern.search(message))):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans[::-1]


def _answered(error: ClientError, doing: str, values: Collection[str]) -> Refusal:
    code, message, status = _answer(error, values)
    denied = denial(message)
    advice = permission(denied, error.operation_name) if denied else _advice(error, code, message, status)
    what = f"could not {doing}: {message or 'AWS gave no reason'} ({code}, HTTP {status})"
    return Refusal(
        what,
        advice=advice.filled(message=message),
        code=code,
        status=status,
        message=message,
        operation=error.operation_name,
        region=_region(error),
    )


def _advice(error: ClientError, code: str, message: str, status: int) -> Advice:
    reason = cast("_Reasoned", error.response).get("Reason")
    return (
        worded(message)
        or ADVICE.get(f"{code} {reason}")
        or ADVICE.get(code)
        or ADVICE.get(f"HTTP {status}")
        or Advice()
    )


def _region(error: ClientError) -> str:
    """S3 says in which region a bucket is in a header, and in the body of some errors."""
    headers = cast("_Metadata", error.response.get("ResponseMetadata", {})).get("HTTPHeaders", {})
    named = cast("_Regional", error.response.get("Error", {})).get("Region")
    return headers.get("x-amz-bucket-region") or named or ""


def _answer(error: ClientError, values: Collection[str] = ()) -> tuple[str, str, int]:
    details = error.response.get("Error", {})
    metadata = cast("_Metadata", error.response.get("ResponseMetadata", {}))
    code, status = details.get("Code", ""), metadata.get("HTTPStatusCode", 0)
    return code or f"HTTP {status}", redact(details.get("Message") or "", values), status


def _name(error: BaseException) -> str:
    return type(error).__name__


def _is_client_error(error: BaseException) -> TypeGuard[ClientError]:
    from botocore.exceptions import ClientError

    return isinstance(error, ClientError)


def _is_aws(error: Exception) -> bool:
    """Also what botocore's parser stumbles over: it takes for granted that JSON is an object and text is UTF-8."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    return isinstance(error, (BotoCoreError, ClientError, Boto3Error, ResponseParserError)) or _in_parser(error)


def _in_parser(error: Exception) -> bool:
    if not isinstance(error, (TypeError, AttributeError, ValueError)):
        return False
    frames = [frame.f_globals.get("__name__") for frame, _ in walk_tb(error.__traceback__)]
    return frames[-1:] == ["botocore.parsers"]


def __getattr__(name: str) -> type[Exception]:
    """``ClientError`` without importing botocore before it is needed."""
    if name == "ClientError":
        from botocore.exceptions import ClientError

        return ClientError
    raise AttributeError(name)
