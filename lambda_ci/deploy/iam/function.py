"""The function itself: reading, deploying, and cleaning it up, and how its calls move."""

from __future__ import annotations

from lambda_ci.deploy.iam.scope import (
    Right,
    Scope,
    all_of_it,
    everything,
    has,
    its_versions,
    passed_to,
    right,
    the_function,
    the_member,
    whole,
)

_READING, _FUNCTIONS, _VERSIONS, _ROLLOUTS = "Reading", "Functions", "Old versions", "Rollouts"
_NOT_CODE_ONLY = "without `mode: code-only`"
_TAGS = f"{_NOT_CODE_ONLY}, or with a rollout"


def _gradual(scope: Scope) -> bool:
    return scope.function.spec.rollout.strategy != "all-at-once"


def _marked(scope: Scope) -> bool:
    """Rollouts leave a mark for the run after them."""
    return bool(scope.function.spec.rollout.text)


def _tagged(scope: Scope) -> bool:
    return whole(scope) or _marked(scope)


def _untags(scope: Scope) -> bool:
    tags = scope.function.spec.tags or {}
    replaces = scope.function.spec.tags is not None and scope.function.spec.tags_mode == "replace"
    return _marked(scope) or (whole(scope) and (replaces or None in tags.values() or scope.function.spec.url == "none"))


def _smoked(scope: Scope) -> bool:
    return bool(scope.function.spec.smoke)


def _alarmed(scope: Scope) -> bool:
    return _gradual(scope) and bool(scope.function.spec.rollout.alarms)


RIGHTS: tuple[Right, ...] = (
    right(_READING, "lambda:GetFunction", "plan deploy status rollback prune destroy", all_of_it),
    right(_READING, "lambda:ListTags", "plan deploy", the_function, needed=_tagged, when=_TAGS),
    right(_READING, "lambda:GetAlias", "deploy rollback", all_of_it),
    right(
        _READING,
        "lambda:GetAlias",
        "plan",
        all_of_it,
        without="who moved the alias, and how its calls are split, is not shown",
    ),
    right(
        _READING,
        "lambda:GetAlias lambda:ListVersionsByFunction",
        "status",
        all_of_it,
        without="the history is not shown",
    ),
    right(_FUNCTIONS, "lambda:UpdateFunctionCode lambda:PublishVersion", "deploy", the_function),
    right(_FUNCTIONS, "lambda:CreateAlias", "deploy", all_of_it, when="for the first release"),
    right(_FUNCTIONS, "lambda:UpdateAlias", "deploy rollback", all_of_it),
    right(
        _FUNCTIONS,
        "lambda:CreateFunction",
        "deploy",
        the_function,
        needed=whole,
        when="for a function that is not there yet",
    ),
    right(
        _FUNCTIONS,
        "lambda:DeleteFunction",
        "deploy",
        the_function,
        needed=whole,
        when="for a new function that Lambda could not prepare",
        without="it must be deleted by hand",
    ),
    right(
        _FUNCTIONS,
        "lambda:ListAliases lambda:ListVersionsByFunction",
        "plan deploy",
        the_function,
        needed=whole,
        when="for a new function that Lambda could not prepare, left by a run that was killed",
        without="it must be deleted by hand",
    ),
    right(_FUNCTIONS, "lambda:UpdateFunctionConfiguration", "deploy", the_function, needed=whole, when=_NOT_CODE_ONLY),
    right(_FUNCTIONS, "lambda:TagResource", "deploy", the_function, needed=_tagged, when=_TAGS),
    right(
        _FUNCTIONS,
        "lambda:UntagResource",
        "deploy",
        the_function,
        needed=_untags,
        when="for tags without a value, with `tags-mode: replace`, with `url: none`, and with a rollout",
    ),
    right(
        _FUNCTIONS,
        "iam:PassRole",
        "deploy",
        the_member("Role"),
        needed=has("Role"),
        when="with `role`",
        condition=passed_to("lambda.amazonaws.com"),
    ),
    right(
        _FUNCTIONS,
        "iam:GetRole",
        "deploy",
        the_member("Role"),
        needed=has("Role"),
        when="with `role`",
        without="a role that does not trust Lambda is told from a new one only after a minute",
    ),
    right(_FUNCTIONS, "lambda:InvokeFunction", "deploy rollback", its_versions, needed=_smoked, when="with `smoke`"),
    right(_FUNCTIONS, "lambda:InvokeFunction", "invoke", its_versions),
    right(_VERSIONS, "lambda:ListTags", "prune destroy", the_function),
    right(_VERSIONS, "lambda:ListVersionsByFunction", "rollback prune destroy", the_function),
    right(_VERSIONS, "lambda:ListAliases", "prune destroy", the_function),
    right(_VERSIONS, "lambda:ListEventSourceMappings", "prune destroy", everything),
    right(_VERSIONS, "lambda:ListProvisionedConcurrencyConfigs", "prune", the_function),
    right(_VERSIONS, "lambda:GetPolicy", "prune", all_of_it),
    right(_VERSIONS, "lambda:DeleteFunction", "prune", its_versions),
    right(_VERSIONS, "lambda:DeleteFunction", "destroy", the_function),
    right(_ROLLOUTS, "cloudwatch:GetMetricData", "deploy", everything, needed=_gradual, when="with a rollout in steps"),
    right(
        _ROLLOUTS,
        "cloudwatch:DescribeAlarms",
        "deploy",
        everything,
        needed=_alarmed,
        when="with `rollout: {alarms: …}`",
    ),
)
