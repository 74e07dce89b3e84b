"""What previews of pull requests need beside ``deploy``: finding what carries a mark, and removing it with its log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.iam.scope import everything, right, the_function

if TYPE_CHECKING:
    from lambda_ci.deploy.iam.scope import Right, Scope

_FEATURE = "Previews of pull requests"


def _log_group(scope: Scope) -> tuple[str, ...]:
    return (scope.arn("logs", f"log-group:/aws/lambda/{scope.function.function_name}:*"),)


RIGHTS: tuple[Right, ...] = (
    right(
        _FEATURE,
        "lambda:DeleteFunction lambda:ListTags lambda:ListVersionsByFunction lambda:ListAliases",
        "preview",
        the_function,
        when="when a pull request is closed, and to sweep",
    ),
    right(
        _FEATURE,
        "lambda:ListEventSourceMappings",
        "preview",
        everything,
        when="when a pull request is closed, and to sweep",
    ),
    right(
        _FEATURE,
        "tag:GetResources",
        "preview",
        everything,
        when="when a pull request is closed, and to sweep",
        without="every function is looked at instead, or only those that the file names",
    ),
    right(
        _FEATURE,
        "logs:DeleteLogGroup",
        "preview",
        _log_group,
        when="when a pull request is closed, and to sweep",
        without="logs stay",
    ),
)
