"""What calls a function: permissions in the policy of its alias, and rules of EventBridge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.rights.scope import all_of_it, declared, right
from lambda_ci.deploy.triggers.wanted import LONGEST

if TYPE_CHECKING:
    from lambda_ci.deploy.rights.scope import Right, Scope
    from lambda_ci.model.spec.function import FunctionSpec

_TRIGGERS = "Triggers"
_LONGEST_SUFFIX, _HASH = 30, 8
_WITH, _SCHEDULES = "with `triggers`", "with `triggers: [{schedule: …}]`"


def _rules(scope: Scope) -> tuple[str, ...]:
    """What their names begin with, also of those that were declared before."""
    stem = f"{scope.settings.project}-{scope.function.function_name}-{scope.function.spec.alias}"
    room = LONGEST - _LONGEST_SUFFIX - 1
    start = f"{stem}-" if len(stem) <= room else stem[: room - _HASH - 1]
    return (scope.arn("events", f"rule/{start}*"),)


def _has_triggers(spec: FunctionSpec) -> bool:
    return spec.triggers is not None


def _has_schedules(spec: FunctionSpec) -> bool:
    return any(one.schedule for one in spec.triggers or ())


RIGHTS: tuple[Right, ...] = (
    right(_TRIGGERS, "lambda:GetPolicy", "plan deploy destroy", all_of_it, needed=declared(_has_triggers), when=_WITH),
    right(
        _TRIGGERS,
        "lambda:RemovePermission",
        "deploy destroy",
        all_of_it,
        needed=declared(_has_triggers),
        when=f"{_WITH}, for what is not declared any more",
    ),
    right(
        _TRIGGERS,
        "lambda:AddPermission",
        "deploy",
        all_of_it,
        needed=declared(lambda spec: spec.triggers),
        when=_WITH,
    ),
    right(
        _TRIGGERS,
        "events:DescribeRule events:ListTargetsByRule",
        "plan deploy destroy",
        _rules,
        needed=declared(_has_schedules),
        when=_SCHEDULES,
    ),
    right(
        _TRIGGERS,
        "events:PutRule events:TagResource events:PutTargets",
        "deploy",
        _rules,
        needed=declared(_has_schedules),
        when=_SCHEDULES,
    ),
    right(
        _TRIGGERS,
        "events:ListTagsForResource",
        "plan deploy destroy",
        _rules,
        needed=declared(_has_schedules),
        when="for schedules that are not declared any more",
    ),
    right(
        _TRIGGERS,
        "events:RemoveTargets events:DeleteRule",
        "deploy destroy",
        _rules,
        needed=declared(_has_schedules),
        when="for schedules that are not declared any more",
    ),
)
