"""What AWS and its client say when something goes wrong, as what happened, why, and what to do.

Decisions are made on AWS's error code and HTTP status; its wording is only a hint (it changes without notice).
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from traceback import walk_tb
from typing import TYPE_CHECKING, TypedDict, TypeGuard, cast

from lambda_ci.adapters.aws_advice import ADVICE, OTHERS, Advice, worded
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.exceptions import ClientError

__all__ = ["ClientError", "Refusal", "asking", "code_of", "explain", "redact"]

_DENIED = re.compile(
    r"^(?:User: (?P<who>\S+) )?is not authorized to perform: (?P<action>\S+)(?: on resource: (?P<resource>\S+))?"
)
_SECRETS = (
    (re.compile(r"(String measured: )\{.*", re.DOTALL), r"\1{…}"),
    (re.compile(r"Value '.*?' at 'environment", re.DOTALL), "Value '…' at 'environment"),
    (re.compile(r"(\bEnvironment\S*, value: ).*?(, (?:type|valid|value))", re.DOTALL), r"\1…\2"),
)
_LONGEST = 2000


class Refusal(AwsError):
    """One request that did not work, explained, with what a decision needs.

    ``code`` is AWS's error code, or the name of the client's exception where there was no answer; ``status`` the HTTP status
    (0 without an answer); ``message`` AWS's own words without the values of environment variables.
    """

    def __init__(self, what: str, *, advice: Advice, code: str, status: int, message: str) -> None:
        super().__init__(what, why=advice.why, fix=advice.fix)
        self.code = code
        self.status = status
        self.message = message


class _Metadata(TypedDict, total=False):
    HTTPStatusCode: int
    RetryAttempts: int


@contextmanager
def asking(doing: str) -> Iterator[None]:
    """Around one request. ``doing`` completes "could not …". Raises ``Refusal`` for every failure of AWS or its client."""
    try:
        yield
    except Exception as error:
        if not _is_aws(error):
            raise
        raise explain(error, doing=doing) from error


def explain(error: Exception, *, doing: str) -> Refusal:
    """The failure in three parts. ``doing`` completes "could not …", such as ``update the code of orders``."""
    cause = error.__context__ if _name(error) == "S3UploadFailedError" else None
    if cause is not None and _is_client_error(cause):
        error = cause
    if _is_client_error(error):
        return _answered(error, doing)
    words = redact(str(error))
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


def redact(message: str) -> str:
    """AWS's words without the values of environment variables, which some of its messages repeat."""
    for pattern, replacement in _SECRETS:
        message = pattern.sub(replacement, message)
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"


def _answered(error: ClientError, doing: str) -> Refusal:
    code, message, status = _answer(error)
    advice = worded(message) or ADVICE.get(code) or ADVICE.get(f"HTTP {status}") or Advice()
    denied = _DENIED.search(message)
    if denied:
        advice = _permission(denied, forbidden="explicit deny" in message)
    what = f"could not {doing}: {message or 'AWS gave no reason'} ({code}, HTTP {status})"
    return Refusal(what, advice=advice.filled(message=message), code=code, status=status, message=message)


def _permission(denied: re.Match[str], *, forbidden: bool) -> Advice:
    who = denied["who"] or "the identity of this run"
    resource = (denied["resource"] or "*").strip('".')
    if forbidden:
        return Advice(
            why=f"A policy denies {denied['action']} on {resource} to {who} explicitly; no other policy can allow it.",
            fix="change the policy that AWS names (a service control policy, a permissions boundary, or a resource policy)",
        )
    return Advice(
        why=f"{who} lacks the permission {denied['action']} on {resource}.",
        fix=f"allow it in a policy of that identity: Action {denied['action']}, Resource {resource}"
        + OTHERS.get(denied["action"], ""),
    )


def _answer(error: ClientError) -> tuple[str, str, int]:
    details = error.response.get("Error", {})
    metadata = cast("_Metadata", error.response.get("ResponseMetadata", {}))
    code, status = details.get("Code", ""), metadata.get("HTTPStatusCode", 0)
    return code or f"HTTP {status}", redact(details.get("Message") or ""), status


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
