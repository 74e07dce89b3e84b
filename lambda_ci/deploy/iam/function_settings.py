"""What stands apart from a function's configuration: its log group, recursive loops, runtime management, scaling."""

from __future__ import annotations

from lambda_ci.deploy.iam.scope import Right, Scope, all_of_it, declared, everything, right, the_function

_LOGS, _APART = "Logs", "Recursion, runtime management and scaling"


def _log_group(scope: Scope) -> tuple[str, ...]:
    """Where it is not declared it can be another on AWS; then the request is denied, and the message names it."""
    logging = scope.function.spec.members.get("LoggingConfig")
    named = logging.get("LogGroup") if isinstance(logging, dict) else None
    return (scope.arn("logs", f"log-group:{named or f'/aws/lambda/{scope.function.function_name}'}:*"),)


RIGHTS: tuple[Right, ...] = (
    right(
        _LOGS,
        "logs:DescribeLogGroups",
        "plan deploy",
        everything,
        needed=declared(lambda spec: spec.log_retention_in_days),
        when="with `log-retention-in-days`",
    ),
    right(
        _LOGS,
        "logs:CreateLogGroup logs:PutRetentionPolicy",
        "deploy",
        _log_group,
        needed=declared(lambda spec: isinstance(spec.log_retention_in_days, int)),
        when="with `log-retention-in-days`",
    ),
    right(
        _LOGS,
        "logs:DeleteRetentionPolicy",
        "deploy",
        _log_group,
        needed=declared(lambda spec: spec.log_retention_in_days == "none"),
        when="with `log-retention-in-days: none`",
    ),
    right(
        _APART,
        "lambda:GetFunctionRecursionConfig",
        "plan deploy",
        the_function,
        needed=declared(lambda spec: spec.recursive_loop),
        when="with `recursive-loop`",
    ),
    right(
        _APART,
        "lambda:PutFunctionRecursionConfig",
        "deploy",
        the_function,
        needed=declared(lambda spec: spec.recursive_loop),
        when="with `recursive-loop`",
    ),
    right(
        _APART,
        "lambda:GetRuntimeManagementConfig",
        "plan deploy",
        all_of_it,
        needed=declared(lambda spec: spec.runtime_management),
        when="with `runtime-management`",
    ),
    right(
        _APART,
        "lambda:PutRuntimeManagementConfig",
        "deploy",
        all_of_it,
        needed=declared(lambda spec: spec.runtime_management),
        when="with `runtime-management`",
    ),
    right(
        _APART,
        "lambda:GetFunctionScalingConfig",
        "plan deploy",
        all_of_it,
        needed=declared(lambda spec: spec.scaling),
        when="with `scaling`",
    ),
    right(
        _APART,
        "lambda:PutFunctionScalingConfig",
        "deploy",
        all_of_it,
        needed=declared(lambda spec: spec.scaling),
        when="with `scaling`",
    ),
)
