"""Whose a function is: only what carries this project's mark is ever deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_denied import statement
from lambda_ci.deploy.desired import MARK
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from lambda_ci.deploy.live import Live


def check_tags(live: Live, function_name: str) -> None:
    """Raises ``AwsError`` where GetFunction does not tell the tags, which takes a permission of its own."""
    if live.tags_error:
        raise AwsError(
            f"the tags of {function_name} cannot be read: {live.tags_error}",
            why="The function's owner stands there, and a rollout that was killed.",
            fix=f"add to a policy of that identity: {statement('lambda:ListTags', live.function_arn)}",
        )


def check_owned(live: Live, function_name: str, *, project: str) -> None:
    """Raises ``AwsError`` where the function carries another mark or none, or its tags cannot be read."""
    check_tags(live, function_name)
    if (found := live.tags.get(MARK)) != project:
        raise AwsError(
            f"{function_name} is not owned by the project {project}: its tag {MARK} is {found or 'not set'}",
            why="Only what lambda-ci deployed for this project is ever deleted.",
            fix="correct `project` or the function's name, or deploy it once with this configuration to take it over",
        )
