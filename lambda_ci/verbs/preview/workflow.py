"""The pull request behind another workflow's run: the trusted half of a preview in two workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.ci.pull_request import event_of, github_pull_request
from lambda_ci.errors import ConfigurationError
from lambda_ci.verbs.preview.forges import github_of

if TYPE_CHECKING:
    from lambda_ci.model.preview import PullRequest
    from lambda_ci.verbs.world import World


def of_workflow(world: World) -> PullRequest | str:
    """Or why there is none: while that run built, or its approval was waited for, a newer commit was pushed, or it was closed.

    What the other run left behind could have been written by anybody; its commit, branch and repository are GitHub's word.
    Raises ConfigurationError without a token, ForgeError where GitHub cannot be asked.
    """
    event = event_of(world.environ)
    run = event.get("workflow_run")
    if not isinstance(run, dict):
        return "the event does not tell which workflow ran"
    github = github_of(world)
    if github is None:
        raise ConfigurationError(
            "without a token nobody can be asked which pull request this run is about",
            why="The event of another workflow's run does not name it.",
            fix="pass the job's own token: the input `github-token`, or `env: {GITHUB_TOKEN: ${{ github.token }}}`",
        )
    home = run.get("head_repository") or {}
    owner = str((home.get("owner") or {}).get("login") or str(home.get("full_name", "")).partition("/")[0])
    branch, commit = str(run.get("head_branch", "")), str(run.get("head_sha", ""))
    found = github.pull_of(owner=owner, branch=branch, commit=commit)
    pull = github_pull_request({**event, "pull_request": found}, world.environ) if found else None
    return (
        pull or f"no open pull request has {commit[:12]} as its newest commit: a newer one was pushed, or it was closed"
    )
