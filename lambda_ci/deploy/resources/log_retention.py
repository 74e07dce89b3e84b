"""For how long a function's log group keeps what is logged. The group is made before the function runs: Lambda would make one that
keeps everything for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.writes.alias import Work, carry_out
from lambda_ci.model.change import Action, Change, FieldChange, Resource

if TYPE_CHECKING:
    from lambda_ci.adapters.logs import LogGroup
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live
    from lambda_ci.deploy.services import Services

_FOREVER = "none"


def log_group_name(desired: Desired, latest: Live | None) -> str:
    """Where the function logs once it is as declared."""
    for members in (desired.members, latest.members if latest else {}):
        logging = members.get("LoggingConfig")
        if isinstance(logging, dict) and logging.get("LogGroup"):
            return str(logging["LogGroup"])
    return f"/aws/lambda/{desired.function_name}"


def retention_change(desired: Desired, group: LogGroup | None, name: str) -> Change | None:
    """What has to change of the group of that name; ``None``: nothing. Pure."""
    wanted = desired.log_retention
    if wanted is None or (wanted == _FOREVER and (group is None or group.days is None)):
        return None
    if group is not None and group.days == wanted:
        return None
    before = "" if group is None else str(group.days or _FOREVER)
    days = FieldChange(field="log-retention-in-days", before=before, after=str(wanted))
    made = () if group else (FieldChange(field="log-group", before="", after=name),)
    action = Action.CREATE if group is None else Action.DELETE if wanted == _FOREVER else Action.UPDATE
    return Change(resource=Resource.LOG_RETENTION, action=action, fields=(*made, days))


def keep_logs(desired: Desired, group: LogGroup | None, live: Live, services: Services) -> None:
    """The log group of the function as declared. ``group``: as it is; ``None``: not there."""
    logs, name = services.aws.logs(), log_group_name(desired, live)
    wanted = desired.log_retention if isinstance(desired.log_retention, int) else None

    def send(seen: LogGroup | None) -> LogGroup | None:
        if seen is None:
            logs.create(name)
        return logs.keep(name, days=wanted)

    work = Work(
        subject=f"the log group {name}",
        doing=f"set for how long the log group {name} keeps its events",
        needed=lambda seen: retention_change(desired, seen, name) is not None,
        send=send,
        look=lambda: logs.find(name),
    )
    carry_out(work, group, services)
