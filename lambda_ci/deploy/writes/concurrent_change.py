"""Whether somebody else changed a function between the answer to a write and the moment when it was ready.

The revision guards everything that is written after that, but it is read again there: nothing of that moment would be noticed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.lambda_members import Place
from lambda_ci.deploy.plan.comparison import differing, environment_differs
from lambda_ci.deploy.writes.retry import changed_meanwhile

if TYPE_CHECKING:
    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live


def check_undisturbed(desired: Desired, current: Current, answered: Live | None, ready: Live) -> None:
    """Raises ``AwsError`` where the code is another, or something that the answer had as declared no longer is. ``None``: no answer came."""
    if answered is None:
        return
    other_code = answered.code_sha256 and ready.code_sha256 != answered.code_sha256
    if other_code or _strays(desired, current, ready) - _strays(desired, current, answered):
        raise changed_meanwhile(desired.function_name)


def _strays(desired: Desired, current: Current, live: Live) -> frozenset[str]:
    """Members that are not as declared, or never seem so."""
    members = {name for place in (Place.CONFIGURATION, Place.CODE) for name in differing(desired, live, current, place)}
    told = not live.environment_error
    return frozenset(members | ({"Environment"} if told and environment_differs(desired, live) else set()))
