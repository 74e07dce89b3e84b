"""What a killed run leaves where Lambda could not prepare its new function: a function of no use in the state Failed.

It takes the name and can never be updated, so that it is deleted and made anew; but only with this project's mark, and while nothing
was ever published of it: what ran once is nobody's to delete here.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from lambda_ci.deploy.desired import MARK
from lambda_ci.deploy.resources.alias import aliases
from lambda_ci.deploy.versions import versions
from lambda_ci.errors import AwsError
from lambda_ci.model.change import Action, Change, FieldChange, Resource

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

    from lambda_ci.deploy.live import Live


def is_leftover(client: LambdaClient, live: Live, function_name: str, *, project: str) -> bool:
    """Whether it is one. Two requests for a function of ours that failed; ``False`` as well where they are not allowed."""
    if live.state != "Failed" or live.tags.get(MARK) != project:
        return False
    with suppress(AwsError):
        return not aliases(client, function_name) and not versions(client, function_name)
    return False


def leftover_change(leftover: Live | None) -> Change | None:
    """That it goes, before the function is created. Pure."""
    if leftover is None:
        return None
    state = FieldChange(field="state", before=f"Failed: {leftover.state_reason}", after="")
    return Change(resource=Resource.FUNCTION, action=Action.DELETE, fields=(state,))
