"""Publishing $LATEST as a version, guarded so that exactly what this run saw is published."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import Refusal, asking
from lambda_ci.deploy.live import live as live_of
from lambda_ci.deploy.writes.code_digest import check_received, publishable
from lambda_ci.deploy.writes.retry import Persistence
from lambda_ci.deploy.writes.waiting import PUBLISHING, Readiness, Wait, readiness, wait

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import GetFunctionResponseTypeDef, PublishVersionRequestTypeDef

    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live
    from lambda_ci.deploy.services import Services


def publish(desired: Desired, live: Live, services: Services) -> Live:
    """The version that runs what ``live`` is, ready for invocations.

    Lambda answers with the version that exists where nothing changed since, so that publishing twice makes one version.
    Publishing moves the revision of $LATEST: a lost answer shows as a stale revision with the same content.
    """
    persistence = Persistence(desired.function_name, services)
    while True:
        try:
            version = _ask(desired, live, services)
        except Refusal as refusal:
            live = persistence.recover(refusal, live, done=live.same_content)
        else:
            return _ready(version, desired, services)


def _ask(desired: Desired, live: Live, services: Services) -> Live:
    client, doing = services.aws.lambda_client(), f"publish a version of {desired.function_name}"
    request: PublishVersionRequestTypeDef = {
        "FunctionName": desired.function_name,
        "Description": replace(services.record, config=desired.digest).text(str(live.members.get("Description", ""))),
    }
    if digest := publishable(live, desired):
        request["CodeSha256"] = digest
    if live.revision_id:
        request["RevisionId"] = live.revision_id
    with asking(doing):
        answer = client.publish_version(**request)
    complete(answer, "FunctionArn", "Version", "CodeSha256", doing=doing)
    check_received(answer.get("CodeSha256", ""), desired)
    return live_of(client, cast("GetFunctionResponseTypeDef", {"Configuration": answer}), doing=doing)


def _ready(version: Live, desired: Desired, services: Services) -> Live:
    if readiness(version, after_write=True) is Readiness.READY:
        return version
    waited = Wait(function_name=desired.function_name, qualifier=version.version, seconds=PUBLISHING, after_write=True)
    return wait(waited, services)
