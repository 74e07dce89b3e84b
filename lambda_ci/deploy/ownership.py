"""Whose a function is: only what carries this project's mark is ever deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.desired import MARK
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from lambda_ci.deploy.current import Live


def check_owned(live: Live, function_name: str, *, project: str) -> None:
    """Raises ``AwsError`` where the function carries another mark or none, or its tags cannot be read."""
    if live.tags_error:
        raise AwsError(
            f"the tags of {function_name} cannot be read: {live.tags_error}",
            why="Without them nobody knows whether the function is this project's.",
            fix=f"allow lambda:ListTags on {live.function_arn}",
        )
    if (found := live.tags.get(MARK)) != project:
        raise AwsError(
            f"{function_name} is not owned by the project {project}: its tag {MARK} is {found or 'not set'}",
            why="Only what lambda-ci deployed for this project is ever deleted.",
            fix="correct `project` or the function's name, or deploy it once with this configuration to take it over",
        )
