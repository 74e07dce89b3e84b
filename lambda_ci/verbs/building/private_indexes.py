"""Access to private indexes for as long as a build takes: tokens of CodeArtifact, minted from the AWS session."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.adapters.scratch import scratch
from lambda_ci.verbs.building.parts import parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambda_ci.lock.codeartifact import Domain
    from lambda_ci.model.settings import Settings
    from lambda_ci.verbs.world import World


@contextmanager
def with_access(settings: Settings, world: World) -> Iterator[World]:
    """The world in which uv, builds and downloads find the tokens: in a netrc of its own, which only this user can read and which
    is gone afterwards. The same world where no index is one of CodeArtifact without credentials. Raises AwsError."""
    from lambda_ci.lock.codeartifact import domains

    files = {part.requirements for part in parts(settings) if part.requirements}
    wanted = domains(sorted(files), world.environ)
    if not wanted:
        yield world
        return
    text = _netrc(wanted, settings, world)
    with scratch() as folder:
        path = folder / "netrc"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123 - the mode
            file.write(text)
        yield replace(world, environ={**world.environ, "NETRC": str(path)})


def _netrc(wanted: Sequence[Domain], settings: Settings, world: World) -> str:
    from lambda_ci.adapters.aws import connect
    from lambda_ci.adapters.codeartifact import USER, mint
    from lambda_ci.lock.codeartifact import netrc_text

    aws = connect(settings.aws, environ=world.environ, console=world.console)
    tokens: dict[Domain, str] = {}
    for domain in wanted:
        tokens[domain] = mint(aws, domain=domain.name, owner=domain.owner, region=domain.region)
        world.console.mask(tokens[domain])
        world.console.line(f"CodeArtifact: the domain {domain.name} in {domain.region} is open for this build")
    return netrc_text(tokens, user=USER, environ=world.environ)
