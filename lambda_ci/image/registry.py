"""Where images are kept: ECR, or another registry that the Docker engine reaches (a company's own, one on this machine)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from lambda_ci.adapters import docker_images
from lambda_ci.adapters.ecr import Ecr
from lambda_ci.errors import AwsError, PackageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lambda_ci.adapters.aws import Aws
    from lambda_ci.adapters.docker import Engine
    from lambda_ci.adapters.ecr import Login, Stored
    from lambda_ci.image.address import Address

_MACHINES = {"x86_64": "amd64", "arm64": "arm64"}


class Registry(Protocol):
    """One repository of one registry."""

    def address(self) -> str | None:
        """Registry and repository; ``None`` where there is no such repository yet."""
        ...

    def create(self, tags: Mapping[str, str]) -> str: ...
    def find(self, *, tag: str = "", digest: str = "") -> Stored | None: ...
    def login(self) -> Login | None:
        """``None``: the engine's own logins are used."""
        ...


@dataclass(frozen=True, kw_only=True)
class EcrRepository:
    """By its name in the account of the credentials, or by its full address."""

    place: Address
    ecr: Ecr

    def address(self) -> str | None:
        return self.place.full if self.place.registry else self.ecr.address(self.place.repository)

    def create(self, tags: Mapping[str, str]) -> str:
        return self.ecr.create(self.place.repository, tags=tags)

    def find(self, *, tag: str = "", digest: str = "") -> Stored | None:
        return self.ecr.find(self.place.repository, tag=tag, digest=digest)

    def login(self) -> Login | None:
        return self.ecr.login()


@dataclass(frozen=True, kw_only=True)
class OtherRepository:
    """Repositories of other registries come into being with their first image."""

    place: Address
    engine: Callable[[], Engine]

    def address(self) -> str | None:
        return self.place.full

    def create(self, tags: Mapping[str, str]) -> str:  # noqa: ARG002 - only ECR has tags on repositories
        return self.place.full

    def find(self, *, tag: str = "", digest: str = "") -> Stored | None:
        return docker_images.find(self.engine(), f"{self.place.full}{'@' + digest if digest else ':' + tag}")

    def login(self) -> Login | None:
        return None


def repository(place: Address, *, aws: Aws, engine: Callable[[], Engine]) -> Registry:
    """Raises AwsError for one in another region than the functions: Lambda would refuse its images."""
    if place.region and place.region != aws.region:
        raise AwsError(
            f"the repository {place.full} is in {place.region}, and the function in {aws.region}",
            why="Lambda takes images only from ECR in its own region.",
            fix=f"use a repository in {aws.region}, or have ECR replicate it there",
        )
    if place.registry and not place.region:
        return OtherRepository(place=place, engine=engine)
    return EcrRepository(place=place, ecr=Ecr(aws, account=place.account))


def usable(stored: Stored, *, name: str, architecture: str) -> Stored:
    """The image; raises PackageError for an index of several: Lambda takes one image for one architecture."""
    if "manifest.list" not in stored.media_type and "image.index" not in stored.media_type:
        return stored
    own = _own(stored.manifest, _MACHINES[architecture])
    raise PackageError(
        f"{name} is an index of several images, and Lambda takes only a single one",
        why="`docker buildx` makes an index even of one image, because it adds attestations to it.",
        fix="build it with `--provenance=false --sbom=false` and one --platform"
        + (f"; or name the one inside for {architecture}: @{own}" if own else ""),
    )


def _own(manifest: str, machine: str) -> str:
    """The digest of the index's image for an architecture; empty where it is not known."""
    listed = json.loads(manifest or "{}").get("manifests", ())
    found = [str(one["digest"]) for one in listed if (one.get("platform") or {}).get("architecture") == machine]
    return found[0] if found else ""
