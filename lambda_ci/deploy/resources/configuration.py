"""Updating a function's configuration: only what is declared and differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.lambda_members import Place
from lambda_ci.deploy.live import live as live_of
from lambda_ci.deploy.plan.comparison import differing, environment, environment_differs, whole
from lambda_ci.deploy.writes.concurrent_change import check_undisturbed
from lambda_ci.deploy.writes.function import Write, write

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import GetFunctionResponseTypeDef, UpdateFunctionConfigurationRequestTypeDef

    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live
    from lambda_ci.deploy.services import Services


def update_configuration(desired: Desired, current: Current, live: Live, services: Services) -> Live:
    """The function with the declared configuration. Guarded by the revision, because merging is reading and writing."""
    client = services.aws.lambda_client()
    doing = f"update the configuration of {desired.function_name}"
    answered: Live | None = None

    def send(seen: Live) -> None:
        nonlocal answered
        answer = client.update_function_configuration(**_request(desired, current, seen))
        complete(answer, "FunctionArn", "CodeSha256", doing=doing)
        answered = live_of(client, cast("GetFunctionResponseTypeDef", {"Configuration": answer}), doing=doing)

    def needed(seen: Live) -> bool:
        return bool(differing(desired, seen, current, Place.CONFIGURATION)) or environment_differs(desired, seen)

    role = str(desired.members.get("Role", ""))
    values = (*(desired.environment or {}).values(), *live.environment.values())
    work = Write(function_name=desired.function_name, doing=doing, needed=needed, send=send, role=role, values=values)
    ready = write(work, live, services)
    check_undisturbed(desired, current, answered, ready)
    return ready


def _request(desired: Desired, current: Current, live: Live) -> UpdateFunctionConfigurationRequestTypeDef:
    names = differing(desired, live, current, Place.CONFIGURATION)
    request: dict[str, object] = {name: whole(name, desired, live) for name in names}
    if environment_differs(desired, live):
        request["Environment"] = {"Variables": environment(desired, live)}
    if live.revision_id:
        request["RevisionId"] = live.revision_id
    return cast("UpdateFunctionConfigurationRequestTypeDef", {"FunctionName": desired.function_name, **request})
