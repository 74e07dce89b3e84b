"""Schedules of EventBridge Scheduler.

Source: Service Authorization Reference, "Amazon EventBridge Scheduler": listing is judged on no resource.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.scheduler import GROUP
from lambda_ci.deploy.iam.scope import Scope, declared, everything, passed_to, right
from lambda_ci.deploy.triggers.declared import is_scheduled, schedule_of
from lambda_ci.deploy.triggers.names import beginning, stem
from lambda_ci.model.scheduler_role import SERVICE, in_words

if TYPE_CHECKING:
    from lambda_ci.deploy.iam.scope import Right
    from lambda_ci.model.settings import Settings
    from lambda_ci.model.spec.triggers import ScheduleSpec

_FEATURE = "Scheduler"
_NEEDED = declared(lambda spec: is_scheduled(spec.triggers))
_WHEN = "with `triggers: [{schedule: {role: …}}]`"


def _schedules(scope: Scope) -> tuple[str, ...]:
    """What their names begin with, also of those that were declared before."""
    start = beginning(stem(scope.settings.project, scope.function.function_name, scope.function.spec.alias))
    return (scope.arn("scheduler", f"schedule/{GROUP}/{start}*"),)


def _roles(scope: Scope) -> tuple[str, ...]:
    return tuple(dict.fromkeys(spec.role for spec in _specs(scope) if spec.role))


def role_notes(settings: Settings, *, account: str, region: str) -> list[str]:
    """What each role that Scheduler takes must have, in words."""
    calls: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for function in settings.functions:
        scope = Scope(function=function, settings=settings, account=account, region=region)
        for spec in _specs(scope) if _NEEDED(scope) else ():
            aliases, queues = calls.setdefault(spec.role or "", ({}, {}))
            aliases[scope.arn("lambda", f"function:{function.function_name}:{function.spec.alias}")] = None
            queues.update({spec.dead_letter: None} if spec.dead_letter else {})
    return [
        f"EventBridge Scheduler takes {role}, which needs {in_words([*aliases], [*queues], account=role.split(':')[4])}"
        for role, (aliases, queues) in calls.items()
    ]


def _specs(scope: Scope) -> list[ScheduleSpec]:
    found = (schedule_of(one) for one in scope.function.spec.triggers or ())
    return [spec for spec in found if spec is not None and spec.is_schedulers]


RIGHTS: tuple[Right, ...] = (
    right(_FEATURE, "scheduler:ListSchedules", "plan deploy destroy", everything, needed=_NEEDED, when=_WHEN),
    right(_FEATURE, "scheduler:GetSchedule", "plan deploy destroy", _schedules, needed=_NEEDED, when=_WHEN),
    right(
        _FEATURE,
        "scheduler:CreateSchedule scheduler:UpdateSchedule",
        "deploy",
        _schedules,
        needed=_NEEDED,
        when=_WHEN,
    ),
    right(
        _FEATURE,
        "scheduler:DeleteSchedule",
        "deploy destroy",
        _schedules,
        needed=_NEEDED,
        when=f"{_WHEN}, for what is not declared any more",
    ),
    right(_FEATURE, "iam:PassRole", "deploy", _roles, needed=_NEEDED, when=_WHEN, condition=passed_to(SERVICE)),
)
