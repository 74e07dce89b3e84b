"""What becomes of asynchronous invocations of an alias."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import unless_absent
from lambda_ci.deploy.writes.alias import Work, carry_out
from lambda_ci.model.change import Action, Change, FieldChange, Resource
from lambda_ci.model.spec.serving import AsyncSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import (
        FunctionEventInvokeConfigResponseTypeDef,
        PutFunctionEventInvokeConfigRequestTypeDef,
    )

    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.services import Services

_RETRIES, _AGE = 2, 21600
"""What AWS does where nothing is set."""


@dataclass(frozen=True, kw_only=True)
class Events:
    """What becomes of asynchronous invocations; ``None`` where AWS does as it does by itself."""

    retries: int | None = None
    age: int | None = None
    """Seconds."""
    on_success: str = ""
    on_failure: str = ""


def read_events(client: LambdaClient, function_name: str, alias: str) -> Events | None:
    """``None`` where nothing is set for the alias."""
    doing = f"read the rules for asynchronous invocations of {function_name}:{alias}"
    answer = unless_absent(
        lambda: client.get_function_event_invoke_config(FunctionName=function_name, Qualifier=alias), doing=doing
    )
    return events_of(answer, doing) if answer is not None else None


def events_of(answer: FunctionEventInvokeConfigResponseTypeDef, doing: str) -> Events:
    """The answer, typed. Raises ``AwsError`` where it is not one of AWS."""
    complete(answer, "FunctionArn", doing=doing)
    destinations = answer.get("DestinationConfig", {})
    return Events(
        retries=answer.get("MaximumRetryAttempts"),
        age=answer.get("MaximumEventAgeInSeconds"),
        on_success=destinations.get("OnSuccess", {}).get("Destination", ""),
        on_failure=destinations.get("OnFailure", {}).get("Destination", ""),
    )


def events_change(desired: Desired, events: Events | None) -> Change | None:
    """What has to change; ``None``: nothing. Pure."""
    wanted, seen = _wanted(desired, events), events or Events()
    fields = tuple(_fields(seen, wanted))
    if desired.events is None or (not fields and (desired.events != "none" or events is None)):
        return None
    if desired.events == "none":
        return Change(resource=Resource.ASYNC, action=Action.DELETE, fields=fields)
    return Change(resource=Resource.ASYNC, action=Action.UPDATE if events else Action.CREATE, fields=fields)


def put_events(desired: Desired, events: Events | None, services: Services) -> Events | None:
    """As declared. AWS replaces the whole, so what is not declared is sent as it is; where nothing is left, all of it goes."""
    client, name, alias = services.aws.lambda_client(), desired.function_name, desired.alias
    doing = f"write the rules for asynchronous invocations of {name}:{alias}"

    def send(seen: Events | None) -> Events | None:
        wanted = _wanted(desired, seen)
        if wanted == Events():
            complete(client.delete_function_event_invoke_config(FunctionName=name, Qualifier=alias), doing=doing)
            return None
        return events_of(client.put_function_event_invoke_config(**_request(desired, wanted)), doing)

    work = Work(
        subject=f"the rules for asynchronous invocations of {name}:{alias}",
        doing=doing,
        needed=lambda seen: events_change(desired, seen) is not None,
        send=send,
        look=lambda: read_events(client, name, alias),
    )
    return carry_out(work, events, services)


def _wanted(desired: Desired, events: Events | None) -> Events:
    spec, seen = desired.events, events or Events()
    if not isinstance(spec, AsyncSpec):
        return Events()
    retries, age = spec.maximum_retry_attempts, spec.maximum_event_age_in_seconds
    return Events(
        retries=seen.retries if retries is None else retries,
        age=seen.age if age is None else age,
        on_success=_destination(spec.on_success, seen.on_success),
        on_failure=_destination(spec.on_failure, seen.on_failure),
    )


def _destination(declared: str | None, seen: str) -> str:
    return seen if declared is None else "" if declared == "none" else declared


def _fields(seen: Events, wanted: Events) -> Iterator[FieldChange]:
    numbers = {
        "maximum-retry-attempts": (seen.retries, wanted.retries, _RETRIES),
        "maximum-event-age-in-seconds": (seen.age, wanted.age, _AGE),
    }
    for name, (before, after, default) in numbers.items():
        if (default if before is None else before) != (default if after is None else after):
            yield FieldChange(field=name, before=_shown(before), after=_shown(after))
    for name, (was, shall) in {
        "on-success": (seen.on_success, wanted.on_success),
        "on-failure": (seen.on_failure, wanted.on_failure),
    }.items():
        if was != shall:
            yield FieldChange(field=name, before=was, after=shall)


def _shown(number: int | None) -> str:
    return "" if number is None else str(number)


def _request(desired: Desired, wanted: Events) -> PutFunctionEventInvokeConfigRequestTypeDef:
    destinations = {
        name: {"Destination": arn}
        for name, arn in {"OnSuccess": wanted.on_success, "OnFailure": wanted.on_failure}.items()
        if arn
    }
    numbers = {"MaximumRetryAttempts": wanted.retries, "MaximumEventAgeInSeconds": wanted.age}
    request = {
        "FunctionName": desired.function_name,
        "Qualifier": desired.alias,
        **{name: number for name, number in numbers.items() if number is not None},
        **({"DestinationConfig": destinations} if destinations else {}),
    }
    return cast("PutFunctionEventInvokeConfigRequestTypeDef", request)
