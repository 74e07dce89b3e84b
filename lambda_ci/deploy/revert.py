"""Taking a release back: the alias to the version that it ran before, although the release itself was well.

For functions that are released together: where one of them fails, the others go back as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.live import LATEST
from lambda_ci.deploy.resources.alias import move_alias, read_alias
from lambda_ci.deploy.writes.alias import Work, carry_out
from lambda_ci.deploy.writes.retry import changed_meanwhile
from lambda_ci.errors import AwsError, RollbackError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

    from lambda_ci.deploy.release import Release
    from lambda_ci.deploy.resources.alias import Alias
    from lambda_ci.deploy.services import Services


def can_go_back(release: Release) -> bool:
    """Whether the alias ran another version before. $LATEST is none: it is the new code by now."""
    return release.previous_version not in {"", LATEST, release.version}


def take_back(release: Release, services: Services) -> bool:
    """All calls go to the version before when this returns; whether any went elsewhere. Doing it twice does it once.

    Raises ``RollbackError``, also where somebody else moved the alias meanwhile.
    """
    work = _move(release, services.aws.lambda_client())
    try:
        seen = work.look()
        moved = work.needed(seen)
        carry_out(work, seen, services)
    except AwsError as error:
        raise RollbackError(
            f"{work.subject} could not be taken back to version {release.previous_version}: {error.what}",
            why=error.why,
            fix=f"look at `lambda-ci status`, then run `lambda-ci rollback --to {release.previous_version}` for this function",
        ) from error
    return moved


def _move(release: Release, client: LambdaClient) -> Work[Alias | None]:
    name, alias, before = release.function_name, release.alias, release.previous_version

    def send(seen: Alias | None) -> Alias | None:
        assert seen is not None, "an alias that is not there is not needed to move"
        history = seen.history
        for number in seen.weights:
            history = history.left(number)
        return move_alias(client, seen, version=before, history=history.rolled_back(before))

    return Work(
        subject=f"the alias {alias} of {name}",
        doing=f"take the alias {alias} of {name} back to version {before}",
        needed=lambda seen: _is_away(seen, release),
        send=send,
        look=lambda: read_alias(client, name, alias),
    )


def _is_away(alias: Alias | None, release: Release) -> bool:
    """Raises ``AwsError`` where the calls go to what this run has not brought there."""
    ours = {release.version, release.previous_version}
    if alias is None or not {alias.version, *alias.weights} <= ours:
        where = alias.version if alias else "nowhere"
        raise changed_meanwhile(f"the alias {release.alias} of {release.function_name} (now at version {where})")
    return alias.version != release.previous_version or alias.split
