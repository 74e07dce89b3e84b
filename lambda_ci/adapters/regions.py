"""Whether there is a region of a name. botocore's list is older than the newest one, so that only AWS's name servers have the last word."""

from __future__ import annotations

import json
import re
import socket
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_session import botocore_session
from lambda_ci.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROXIES = ("HTTPS_PROXY", "https_proxy")
_WAYS = "aws.region in lambda-ci.yml, --region, the input region, or AWS_REGION"


def check_region(region: str, environ: Mapping[str, str], *, profile: str | None = None) -> None:
    """Raises ``ConfigurationError`` where nobody knows such a region. Behind a proxy, which looks names up itself, botocore's list only
    decides whether to ask: nothing is raised there."""
    known = _regions()
    if region in known or any(environ.get(name) for name in _PROXIES) or _resolves(address := _address(region)):
        return
    if _has_endpoint(environ, profile):
        return
    close = get_close_matches(region.lower(), known, n=1)
    raise ConfigurationError(
        f"there is no AWS region {region!r}",
        why=f"{address} has no address, and boto3 knows no such region.",
        fix=f"{f'did you mean {close[0]}? ' if close else ''}Correct {_WAYS}; check the network where the name is right",
    )


def _has_endpoint(environ: Mapping[str, str], profile: str | None) -> bool:
    """Whether the profile has an endpoint of its own, where a region may have any name."""
    from botocore.exceptions import BotoCoreError

    session = botocore_session(environ)
    if profile:
        session.set_config_variable("profile", profile)
    try:
        return bool({"endpoint_url", "services"} & session.get_scoped_config().keys())
    except BotoCoreError:  # Whoever opens the session says it.
        return False


@cache
def _partitions() -> list[tuple[re.Pattern[str], str, frozenset[str]]]:
    """Of each: what the names of its regions look like, the domain of its services, and the regions that botocore knows."""
    text = files("botocore").joinpath("data", "partitions.json").read_text(encoding="utf-8")
    return [
        (re.compile(one["regionRegex"]), one["outputs"]["dnsSuffix"], frozenset(one["regions"]))
        for one in json.loads(text)["partitions"]
    ]


@cache
def _regions() -> frozenset[str]:
    return frozenset(region for _, _, regions in _partitions() for region in regions)


def _address(region: str) -> str:
    domain = next((domain for pattern, domain, _ in _partitions() if pattern.fullmatch(region)), "amazonaws.com")
    return f"lambda.{region}.{domain}"


@cache
def _resolves(address: str) -> bool:
    try:
        return bool(socket.getaddrinfo(address, 443))
    except (OSError, UnicodeError):
        return False
