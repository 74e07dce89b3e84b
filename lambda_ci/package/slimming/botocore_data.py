"""The rule ``botocore-services``: of botocore's and boto3's data only what the services in use need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambda_ci.errors import PackageError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lambda_ci.package.slimming.distribution import Distribution

ALWAYS = frozenset({"sts", "sso", "sso-oidc", "signin"})
"""What botocore's own chain of credentials asks (botocore.credentials, botocore.tokens)."""
_SERVICE = re.compile(r"(botocore|boto3)/data/([^/]+)/.+")
"""Files beside the services' folders (endpoints.json, partitions.json, _retry.json …) are for all of them."""
_DISTRIBUTIONS = frozenset({"botocore", "boto3"})


def unneeded(distribution: Distribution, services: Collection[str]) -> set[str]:
    """The paths to leave out."""
    if distribution.name not in _DISTRIBUTIONS:
        return set()
    wanted = ALWAYS.union(services)
    found = ((file.path, _SERVICE.fullmatch(file.path)) for file in distribution.removable)
    return {path for path, match in found if match and match[2] not in wanted}


def known(distributions: Sequence[Distribution]) -> frozenset[str]:
    """The services that the botocore in the package knows; empty where there is none in it."""
    return frozenset(
        match[2]
        for distribution in distributions
        if distribution.name == "botocore"
        for file in distribution.files
        if (match := _SERVICE.fullmatch(file.path))
    )


def check(distributions: Sequence[Distribution], services: Sequence[str]) -> None:
    """Raise ``PackageError`` where a service is named that the packaged botocore does not have."""
    names = known(distributions)
    strange = sorted(set(services) - names) if names else []
    if not strange:
        return
    from difflib import get_close_matches

    near = [match for name in strange for match in get_close_matches(name, sorted(names), n=1)]
    version = next(one.wheel.version for one in distributions if one.name == "botocore")
    raise PackageError(
        f"botocore {version} has no service {', '.join(strange)}",
        why="`botocore-services` takes the names that boto3.client() takes.",
        fix=f"Did you mean {', '.join(near)}?" if near else "Correct the name, or lock a newer boto3.",
    )
