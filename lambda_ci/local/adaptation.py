"""What differs when a project is deployed to the embedded AWS. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambda_ci.errors import ConfigurationError
from lambda_ci.model.spec.serving import RolloutSpec
from lambda_ci.model.target import Architecture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.model.settings import Function, Settings

ROLE = "arn:aws:iam::000000000000:role/lambda-ci-local"
_ABSENT = ("log_retention_in_days", "recursive_loop", "runtime_management", "scaling")
"""What the embedded AWS does not have, and nobody needs there."""


@dataclass(frozen=True, kw_only=True)
class Host:
    """The machine that runs the functions: its Python as ``(3, 12)`` and its machine as ``platform.machine()`` says it."""

    python: tuple[int, int]
    machine: str

    @property
    def runtime(self) -> str:
        return f"python{self.python[0]}.{self.python[1]}"

    @property
    def architecture(self) -> Architecture:
        return Architecture.ARM64 if self.machine in {"aarch64", "arm64"} else Architecture.X86_64


def adapted(settings: Settings, host: Host) -> Settings:
    """The settings for the embedded AWS: it runs functions under the host's Python, and any role will do.

    It runs no images, but an image that is made of a package runs as that package. Raises ConfigurationError for others.
    """
    for function in settings.functions:
        if not function.spec.is_packaged:
            raise ConfigurationError(
                f"{function.name} is a container image, and the embedded AWS runs packages only",
                fix="leave it out with --function, or deploy it to AWS",
            )
    return replace(settings, functions=tuple(_adapted(function, host) for function in settings.functions))


def differences(before: Settings, after: Settings) -> tuple[str, ...]:
    """In words, what ``adapted`` changed about the targets, the rollouts and what calls the functions."""
    pairs = list(zip(before.functions, after.functions, strict=True))
    return (
        *(
            f"{old.name}: built for {new.spec.target} instead of {old.spec.target}, because the embedded AWS runs functions here"
            for old, new in pairs
            if old.spec.target != new.spec.target
        ),
        *(
            f"{old.name}: all calls move at once, because the embedded AWS has no CodeDeploy"
            for old, new in pairs
            if old.spec.rollout != new.spec.rollout
        ),
        *(
            f"{old.name}: without its event sources, because what they read is not in the embedded AWS"
            for old, new in pairs
            if old.spec.triggers != new.spec.triggers
        ),
    )


def _adapted(function: Function, host: Host) -> Function:
    own = {name: value for name, value in function.spec.members.items() if name != "ImageConfig"}
    members: Mapping[str, object] = {"Role": ROLE, **own}
    update: dict[str, object] = {
        "runtime": host.runtime,
        "architecture": host.architecture,
        "package_type": "Zip",
        "members": members,
    }
    if function.spec.rollout.by_codedeploy:
        update["rollout"] = RolloutSpec.model_validate({})
    if triggers := function.spec.triggers:
        update["triggers"] = tuple(one for one in triggers if not one.event_source)
    return replace(function, spec=function.spec.model_copy(update={**update, **dict.fromkeys(_ABSENT)}))
