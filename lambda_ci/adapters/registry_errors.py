"""What a registry says through the Docker engine, in words that help."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from lambda_ci.adapters.url import without_credentials
from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterator

_RIGHTS = (
    "ecr:GetAuthorizationToken on *, and ecr:BatchCheckLayerAvailability, ecr:InitiateLayerUpload, ecr:UploadLayerPart, "
    "ecr:CompleteLayerUpload, ecr:PutImage, ecr:BatchGetImage and ecr:DescribeRepositories on the repository"
)


class RegistryError(BuildError):
    """``passing``: time may heal it. ``expired``: another login heals it. ``immutable``: the tag is there already."""

    def __init__(self, what: str, *, why: str, fix: str, kind: str = "") -> None:
        super().__init__(what, why=why, fix=fix)
        self.passing = kind == "passing"
        self.expired = kind == "expired"
        self.immutable = kind == "immutable"


class _Known(NamedTuple):
    pattern: str
    what: str
    fix: str
    kind: str = ""


_KNOWN = (
    _Known(r"immutable", "the tag of {name} is taken", "the tag never moves; nothing needs to be done", "immutable"),
    _Known(
        r"token has expired|reauthenticate",
        "the login for the registry of {name} has expired",
        "run this again",
        "expired",
    ),
    _Known(
        r"name unknown|repository .* does not exist|repository not found",
        "there is no repository for {name}",
        "create it, or write `image: {{create-repository: true}}`; region and account may be others than meant",
    ),
    _Known(
        r"no space left|disk quota",
        "there is no room left for {name}, in the engine or in its registry",
        "make room (for the engine: `docker system prune`)",
    ),
    _Known(
        r"unauthorized|no basic auth|authentication required|denied|not authorized|forbidden|\b40[13]\b",
        "the registry refuses {name}",
        f"for ECR allow {_RIGHTS}; for another registry log in first (`docker login`)",
    ),
    _Known(
        r"toomanyrequests|rate exceeded|\b429\b|\b50[0234]\b|internal server error|bad gateway|unexpected EOF|\bEOF\b|"
        r"connection reset|broken pipe|timed? ?out|deadline exceeded|connection aborted|connection refused|TLS handshake",
        "the registry of {name} failed, or the connection to it",
        "run this again: what has arrived is not sent again",
        "passing",
    ),
    _Known(
        r"no such host|lookup .* on |network is unreachable|x509|server gave HTTP response|dial tcp",
        "the Docker engine cannot reach the registry of {name}",
        "look at the engine's network, proxy and certificates; it is the engine that pushes, not lambda-ci",
    ),
)


@contextmanager
def pushing(name: str) -> Iterator[None]:
    """Turn what docker and requests raise about a registry into RegistryError."""
    from docker.errors import APIError, DockerException
    from requests.exceptions import RequestException

    try:
        yield
    except (DockerException, RequestException, OSError, RuntimeError) as error:
        told = str(error.explanation) if isinstance(error, APIError) and error.explanation else str(error)
        raise refusal(without_credentials(" ".join(told.split()))[:600], name=name) from error


def refusal(said: str, *, name: str) -> RegistryError:
    """What a registry said, as the error that it stands for."""
    for known in _KNOWN:
        if re.search(known.pattern, said, re.IGNORECASE):
            return RegistryError(known.what.format(name=name), why=said, fix=known.fix.format(), kind=known.kind)
    return RegistryError(
        f"Docker could not reach {name} in its registry", why=said, fix="look at the engine's log (`docker info` first)"
    )
