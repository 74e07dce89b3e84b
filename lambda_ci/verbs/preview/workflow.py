"""The pull request behind another workflow's run: the trusted half of a preview in two workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.ci.pull_request import event_of, github_pull_request
from lambda_ci.verbs.preview.forges import github_of

if TYPE_CHECKING:
    from lambda_ci.model.preview import PullRequest
    from lambda_ci.verbs.world import World


def of_workflow(world: World) -> PullRequest | None:
    """``None`` where the run's event is none of another workflow's, or that one ran for no open pull request.

    What the other run left behind could have been written by anybody; its commit, branch and repository are GitHub's word.
    Raises ForgeError where GitHub cannot be asked.
    """
    if world.environ.get("GITHUB_EVENT_NAME") != "workflow_run":
        return None
    event = event_of(world.environ)
    run = event.get("workflow_run")
    github = github_of(world)
    if not isinstance(run, dict) or github is None:
        return None
    home = run.get("head_repository") or {}
    owner = str((home.get("owner") or {}).get("login") or str(home.get("full_name", "")).partition("/")[0])
    found = github.pull_of(owner=owner, branch=str(run.get("head_branch", "")), commit=str(run.get("head_sha", "")))
    return github_pull_request({**event, "pull_request": found}, world.environ) if found else None
