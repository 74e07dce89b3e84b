"""Addresses of images and repositories, taken apart as Docker does."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ECR = re.compile(
    r"(?P<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.(?:amazonaws\.com|on\.aws)(?:\.cn)?"
)
"""Source: the ECR user guide, "Private registries" and "Endpoints"."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """``registry`` is empty for a repository of the account's own ECR; so are tag and digest where there are none."""

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def account(self) -> str:
        """12 digits; empty outside of ECR."""
        found = _ECR.fullmatch(self.registry)
        return found["account"] if found else ""

    @property
    def region(self) -> str:
        """Empty outside of ECR."""
        found = _ECR.fullmatch(self.registry)
        return found["region"] if found else ""

    @property
    def full(self) -> str:
        """Registry and repository, without tag and digest."""
        return f"{self.registry}/{self.repository}" if self.registry else self.repository


def parse(text: str) -> Address:
    """``[REGISTRY/]REPOSITORY[:TAG][@DIGEST]``. The first part is a registry where it has a dot or a port, or is localhost."""
    named, _, digest = text.partition("@")
    first, slash, rest = named.partition("/")
    is_registry = bool(slash) and ("." in first or ":" in first or first == "localhost")
    registry, path = (first, rest) if is_registry else ("", named)
    folder, _, last = path.rpartition("/")
    last, _, tag = last.partition(":")
    return Address(registry=registry, repository=f"{folder}/{last}" if folder else last, tag=tag, digest=digest)
