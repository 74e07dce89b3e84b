"""The mark of a rollout that is under way: a tag on the function, so that the next run sees it without asking more.

lambda-ci:rollout = live/13/14/20261121T083000Z      alias, versions before and after, the last sign of life
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_errors import Refusal, asking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.deploy.release import Release
    from lambda_ci.deploy.services import Services

TAG = "lambda-ci:rollout"
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

    @property
    def text(self) -> str:
        return f"{self.alias}/{self.before}/{self.after}/{self.seen:{_TIME}}"

    def alive(self, now: datetime) -> bool:
        """Whether another run still moves traffic."""
        return now - self.seen < ALIVE


def read_mark(tags: Mapping[str, str]) -> Mark | None:
    """``None`` where there is none, or where it is not ours to understand."""
    parts = tags.get(TAG, "").split("/")
    try:
        alias, before, after, seen = parts
        return Mark(alias=alias, before=before, after=after, seen=datetime.strptime(seen, _TIME).replace(tzinfo=UTC))
    except ValueError:
        return None


def put_mark(release: Release, services: Services) -> None:
    """Sign of life. Raises ``Refusal``."""
    mark = Mark(alias=release.alias, before=release.previous_version, after=release.version, seen=services.clock.utc())
    with asking(f"mark the rollout of {release.function_name}"):
        services.aws.lambda_client().tag_resource(Resource=release.function_arn, Tags={TAG: mark.text})


def remove_mark(function_arn: str, services: Services) -> None:
    """A mark that stays is harmless: the next run finds nothing split and removes it."""
    try:
        with asking(f"unmark the rollout of {function_arn}"):
            services.aws.lambda_client().untag_resource(Resource=function_arn, TagKeys=[TAG])
    except Refusal as refusal:
        services.console.line(f"{refusal.what}; the next deployment removes the mark")
