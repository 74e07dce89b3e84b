"""The forge that the repository is on, where the CI system is somebody else's: CircleCI, Azure Pipelines, Jenkins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.ci.pull_request import pull_request, repository_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambda_ci.preview.forge import Forge
    from lambda_ci.verbs.world import World

_HOSTS = {"github.com": "GITHUB_TOKEN", "gitlab.com": "GITLAB_TOKEN", "bitbucket.org": "BITBUCKET_ACCESS_TOKEN"}
"""The variable of the token, by the host of the repository."""
_APIS = {"GITHUB_API_URL": "GITHUB_TOKEN", "CI_API_V4_URL": "GITLAB_TOKEN"}
"""The same for a GitHub or a GitLab of one's own, whose API somebody has named."""


def forge_elsewhere(world: World) -> Forge | None:
    """By the host of the repository; ``None`` where that is no known one, and without a token."""
    host, _, path = repository_of(world.environ).partition("/")
    variable = _token_for(host, world)
    token = world.environ.get(variable, "")
    if not token:
        return None
    world.console.mask(token)
    return _MAKERS[variable](path, token, world)


def missing(world: World) -> tuple[str, str]:
    """What keeps the forge from being asked, and what to do about it."""
    host = repository_of(world.environ).partition("/")[0]
    if variable := _token_for(host, world):
        return f"there is no token for {host}", f"pass it as the masked variable {variable}"
    own = "give the address of its API, where it is a GitHub (GITHUB_API_URL) or a GitLab (CI_API_V4_URL) of your own"
    return f"{host or 'the host of the repository'} is not known as a forge", own


def _token_for(host: str, world: World) -> str:
    """Empty where the host is unknown."""
    named = {_host(world.environ.get(api, "")): token for api, token in _APIS.items()}
    return _HOSTS.get(host) or (named.get(host, "") if host else "")


def _host(address: str) -> str:
    return address.partition("://")[2].partition("/")[0].lower()


def _github(path: str, token: str, world: World) -> Forge:
    from lambda_ci.adapters.github_api import github

    return github(path, token=token, environ=world.environ, clock=world.clock)


def _gitlab(path: str, token: str, world: World) -> Forge:
    """Its jobs tell the address of the project and the branch; here nobody does."""
    from lambda_ci.adapters.gitlab_api import gitlab

    pull = pull_request(world.environ)
    told = {
        "CI_PROJECT_URL": f"https://{repository_of(world.environ)}",
        "CI_COMMIT_REF_NAME": pull.branch if pull else "",
    }
    return gitlab(path, token=token, environ={**world.environ, **told}, clock=world.clock)


def _bitbucket(path: str, token: str, world: World) -> Forge:
    from lambda_ci.adapters.bitbucket_api import bitbucket

    return bitbucket(path, token=token, environ=world.environ, clock=world.clock)


_MAKERS: dict[str, Callable[[str, str, World], Forge]] = {
    "GITHUB_TOKEN": _github,
    "GITLAB_TOKEN": _gitlab,
    "BITBUCKET_ACCESS_TOKEN": _bitbucket,
}
"""By the variable of the token."""
