"""What calls a function: permissions in the policy of its alias, and rules of EventBridge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.iam.scope import all_of_it, declared, right
from lambda_ci.deploy.triggers.declared import schedule_of
from lambda_ci.deploy.triggers.names import beginning, stem

if TYPE_CHECKING:
    from lambda_ci.deploy.iam.scope import Right, Scope
    from lambda_ci.model.spec.function import FunctionSpec

_TRIGGERS = "Triggers"
_WITH, _SCHEDULES = "with `triggers`", "with `triggers: [{schedule: …}]`"


def _rules(scope: Scope) -> tuple[str, ...]:
    """What their names begin with, also of those that were declared before."""
    start = beginning(stem(scope.settings.project, scope.function.function_name, scope.function.spec.alias))
    return (scope.arn("events", f"rule/{start}*"),)


def _has_triggers(spec: FunctionSpec) -> bool:
    return spec.triggers is not None


def _has_rules(spec: FunctionSpec) -> bool:
    return any(found and not found.is_schedulers for found in map(schedule_of, spec.triggers or ()))


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
        needed=declared(lambda spec: _has_rules(spec) or any(one.permission for one in spec.triggers or ())),
        when=_WITH,
    ),
    right(
        _TRIGGERS,
        "events:DescribeRule events:ListTargetsByRule",
        "plan deploy destroy",
        _rules,
        needed=declared(_has_rules),
        when=_SCHEDULES,
    ),
    right(
        _TRIGGERS,
        "events:PutRule events:TagResource events:PutTargets",
        "deploy",
        _rules,
        needed=declared(_has_rules),
        when=_SCHEDULES,
    ),
    right(
        _TRIGGERS,
        "events:ListTagsForResource",
        "plan deploy destroy",
        _rules,
        needed=declared(_has_rules),
        when="for schedules that are not declared any more",
    ),
    right(
        _TRIGGERS,
        "events:RemoveTargets events:DeleteRule",
        "deploy destroy",
        _rules,
        needed=declared(_has_rules),
        when="for schedules that are not declared any more",
    ),
)
