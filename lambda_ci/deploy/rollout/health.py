"""How the new version does: what CloudWatch says, and the verdict on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from lambda_ci.adapters.cloudwatch import Alarm, CloudWatch
    from lambda_ci.deploy.release import Release
    from lambda_ci.model.spec.serving import RolloutSpec


@dataclass(frozen=True, kw_only=True)
class Health:
    """Since the rollout began. ``alarms`` are the declared ones that exist."""

    invocations: int
    errors: int
    alarms: tuple[Alarm, ...]

    @property
    def summary(self) -> str:
        return f"{self.invocations} calls, {self.errors} errors"


def look(cloudwatch: CloudWatch, release: Release, rollout: RolloutSpec, *, since: datetime, now: datetime) -> Health:
    """Two requests at most. Metrics lag by a minute or two. Raises ``AwsError``."""
    counts = cloudwatch.counts(release.function_name, release.alias, release.version, since=since, until=now)
    alarms = cloudwatch.alarms(rollout.alarms) if rollout.alarms else ()
    return Health(invocations=counts["Invocations"], errors=counts["Errors"], alarms=alarms)


def trouble(health: Health, rollout: RolloutSpec) -> str:
    """Why the rollout has to end; empty where nothing speaks against it. A declared alarm that was deleted ends it as well. Pure."""
    if absent := missing(health, rollout):
        return f"the alarm {', '.join(absent)} is gone"
    ringing = [alarm for alarm in health.alarms if alarm.state == "ALARM"]
    if ringing:
        return "; ".join(f"the alarm {alarm.name} rings: {alarm.reason}" for alarm in ringing)
    rate = 100 * health.errors / max(health.invocations, health.errors, 1)
    if rate > rollout.max_error_rate:
        return (
            f"{health.errors} of {health.invocations} calls failed ({rate:.1f} %, allowed {rollout.max_error_rate:g} %)"
        )
    return ""


def missing(health: Health, rollout: RolloutSpec) -> tuple[str, ...]:
    """Declared alarms that are not there: they would never ring. Pure."""
    return tuple(sorted(set(rollout.alarms) - {alarm.name for alarm in health.alarms}))
