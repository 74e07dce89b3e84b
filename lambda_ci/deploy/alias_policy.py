"""The policy of an alias: our statements for its function URL, those of its triggers, and the names of all others.

Since October 2025 a call of a public URL needs the permission to call the URL and that to invoke the function through it. The
second one is bound to URLs by its condition: without that, everybody could invoke the function in every way.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import unless_absent
from lambda_ci.deploy.triggers.permissions import is_ours
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda import LambdaClient


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
