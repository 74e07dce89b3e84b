"""From a published version to traffic: the alias moves last, after the caller's tests, and only from where it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.deploy.resources.alias import create_alias, move_alias, read_alias
from lambda_ci.deploy.writes.alias import Work, carry_out
from lambda_ci.deploy.writes.retry import changed_meanwhile
from lambda_ci.model.history import History

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.live import Live
    from lambda_ci.deploy.resources.alias import Alias
    from lambda_ci.deploy.services import Services


@dataclass(frozen=True, kw_only=True)
class Release:
    """A version that shall run, or runs, under an alias."""

    function_name: str
    function_arn: str
    """Without a version."""
    alias: str
    version: str
    version_arn: str
    """What the smoke test invokes."""
    previous_version: str
    """What the alias ran before; empty where there was no alias."""
    timeout: int
    """Seconds that an invocation of this version may take."""
    init_seconds: float | None = None
    """How long its first environment took to be ready, where a smoke test told."""
    moves: bool
    """Whether the alias has yet to be created or moved to this version; if not, there is nothing to test."""


def released(current: Current, version: Live) -> Release:
    """A version just published, before its test."""
    return _release(current, version, moves=True)


def unchanged(current: Current) -> Release:
    """What the alias runs, where nothing has to be published."""
    if current.released is None:
        raise ValueError("without an alias there is something to publish")
    return _release(current, current.released, moves=False)


def promote(release: Release, services: Services, *, weights: Mapping[str, float] | None = None) -> Release:
    """Create the alias, or move it from the previous version to this one; all calls go there when this returns.

    Doing it twice does it once. Raises ``AwsError`` where somebody else moved the alias meanwhile, or split its calls otherwise
    than into ``weights``: who gives all calls back to the previous version during a rollout wants it to end.
    """
    if not release.moves:
        return release

    def needed(alias: Alias | None) -> bool:
        if _arrived(alias, release):
            return False
        check_split(alias, weights)
        return True

    def look() -> Alias | None:
        return read_alias(services.aws.lambda_client(), release.function_name, release.alias)

    work = Work(
        subject=f"the alias {release.alias} of {release.function_name}",
        doing=f"bring the alias {release.alias} of {release.function_name} to version {release.version}",
        needed=needed,
        send=lambda alias: _put(alias, release, services),
        look=look,
    )
    carry_out(work, look() if release.previous_version else None, services)
    return release


def _arrived(alias: Alias | None, release: Release) -> bool:
    """Raises ``AwsError`` where the alias is neither where it was nor where it shall be."""
    version = alias.version if alias else ""
    if version not in {release.version, release.previous_version}:
        what = f"the alias {release.alias} of {release.function_name} (now at version {version or 'none'})"
        raise changed_meanwhile(what)
    return alias is not None and version == release.version and not alias.split


def check_split(alias: Alias | None, weights: Mapping[str, float] | None) -> None:
    """Raises ``AwsError`` where the calls of the alias are split otherwise; ``None``: whatever they are."""
    if alias is not None and weights is not None and not alias.splits(weights):
        raise changed_meanwhile(
            f"the alias {alias.name} of {alias.function_name} (split now: {_told(alias) or 'none'})"
        )


def _told(alias: Alias) -> str:
    return ", ".join(f"{share:.0%} to version {number}" for number, share in alias.weights.items())


def _put(alias: Alias | None, release: Release, services: Services) -> Alias:
    client = services.aws.lambda_client()
    if alias is None:
        history = History().released(release.version, init_seconds=release.init_seconds)
        return create_alias(client, release.function_name, release.alias, version=release.version, history=history)
    if alias.split and release.version not in alias.weights:
        services.console.line(
            f"the calls of {alias.name} were split ({_told(alias)}), and not by this run: that ends now"
        )
    history = alias.history.released(release.version, init_seconds=release.init_seconds)
    return move_alias(client, alias, version=release.version, history=history)


def _release(current: Current, version: Live, *, moves: bool) -> Release:
    return Release(
        function_name=current.function_name,
        function_arn=version.function_arn,
        alias=current.alias,
        version=version.version,
        version_arn=f"{version.function_arn}:{version.version}",
        previous_version=current.released.version if current.released else "",
        timeout=version.timeout,
        moves=moves,
    )
