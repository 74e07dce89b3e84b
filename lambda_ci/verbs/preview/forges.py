"""The forge that this run belongs to, and what becomes of its refusals: it only shows what was done, and so they are warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from lambda_ci.ci.known import Known, known
from lambda_ci.errors import ForgeError
from lambda_ci.model.problem import Origin, Problem, Severity
from lambda_ci.verbs.preview.forge_elsewhere import forge_elsewhere, missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambda_ci.adapters.github_api import GitHub
    from lambda_ci.preview.forge import Forge
    from lambda_ci.verbs.world import World

    _T = TypeVar("_T")

TOKEN_INPUT = "github-token"
_NO_TOKEN = "there is no token for the forge"


def forge_of(world: World) -> Forge | None:
    """``None`` on no known forge, and without a token; the latter is said."""
    system = known(world.environ)
    found = _FORGES[system](world) if system else None
    if system and found is None:
        what, fix = (_NO_TOKEN, f"pass it: {_TOKENS[system]}") if system in _TOKENS else missing(world)
        warn(world, f"{what}: whether the pull request is still open is not known, and nothing is announced; {fix}")
    return found


def tried(what: Callable[[], _T], world: World) -> _T | None:
    """What the forge gives, or ``None`` after a warning: what was deployed stays deployed."""
    try:
        return what()
    except ForgeError as error:
        warn(world, ". ".join(part.rstrip(".") for part in (error.what, error.why, error.fix) if part))
        return None


def warn(world: World, message: str) -> None:
    """Something to look at, which fails nothing."""
    world.console.problem(Problem(origin=Origin(source="preview"), message=message, severity=Severity.WARNING))


def github_of(world: World) -> GitHub | None:
    """GitHub, where this is one of its jobs and has a token; it is masked from here on."""
    from lambda_ci.adapters.github_api import github

    given = (world.inputs or {}).get(TOKEN_INPUT, "").strip()
    token = given or world.environ.get("GITHUB_TOKEN") or world.environ.get("GH_TOKEN") or ""
    repository = world.environ.get("GITHUB_REPOSITORY", "")
    if not (token and repository):
        return None
    world.console.mask(token)
    return github(repository, token=token, environ=world.environ, clock=world.clock)


def _gitlab_of(world: World) -> Forge | None:
    """The job's own token may neither read merge requests nor write notes."""
    from lambda_ci.adapters.gitlab_api import gitlab

    token = world.environ.get("GITLAB_TOKEN", "")
    project = world.environ.get("CI_MERGE_REQUEST_PROJECT_ID") or world.environ.get("CI_PROJECT_ID", "")
    if not (token and project):
        return None
    world.console.mask(token)
    return gitlab(project, token=token, environ=world.environ, clock=world.clock)


def _bitbucket_of(world: World) -> Forge | None:
    from lambda_ci.adapters.bitbucket_api import bitbucket

    token = world.environ.get("BITBUCKET_ACCESS_TOKEN", "")
    repository = world.environ.get("BITBUCKET_REPO_FULL_NAME", "")
    if not (token and repository):
        return None
    world.console.mask(token)
    return bitbucket(repository, token=token, environ=world.environ, clock=world.clock)


_FORGES: dict[Known, Callable[[World], Forge | None]] = {
    Known.GITHUB: github_of,
    Known.GITLAB: _gitlab_of,
    Known.BITBUCKET: _bitbucket_of,
    Known.CIRCLECI: forge_elsewhere,
    Known.AZURE: forge_elsewhere,
    Known.JENKINS: forge_elsewhere,
}
_TOKENS = {
    Known.GITHUB: "`env: {GITHUB_TOKEN: ${{ github.token }}}` (the action does that by itself)",
    Known.GITLAB: "a project access token (scope `api`, role Developer) as the masked variable GITLAB_TOKEN; "
    "the job's own CI_JOB_TOKEN can neither read merge requests nor write notes",
    Known.BITBUCKET: "a repository access token (pull requests and repositories: write) as the secured variable "
    "BITBUCKET_ACCESS_TOKEN",
}
