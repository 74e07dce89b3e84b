"""What the work tree is made of: never a stranger's commit with the rights of this repository, and else that of the pull request."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.errors import ConfigurationError
from lambda_ci.verbs.preview.forges import tried, warn

if TYPE_CHECKING:
    from lambda_ci.model.preview import PullRequest
    from lambda_ci.model.settings import Settings
    from lambda_ci.preview.forge import Forge
    from lambda_ci.verbs.world import World


def check_tree(settings: Settings, world: World, pull: PullRequest) -> None:
    """Raises ConfigurationError where the configuration is a fork's own, or merged with it: it would say where this job's tokens
    are sent, and which of its secrets become variables of a function."""
    from lambda_ci.adapters.git import made_of

    if pull.from_fork and pull.head in made_of(settings.root, environ=world.environ):
        raise ConfigurationError(
            f"the work tree is the fork's own, {pull.head[:12]}",
            why="Its lambda-ci.yml would be read with the rights and the secrets of this repository.",
            fix="check out the base branch here (actions/checkout does without `ref`); only the packages come from the pull request",
        )


def with_head(pull: PullRequest, forge: Forge | None, settings: Settings, world: World) -> PullRequest:
    """The pull request with its commit also where the CI system does not tell it (Jenkins may have merged it): the newest, if the work
    tree is made of that, else the work tree's own, which came too late."""
    from lambda_ci.adapters.git import made_of

    commits = () if pull.head or forge is None else made_of(settings.root, environ=world.environ)
    if not commits or forge is None:
        return pull
    standing = tried(lambda: forge.standing(pull.number), world)
    if standing is None:
        return pull
    return replace(pull, head=standing.head if standing.head in commits else commits[0])


def check_commit(settings: Settings, world: World, pull: PullRequest) -> None:
    """Warns where something else than the pull request would be built, such as the base branch with pull_request_target."""
    from lambda_ci.adapters.git import made_of

    commits = made_of(settings.root, environ=world.environ)
    if pull.head and commits and pull.head not in commits:
        warn(
            world,
            f"the work tree is {commits[0][:12]}, which is not made of the pull request's commit {pull.head[:12]}: what is deployed is "
            "not what was pushed; use the event pull_request, or check out the commit",
        )
