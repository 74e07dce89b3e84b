"""Going back to what an alias ran before: which version that is (pure), and the one request that moves the alias there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.deploy.live import look
from lambda_ci.deploy.release import Release
from lambda_ci.deploy.resources.alias import move_alias, read_alias
from lambda_ci.deploy.versions import versions
from lambda_ci.deploy.writes.alias import Work, carry_out
from lambda_ci.deploy.writes.retry import changed_meanwhile
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.deploy.resources.alias import Alias
    from lambda_ci.deploy.services import Services
    from lambda_ci.deploy.versions import Version
    from lambda_ci.model.history import History


@dataclass(frozen=True, kw_only=True)
class Rollback:
    """An alias, and the version that it shall go back to."""

    alias: Alias
    version: Version
    ran: bool
    """Whether the alias ran that version before; if not, it is to be tested first."""
    release: Release


def choose(function_name: str, alias: str, *, to: str, services: Services) -> Rollback:
    """Decide where to go; nothing is written. ``to``: a version, a commit, or empty for what ran before.

    Raises ``AwsError`` where there is no such function, alias or version, or the version cannot be invoked.
    """
    client = services.aws.lambda_client()
    seen = read_alias(client, function_name, alias)
    if seen is None:
        raise AwsError(
            f"there is no alias {alias} of {function_name}",
            why="Nothing was ever released there, so there is nothing to go back to.",
            fix="look at `lambda-ci status`; deploy first, or correct the alias, the region or the account",
        )
    version = destination(seen, versions(client, function_name), to=to)
    return Rollback(
        alias=seen,
        version=version,
        ran=version.number in seen.history.versions,
        release=_release(seen, version, services),
    )


def destination(alias: Alias, published: Sequence[Version], *, to: str = "") -> Version:
    """The version to go to. An alias that is split between two versions goes back to the one it was before. Pure."""
    known = {one.number: one for one in published}
    if not to:
        candidates = (alias.version, *alias.history.previous) if alias.split else alias.history.previous
        found = [known[number] for number in candidates if number in known]
    elif to in known:
        found = [known[to]]
    else:
        ran = alias.history.versions
        found = sorted(
            (one for one in published if one.record.is_of(to)),
            key=lambda one: (one.number not in ran, ran.index(one.number) if one.number in ran else -int(one.number)),
        )
    if not found:
        raise _nowhere(alias, published, to=to)
    return found[0]


def roll_back(rollback: Rollback, services: Services) -> bool:
    """Move the alias; whether anything had to be moved. Raises ``AwsError`` where somebody else moved it meanwhile."""
    seen, version = rollback.alias, rollback.version.number
    client = services.aws.lambda_client()
    work = Work(
        subject=f"the alias {seen.name} of {seen.function_name}",
        doing=f"bring the alias {seen.name} of {seen.function_name} back to version {version}",
        needed=lambda alias: alias.version != version or alias.split,
        send=lambda alias: move_alias(client, alias, version=version, history=_history(alias, version)),
        look=lambda: _again(rollback, services),
    )
    return carry_out(work, seen, services) is not seen


def _history(alias: Alias, version: str) -> History:
    """A split alias leaves what it was going to."""
    history = alias.history
    for number in alias.weights:
        history = history.left(number)
    return history.rolled_back(version)


def _again(rollback: Rollback, services: Services) -> Alias:
    """The alias as it is now: where it was, or where this run (whose answer was lost) brought it."""
    seen = rollback.alias
    alias = read_alias(services.aws.lambda_client(), seen.function_name, seen.name)
    if alias is None or alias.version not in {seen.version, rollback.version.number}:
        where = alias.version if alias else "nowhere"
        raise changed_meanwhile(f"the alias {seen.name} of {seen.function_name} (now at version {where})")
    return alias


def _release(alias: Alias, version: Version, services: Services) -> Release:
    live = look(services.aws.lambda_client(), alias.function_name, version.number)
    if live is None:
        raise AwsError(
            f"version {version.number} of {alias.function_name} was deleted meanwhile", fix="run the rollback again"
        )
    if live.state in {"Failed", "Pending"}:
        raise AwsError(
            f"version {version.number} of {alias.function_name} cannot be invoked: its state is {live.state}",
            why=live.state_reason,
            fix="choose another version with --to; `lambda-ci status` shows what the alias ran",
        )
    return Release(
        function_name=alias.function_name,
        function_arn=live.function_arn,
        alias=alias.name,
        version=version.number,
        version_arn=f"{live.function_arn}:{version.number}",
        previous_version=alias.version,
        timeout=live.timeout,
        moves=alias.version != version.number or alias.split,
    )


def _nowhere(alias: Alias, published: Sequence[Version], *, to: str) -> AwsError:
    there = ", ".join(one.number for one in reversed(published[-20:])) or "none"
    if to:
        return AwsError(
            f"no published version of {alias.function_name} is {to!r}, as a number or as a commit",
            why=f"Its versions: {there}. The commit of a version is known where lambda-ci published it from a git checkout.",
            fix="give one of these versions with --to",
        )
    return AwsError(
        f"the alias {alias.name} of {alias.function_name} ran nothing before version {alias.version}",
        why=f"Its history says: {alias.description or 'nothing'}. Published versions: {there}.",
        fix="name a version with --to; it is tested before the alias moves",
    )
