"""Creating a function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import Refusal, asking, unless_absent
from lambda_ci.adapters.lambda_members import code_members
from lambda_ci.deploy.live import look
from lambda_ci.deploy.resources.code_signing import signing
from lambda_ci.deploy.staging.upload import carrier, location
from lambda_ci.deploy.writes.code_digest import check_received
from lambda_ci.deploy.writes.retry import Persistence, Trouble, changed_meanwhile, trouble
from lambda_ci.deploy.writes.waiting import Unusable, Wait, wait
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import CreateFunctionRequestTypeDef, FunctionConfigurationResponseTypeDef

    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live
    from lambda_ci.deploy.services import Services


@dataclass(frozen=True, kw_only=True)
class Created:
    """``found``: it was there when the request arrived (another run was faster, or the answer to this one was lost)."""

    live: Live
    found: bool


def create(desired: Desired, services: Services) -> Created:
    """The function, Active. Nothing is published yet. Raises ``AwsError`` or ``PackageError``.

    What this run made and Lambda could not prepare is deleted again: its name would be taken, by a function of no use.
    """
    request = _request(desired, services)
    found = not _send(request, desired, services)
    waited = Wait(function_name=desired.function_name, after_write=not found)
    try:
        return Created(live=wait(waited, services), found=found)
    except Unusable as failed:
        if found or not _deleted(desired.function_name, services):
            raise
        raise AwsError(
            failed.what,
            why=f"{failed.why} It was deleted again.",
            fix=f"{failed.mend}, and run this again: it creates the function anew",
        ) from failed


def remove_leftover(leftover: Live, function_name: str, services: Services) -> None:
    """Delete what a killed run left. Doing it twice does it once. Raises ``AwsError``, also where it is another by now."""
    fresh = look(services.aws.lambda_client(), function_name)
    if fresh is None:
        return
    if (fresh.state, fresh.revision_id) != (leftover.state, leftover.revision_id):
        raise changed_meanwhile(function_name)
    services.console.line(f"{function_name} failed on creation, and nothing of it was published: making it anew")
    _delete(function_name, services)


def _deleted(function_name: str, services: Services) -> bool:
    """Whether it is gone; where it cannot be deleted, the failure says how to."""
    try:
        _delete(function_name, services)
    except AwsError as error:
        services.console.line(error.what)
        return False
    return True


def _delete(function_name: str, services: Services) -> None:
    client, doing = services.aws.lambda_client(), f"delete the function {function_name}, which failed on creation"
    answer = unless_absent(lambda: client.delete_function(FunctionName=function_name), doing=doing)
    if answer is not None:
        complete(answer, doing=doing)


def _send(request: CreateFunctionRequestTypeDef, desired: Desired, services: Services) -> bool:
    """Whether this request made the function."""
    persistence = Persistence(desired.function_name, services, role=str(desired.members.get("Role", "")))
    doing = f"create the function {desired.function_name}"
    while True:
        try:
            with asking(doing, values=(desired.environment or {}).values()):
                answer = carrier(desired.package, services).create_function(**request)
        except Refusal as refusal:
            if trouble(refusal) is Trouble.EXISTS:
                return False
            persistence.endure(refusal)
        else:
            _check(answer, desired, doing)
            return True


def _check(answer: FunctionConfigurationResponseTypeDef, desired: Desired, doing: str) -> None:
    complete(answer, "FunctionArn", "CodeSha256", doing=doing)
    check_received(answer.get("CodeSha256", ""), desired)


def _request(desired: Desired, services: Services) -> CreateFunctionRequestTypeDef:
    inside = code_members(services.aws.lambda_client())
    code = {name: value for name, value in desired.members.items() if name in inside}
    request: dict[str, object] = {
        **{name: value for name, value in desired.members.items() if name not in inside},
        "FunctionName": desired.function_name,
        "Code": {**location(desired.package, services), **code},
        "Tags": dict(desired.tags),
        "Publish": False,
    }
    if arn := signing(desired):
        request["CodeSigningConfigArn"] = arn
    if desired.environment is not None:
        request["Environment"] = {"Variables": dict(desired.environment)}
    return cast("CreateFunctionRequestTypeDef", request)
