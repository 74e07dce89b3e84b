"""Updating a function's code, and the members that Lambda changes together with it (architecture, source key)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.lambda_members import Place, code_members
from lambda_ci.deploy.live import live as live_of
from lambda_ci.deploy.package import runs
from lambda_ci.deploy.plan.comparison import differing
from lambda_ci.deploy.staging.upload import carrier, location
from lambda_ci.deploy.writes.code_digest import check_received
from lambda_ci.deploy.writes.concurrent_change import check_undisturbed
from lambda_ci.deploy.writes.function import Write, write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda.type_defs import GetFunctionResponseTypeDef, UpdateFunctionCodeRequestTypeDef

    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live
    from lambda_ci.deploy.services import Services


def update_code(desired: Desired, current: Current, live: Live, services: Services) -> Live:
    """The function with the package's code. Nothing is published with it: that would be before the smoke test."""
    source = location(desired.package, services)
    client, doing = services.aws.lambda_client(), f"update the code of {desired.function_name}"
    answered: Live | None = None

    def send(seen: Live) -> None:
        nonlocal answered
        request = _request(desired, current, seen, source=source, settings=_settings(desired, seen, services))
        answer = carrier(desired.package, services).update_function_code(**request)
        complete(answer, "FunctionArn", "CodeSha256", doing=doing)
        check_received(answer.get("CodeSha256", ""), desired)
        answered = live_of(client, cast("GetFunctionResponseTypeDef", {"Configuration": answer}), doing=doing)

    def needed(seen: Live) -> bool:
        return (
            not runs(seen, desired.package)
            or seen.update == "Failed"
            or bool(differing(desired, seen, current, Place.CODE))
        )

    ready = write(Write(function_name=desired.function_name, doing=doing, needed=needed, send=send), live, services)
    check_undisturbed(desired, current, answered, ready)
    return ready


def _request(
    desired: Desired,
    current: Current,
    live: Live,
    *,
    source: Mapping[str, str | bytes],
    settings: Mapping[str, object],
) -> UpdateFunctionCodeRequestTypeDef:
    members = {name: value for name, value in desired.members.items() if current.places.get(name) is Place.CODE}
    revision = {"RevisionId": live.revision_id} if live.revision_id else {}
    request = {**settings, **members, **source, **revision, "FunctionName": desired.function_name, "Publish": False}
    return cast("UpdateFunctionCodeRequestTypeDef", request)


def _settings(desired: Desired, live: Live, services: Services) -> dict[str, object]:
    """Settings of the stored code that an update resets unless they are sent again, such as the key it is encrypted with."""
    inside = code_members(services.aws.lambda_client())
    return {name: value for name, value in live.members.items() if name in inside and name not in desired.members}
