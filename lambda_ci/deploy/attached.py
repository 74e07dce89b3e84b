"""What an alias carries: its function URL with the permissions, its rules for asynchronous invocations, and the environments kept
warm for it. Read only where it is declared.

Since October 2025 a call of a public URL needs the permission to call the URL and that to invoke the function through it. The
second one is bound to URLs by its condition: without that, everybody could invoke the function in every way.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from lambda_ci.adapters.aws_errors import ABSENT, unless_absent
from lambda_ci.deploy.answers import complete
from lambda_ci.deploy.triggers.statements import is_ours
from lambda_ci.errors import AwsError
from lambda_ci.model.spec.serving import UrlSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import (
        FunctionEventInvokeConfigResponseTypeDef,
        GetFunctionUrlConfigResponseTypeDef,
        GetProvisionedConcurrencyConfigResponseTypeDef,
        PutProvisionedConcurrencyConfigResponseTypeDef,
    )
    from pydantic import JsonValue

    from lambda_ci.deploy.desired import Desired


@dataclass(frozen=True, kw_only=True)
class Url:
    """A URL as it is; ``cors`` under AWS's names."""

    address: str
    auth_type: str
    invoke_mode: str = "BUFFERED"
    cors: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One permission. ``condition``: operator, key and value in the policy; ``request``: how AddPermission takes it."""

    action: str
    condition: tuple[str, str, str]
    request: Mapping[str, object]


STATEMENTS: Mapping[str, Statement] = {
    "lambda-ci-url": Statement(
        action="lambda:InvokeFunctionUrl",
        condition=("StringEquals", "lambda:FunctionUrlAuthType", "NONE"),
        request={"FunctionUrlAuthType": "NONE"},
    ),
    "lambda-ci-url-invoke": Statement(
        action="lambda:InvokeFunction",
        condition=("Bool", "lambda:InvokedViaFunctionUrl", "true"),
        request={"InvokedViaFunctionUrl": True},
    ),
}
"""Ours, by their names in the policy of the alias."""


@dataclass(frozen=True, kw_only=True)
class Permissions:
    """Our statements in the policy of an alias, by name: whether each is as it shall be."""

    right: Mapping[str, bool] = field(default_factory=dict)
    granted: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Those of triggers, by name, as they are in the policy."""
    others: tuple[str, ...] = ()
    """The names of the statements that are not ours."""


@dataclass(frozen=True, kw_only=True)
class Events:
    """What becomes of asynchronous invocations; ``None`` where AWS does as it does by itself."""

    retries: int | None = None
    age: int | None = None
    """Seconds."""
    on_success: str = ""
    on_failure: str = ""


@dataclass(frozen=True, kw_only=True)
class Provisioned:
    """Environments that are kept warm. ``status`` is AWS's word: IN_PROGRESS, READY or FAILED."""

    requested: int
    status: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Attached:
    """As it is on AWS; ``None`` where it is not there, or nobody asked."""

    url: Url | None = None
    marked: str = ""
    """The function's ARN where its tag says that the URL is ours."""
    permissions: Permissions = field(default_factory=Permissions)
    events: Events | None = None
    provisioned: Provisioned | None = None


def read_attached(client: LambdaClient, desired: Desired) -> Attached:
    """One request for each thing declared. A URL for signed requests has no permissions of ours: they go before it is made so."""
    name, alias, found = desired.function_name, desired.alias, Attached()
    if desired.url is not None:
        found = replace(found, url=read_url(client, name, alias))
    closed = desired.url is None or (_signed(desired) and found.url and found.url.auth_type == "AWS_IAM")
    if not closed or desired.triggers is not None:
        found = replace(found, permissions=read_permissions(client, name, alias))
    if desired.events is not None:
        found = replace(found, events=read_events(client, name, alias))
    if desired.provisioned_concurrency is not None:
        found = replace(found, provisioned=read_provisioned(client, name, alias))
    return found


def _signed(desired: Desired) -> bool:
    return isinstance(desired.url, UrlSpec) and desired.url.auth_type == "AWS_IAM"


def read_url(client: LambdaClient, function_name: str, alias: str) -> Url | None:
    """``None`` where the alias has no URL."""
    doing = f"read the function URL of {function_name}:{alias}"
    answer = unless_absent(
        lambda: client.get_function_url_config(FunctionName=function_name, Qualifier=alias), doing=doing
    )
    return url_of(answer, doing) if answer is not None else None


def url_of(answer: GetFunctionUrlConfigResponseTypeDef, doing: str) -> Url:
    """The answer, typed. Raises ``AwsError`` where it is not one of AWS."""
    complete(answer, "FunctionUrl", "AuthType", doing=doing)
    return Url(
        address=answer["FunctionUrl"],
        auth_type=answer["AuthType"],
        invoke_mode=answer.get("InvokeMode", "BUFFERED"),
        cors=cast("Mapping[str, JsonValue]", answer.get("Cors", {})),
    )


def read_permissions(client: LambdaClient, function_name: str, alias: str) -> Permissions:
    """Ours; of those of others only the names."""
    doing = f"read the policy of {function_name}:{alias}"
    answer = unless_absent(lambda: client.get_policy(FunctionName=function_name, Qualifier=alias), doing=doing)
    if answer is None:
        return Permissions()
    complete(answer, "Policy", doing=doing)
    return _permissions(answer["Policy"], doing)


def _permissions(policy: str, doing: str) -> Permissions:
    try:
        found = json.loads(policy).get("Statement", [])
        ours = {one["Sid"]: _is_right(one) for one in found if one.get("Sid") in STATEMENTS}
        granted = {name: one for one in found if is_ours(name := one.get("Sid") or "")}
        known = {*STATEMENTS, *granted}
        others = sorted(one.get("Sid") or "(without a name)" for one in found if one.get("Sid") not in known)
        return Permissions(right=ours, granted=granted, others=tuple(others))
    except (ValueError, AttributeError, TypeError) as error:
        raise AwsError(f"could not {doing}: the answer is not a policy", fix="run this again") from error


def _is_right(found: Mapping[str, Any]) -> bool:
    statement = STATEMENTS[found["Sid"]]
    operator, key, value = statement.condition
    conditions = {
        (by, str(on), str(what).lower())
        for by, inner in (found.get("Condition") or {}).items()
        for on, what in inner.items()
    }
    everybody = found.get("Principal") in ("*", {"AWS": "*"})
    alike = (found.get("Effect"), found.get("Action")) == ("Allow", statement.action)
    return alike and everybody and conditions == {(operator, key, value.lower())}


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


def read_provisioned(client: LambdaClient, function_name: str, alias: str) -> Provisioned | None:
    """``None`` where none is kept warm."""
    doing = f"read the provisioned concurrency of {function_name}:{alias}"
    answer = unless_absent(
        lambda: client.get_provisioned_concurrency_config(FunctionName=function_name, Qualifier=alias),
        doing=doing,
        codes={ABSENT, "ProvisionedConcurrencyConfigNotFoundException"},
    )
    return provisioned_of(answer, doing) if answer is not None else None


def provisioned_of(
    answer: GetProvisionedConcurrencyConfigResponseTypeDef | PutProvisionedConcurrencyConfigResponseTypeDef, doing: str
) -> Provisioned:
    """The answer, typed. Raises ``AwsError`` where it is not one of AWS."""
    complete(answer, "RequestedProvisionedConcurrentExecutions", "Status", doing=doing)
    return Provisioned(
        requested=answer["RequestedProvisionedConcurrentExecutions"],
        status=answer["Status"],
        reason=answer.get("StatusReason", ""),
    )
