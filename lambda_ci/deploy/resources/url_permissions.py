"""Who may call a function URL: two statements in the policy of the alias, under our names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.deploy.alias_policy import STATEMENTS, Permissions, read_permissions
from lambda_ci.deploy.writes.alias import Work, carry_out
from lambda_ci.model.change import Action, Change, FieldChange, Resource
from lambda_ci.model.spec.serving import UrlSpec

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import AddPermissionRequestTypeDef

    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.services import Services


def permissions_change(desired: Desired, permissions: Permissions) -> Change | None:
    """What has to change; ``None``: nothing. Pure."""
    if desired.url is None:
        return None
    wanted = _wanted(desired)
    fields = tuple(
        FieldChange(
            field=f"permission.{name}",
            before=_before(name, permissions),
            after=_told(name) if wanted else "",
        )
        for name in STATEMENTS
        if (not permissions.right.get(name) if wanted else name in permissions.right)
    )
    if not fields:
        return None
    action = Action.DELETE if not wanted else Action.UPDATE if permissions.right else Action.CREATE
    return Change(resource=Resource.URL_PERMISSIONS, action=action, fields=fields)


def put_permissions(desired: Desired, permissions: Permissions, services: Services) -> Permissions:
    """Our statements as they shall be; those of others stay."""
    for name in STATEMENTS:
        permissions = _put(name, desired, permissions, services)
    return permissions


def _put(name: str, desired: Desired, permissions: Permissions, services: Services) -> Permissions:
    client, wanted = services.aws.lambda_client(), _wanted(desired)
    subject = f"the permission {name} of {desired.function_name}:{desired.alias}"
    doing = f"{'write' if wanted else 'remove'} {subject}"

    def needed(seen: Permissions) -> bool:
        return not seen.right.get(name) if wanted else name in seen.right

    def send(seen: Permissions) -> Permissions:
        right = {other: state for other, state in seen.right.items() if other != name}
        if name in seen.right:
            answer = client.remove_permission(
                FunctionName=desired.function_name, Qualifier=desired.alias, StatementId=name
            )
            complete(answer, doing=doing)
        if wanted:
            complete(client.add_permission(**_request(name, desired)), "Statement", doing=doing)
            right[name] = True
        return replace(seen, right=right)

    def look() -> Permissions:
        return read_permissions(client, desired.function_name, desired.alias)

    return carry_out(Work(subject=subject, doing=doing, needed=needed, send=send, look=look), permissions, services)


def _wanted(desired: Desired) -> bool:
    """Signed requests are allowed by the policies of those who sign."""
    return isinstance(desired.url, UrlSpec) and desired.url.auth_type == "NONE"


def _before(name: str, permissions: Permissions) -> str:
    if name not in permissions.right:
        return ""
    return _told(name) if permissions.right[name] else "(something else)"


def _told(name: str) -> str:
    through = " through the URL" if "InvokedViaFunctionUrl" in STATEMENTS[name].request else ""
    return f"{STATEMENTS[name].action} for everybody{through}"


def _request(name: str, desired: Desired) -> AddPermissionRequestTypeDef:
    request = {
        "FunctionName": desired.function_name,
        "Qualifier": desired.alias,
        "StatementId": name,
        "Action": STATEMENTS[name].action,
        "Principal": "*",
        **STATEMENTS[name].request,
    }
    return cast("AddPermissionRequestTypeDef", request)
