"""The mark of a rollout that is under way: a tag on the function, so that the next run sees it without asking more.

lambda-ci:rollout = live/13/14/20261121T083000Z               alias, versions before and after, the last sign of life
lambda-ci:rollout = live/13/14/20261121T083000Z/d-0A1B2C3D4   and the deployment of AWS CodeDeploy that moves the calls
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import asking
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.deploy.release import Release
    from lambda_ci.deploy.services import Services

TAG = "lambda-ci:rollout"
CREATING = "codedeploy"
"""In place of a deployment whose id is not known yet."""
ALIVE = timedelta(seconds=150)
"""How long a run may be silent; it gives a sign of life every minute."""
_TIME = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What the tag says."""

    alias: str
    before: str
    after: str
    seen: datetime
    deployment: str = ""
    """Of AWS CodeDeploy: its id, or ``CREATING``; empty where the run itself moves the calls."""

    @property
    def text(self) -> str:
        deployment = f"/{self.deployment}" if self.deployment else ""
        return f"{self.alias}/{self.before}/{self.after}/{self.seen:{_TIME}}{deployment}"

    def alive(self, now: datetime) -> bool:
        """Whether another run still moves traffic."""
        return now - self.seen < ALIVE


def read_mark(tags: Mapping[str, str]) -> Mark | None:
    """``None`` where there is none, or where it is not ours to understand."""
    alias, before, after, seen, *deployment = [*tags.get(TAG, "").split("/"), "", "", ""]
    try:
        at = datetime.strptime(seen, _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Mark(alias=alias, before=before, after=after, seen=at, deployment=deployment[0])


def put_mark(release: Release, services: Services, *, deployment: str = "") -> None:
    """Sign of life. Raises ``AwsError``."""
    mark = Mark(
        alias=release.alias,
        before=release.previous_version,
        after=release.version,
        seen=services.clock.utc(),
        deployment=deployment,
    )
    doing = f"mark the rollout of {release.function_name}"
    with asking(doing):
        answer = services.aws.lambda_client().tag_resource(Resource=release.function_arn, Tags={TAG: mark.text})
    complete(answer, doing=doing)


def remove_mark(function_arn: str, services: Services) -> None:
    """A mark that stays is harmless: the next run finds nothing split and removes it."""
    doing = f"unmark the rollout of {function_arn}"
    try:
        with asking(doing):
            answer = services.aws.lambda_client().untag_resource(Resource=function_arn, TagKeys=[TAG])
        complete(answer, doing=doing)
    except AwsError as error:
        services.console.line(f"{error.what}; the next deployment removes the mark")
