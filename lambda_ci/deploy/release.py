"""From a published version to traffic: the alias moves last, after the caller's tests, and only from where it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_errors import Refusal
from lambda_ci.deploy.resources.alias import create_alias, move_alias, read_alias
from lambda_ci.deploy.trouble import Persistence, changed_meanwhile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.deploy.current import Current, Live
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
    alias = _read(release, services) if release.previous_version else None
    persistence = Persistence(f"the alias {release.alias} of {release.function_name}", services)
    while not _arrived(alias, release):
        check_split(alias, weights)
        try:
            _put(alias, release, services)
        except Refusal as refusal:
            persistence.endure(refusal)
            alias = _read(release, services)
        else:
            break
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
        split = ", ".join(f"{share:.0%} to version {number}" for number, share in alias.weights.items())
        raise changed_meanwhile(f"the alias {alias.name} of {alias.function_name} (split now: {split or 'none'})")


def _put(alias: Alias | None, release: Release, services: Services) -> None:
    client = services.aws.lambda_client()
    if alias is None:
        create_alias(client, release.function_name, release.alias, version=release.version)
    else:
        move_alias(client, alias, version=release.version, history=alias.history.released(release.version))


def _read(release: Release, services: Services) -> Alias | None:
    return read_alias(services.aws.lambda_client(), release.function_name, release.alias)


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
