"""Writing schedules of EventBridge Scheduler, and deleting them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lambda_ci.deploy.triggers.scheduler import awaited, current, differs, over
from lambda_ci.deploy.writes.alias import Work, carry_out

if TYPE_CHECKING:
    from lambda_ci.adapters.scheduler import Timed
    from lambda_ci.deploy.services import Services
    from lambda_ci.deploy.triggers.permissions import Place


def put_timed(wanted: Timed, seen: Timed | None, place: Place, services: Services) -> None:
    """As declared. One whose time has passed, maybe while this run worked, is not written: nobody says when Scheduler would run it."""
    scheduler, now = services.aws.scheduler(), services.clock.utc()
    one = current(replace(wanted, target=place.alias_arn), now)
    if over(one, now):
        if seen is not None and not awaited(one, seen):
            return remove_timed(seen, services)
        return services.console.line(f"the schedule {one.name} is not written: its time has passed")

    def send(state: Timed | None) -> Timed:
        (scheduler.update if state else scheduler.create)(one)
        return one

    work = Work[Any](
        subject=f"the schedule {one.name}",
        doing=f"write the schedule {one.name}",
        needed=lambda state: differs(one, state, now),
        send=send,
        look=lambda: scheduler.find(one.name),
    )
    carry_out(work, seen, services)
    return None


def remove_timed(seen: Timed, services: Services) -> None:
    """That it is gone already is fine."""
    scheduler = services.aws.scheduler()

    def send(_state: Timed | None) -> None:
        scheduler.delete(seen.name)

    work = Work[Any](
        subject=f"the schedule {seen.name}",
        doing=f"delete the schedule {seen.name}",
        needed=lambda state: state is not None,
        send=send,
        look=lambda: scheduler.find(seen.name),
    )
    carry_out(work, seen, services)
