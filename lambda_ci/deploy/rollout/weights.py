"""The part of an alias's calls that goes to another version, written only where the alias is as this run saw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.release import check_split
from lambda_ci.deploy.resources.alias import read_alias, weigh_alias
from lambda_ci.deploy.writes.alias import Work, carry_out
from lambda_ci.deploy.writes.retry import changed_meanwhile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.deploy.release import Release
    from lambda_ci.deploy.resources.alias import Alias
    from lambda_ci.deploy.services import Services


def weigh(
    release: Release,
    weights: Mapping[str, float],
    services: Services,
    *,
    before: Mapping[str, float] | None = None,
) -> None:
    """Raises ``AwsError`` where somebody else moved the alias, or its weights are not those ``before``."""
    alias = read_alias(services.aws.lambda_client(), release.function_name, release.alias)
    if alias is None or alias.version != release.previous_version:
        where = alias.version if alias else "nowhere"
        raise changed_meanwhile(f"the alias {release.alias} of {release.function_name} (now at version {where})")
    check_split(alias, before)
    split(alias, weights, services)


def split(seen: Alias, weights: Mapping[str, float], services: Services) -> None:
    """Without weights all calls go to the alias's own version. Raises ``AwsError`` where somebody else changed the alias."""
    client, subject = services.aws.lambda_client(), f"the alias {seen.name} of {seen.function_name}"

    def look() -> Alias:
        alias = read_alias(client, seen.function_name, seen.name)
        if alias is None or alias.version != seen.version or not (alias.splits(seen.weights) or alias.splits(weights)):
            raise changed_meanwhile(subject)
        return alias

    work = Work(
        subject=subject,
        doing=f"split the calls of {subject}",
        needed=lambda alias: not alias.splits(weights),
        send=lambda alias: weigh_alias(client, alias, weights=weights),
        look=look,
    )
    carry_out(work, seen, services)
