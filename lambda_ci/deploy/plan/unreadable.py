"""Variables that the run may not decrypt, where the configuration replaces all of them: what they are follows from what the version
remembers of its declaration. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.deploy.package import runs
from lambda_ci.model.history import Record

if TYPE_CHECKING:
    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live


def presumed(desired: Desired, current: Current) -> Current:
    """With the declared variables in the place of the unreadable ones, where nothing else is to be done either.

    Not beside other changes: what somebody else has put into $LATEST cannot be seen, and would go live with the next version.
    """
    latest, released = current.latest, current.released
    if not (latest and released and latest.environment_error and released.environment_error):
        return current
    config = Record.parse(released.description).config
    alike = bool(config) and desired.digest.startswith(config)
    if not (
        desired.environment_replaces and alike and runs(released, desired.package) and latest.same_content(released)
    ):
        return current
    return replace(current, latest=_declared(latest, desired), released=_declared(released, desired))


def _declared(live: Live, desired: Desired) -> Live:
    return replace(live, environment=dict(desired.environment or {}), environment_error="")
