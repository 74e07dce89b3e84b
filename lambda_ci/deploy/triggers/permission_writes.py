"""Writing permissions of an alias, and removing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import ABSENT, Refusal, asking
from lambda_ci.deploy.alias_policy import read_permissions
from lambda_ci.deploy.writes.alias import Work, carry_out

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import AddPermissionRequestTypeDef

    from lambda_ci.deploy.services import Services
    from lambda_ci.deploy.triggers.permissions import Grant, Place, Statement


def put_grant(name: str, grant: Grant, place: Place, services: Services) -> None:
    """The statement as it shall be. What is there under its name and says something else is removed first."""
    client, doing = services.aws.lambda_client(), f"write the permission {name} of {place.function_name}:{place.alias}"

    def send(seen: Statement | None) -> Statement | None:
        if seen is not None:
            _remove(name, place, services)
        request = {"FunctionName": place.function_name, "Qualifier": place.alias, "StatementId": name, **grant.request}
        complete(client.add_permission(**cast("AddPermissionRequestTypeDef", request)), "Statement", doing=doing)
        return None

    work = Work[Any](
        subject=f"the permission {name} of {place.function_name}:{place.alias}",
        doing=doing,
        needed=lambda seen: not grant.allowed_by(seen),
        send=send,
        look=lambda: _look(name, place, services),
    )
    carry_out(work, place.granted.get(name), services)


def remove_grant(name: str, place: Place, services: Services) -> None:
    """That it is gone already is fine."""

    def send(_seen: Statement | None) -> Statement | None:
        _remove(name, place, services)
        return None

    work = Work[Any](
        subject=f"the permission {name} of {place.function_name}:{place.alias}",
        doing=f"remove the permission {name} of {place.function_name}:{place.alias}",
        needed=lambda seen: seen is not None,
        send=send,
        look=lambda: _look(name, place, services),
    )
    carry_out(work, place.granted.get(name), services)


def _remove(name: str, place: Place, services: Services) -> None:
    doing = f"remove the permission {name} of {place.function_name}:{place.alias}"
    try:
        with asking(doing):
            answer = services.aws.lambda_client().remove_permission(
                FunctionName=place.function_name, Qualifier=place.alias, StatementId=name
            )
            complete(answer, doing=doing)
    except Refusal as refusal:
        if refusal.code != ABSENT:
            raise


def _look(name: str, place: Place, services: Services) -> Statement | None:
    return read_permissions(services.aws.lambda_client(), place.function_name, place.alias).granted.get(name)
