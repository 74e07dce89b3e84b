"""Which pull request (merge request) a run is about, as the CI system tells it. One reader each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lambda_ci.ci import pull_request_elsewhere as elsewhere
from lambda_ci.ci.known import Known, known
from lambda_ci.errors import ConfigurationError
from lambda_ci.model.preview import Event, PullRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Variables = Mapping[str, str]

_PRIVILEGED = frozenset({"pull_request_target", "workflow_run", "issue_comment"})
"""GitHub's events whose runs have the base repository's rights and secrets, whoever wrote the code."""
_EVENTS = {"closed": Event.CLOSED, "unlabeled": Event.UNLABELLED}


def pull_request(environ: Variables) -> PullRequest | None:
    """``None`` where the run is about none. Raises ConfigurationError where the event cannot be read."""
    system = known(environ)
    return _READERS[system](environ) if system else None


def event_of(environ: Variables) -> dict[str, Any]:
    """GitHub's event, whatever it is; empty where there is none. Raises ConfigurationError where it cannot be read."""
    path = environ.get("GITHUB_EVENT_PATH", "")
    if not path:
        return {}
    try:
        event = json.loads(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationError(
            f"the event of this run cannot be read: {path}",
            why=str(error),
            fix="the runner writes it; mount its folder where the program runs in a container",
        ) from error
    return event if isinstance(event, dict) else {}


def _github(environ: Variables) -> PullRequest | None:
    """Events with a ``pull_request``: pull_request, pull_request_target, pull_request_review …"""
    return github_pull_request(event_of(environ), environ)


def github_pull_request(event: Mapping[str, Any], environ: Variables) -> PullRequest | None:
    """That of an event of GitHub; ``None`` where it is about none."""
    pull = event.get("pull_request")
    if not isinstance(pull, dict) or not isinstance(pull.get("number"), int):
        return None
    head = _part(pull, "head")
    home = _part(head, "repo").get("full_name")
    base = str(_part(event, "repository").get("full_name") or environ.get("GITHUB_REPOSITORY", ""))
    closed = pull.get("state") == "closed"
    return PullRequest(
        repository=github_repository(base, environ),
        number=pull["number"],
        url=str(pull.get("html_url") or ""),
        head=str(head.get("sha") or ""),
        branch=str(head.get("ref") or ""),
        event=Event.CLOSED if closed else _EVENTS.get(str(event.get("action")), Event.CHANGED),
        labels=frozenset(_names(pull.get("labels"))),
        from_fork=str(home or "").lower() != base.lower(),
        privileged=environ.get("GITHUB_EVENT_NAME") in _PRIVILEGED,
    )


def _gitlab(environ: Variables) -> PullRequest | None:
    """Merge request pipelines. GitLab runs none when a merge request is closed; those of a fork's code in the parent have its rights."""
    number = environ.get("CI_MERGE_REQUEST_IID", "")
    if not number.isdecimal():
        return None
    address = environ.get("CI_MERGE_REQUEST_PROJECT_URL", "")
    own = environ.get("CI_MERGE_REQUEST_PROJECT_ID", "")
    from_fork = environ.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", own) != own
    labels = environ.get("CI_MERGE_REQUEST_LABELS", "").split(",")
    return PullRequest(
        repository=_below_host(address),
        number=int(number),
        url=f"{address}/-/merge_requests/{number}",
        head=environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environ.get("CI_COMMIT_SHA", ""),
        branch=environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", ""),
        event=Event.CHANGED,
        labels=frozenset(label.strip() for label in labels if label.strip()),
        from_fork=from_fork,
        privileged=from_fork and environ.get("CI_PROJECT_ID", "") == own,
    )


def _bitbucket(environ: Variables) -> PullRequest | None:
    """Pipelines under ``pull-requests``, which Bitbucket runs for branches of the repository itself only."""
    number, repository = environ.get("BITBUCKET_PR_ID", ""), environ.get("BITBUCKET_REPO_FULL_NAME", "")
    if not number.isdecimal():
        return None
    return PullRequest(
        repository=f"bitbucket.org/{repository}".lower(),
        number=int(number),
        url=f"https://bitbucket.org/{repository}/pull-requests/{number}",
        head=environ.get("BITBUCKET_COMMIT", ""),
        branch=environ.get("BITBUCKET_BRANCH", ""),
        event=Event.CHANGED,
    )


def _below_host(address: str) -> str:
    """``https://gitlab.com/Group/shop`` → ``gitlab.com/group/shop``."""
    return address.partition("://")[2].rstrip("/").lower()


def _names(labels: object) -> Iterator[str]:
    for one in labels if isinstance(labels, list) else ():
        if isinstance(one, dict) and "name" in one:
            yield str(one["name"])


def github_repository(full_name: str, environ: Variables) -> str:
    """``github.com/owner/repo``, in lower case, as GitHub compares names."""
    host = environ.get("GITHUB_SERVER_URL", "https://github.com").partition("://")[2].rstrip("/")
    return f"{host}/{full_name}".lower()


def repository_of(environ: Variables) -> str:
    """The repository of this run, as its pull requests have it in ``PullRequest.repository``; empty outside a CI system."""
    system = known(environ)
    return _REPOSITORIES[system](environ) if system else ""


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, dict) else {}


_REPOSITORIES: Mapping[Known, Callable[[Variables], str]] = {
    Known.GITHUB: lambda environ: github_repository(environ.get("GITHUB_REPOSITORY", ""), environ),
    Known.GITLAB: lambda environ: _below_host(environ.get("CI_PROJECT_URL", "")),
    Known.BITBUCKET: lambda environ: f"bitbucket.org/{environ.get('BITBUCKET_REPO_FULL_NAME', '')}".lower(),
    Known.CIRCLECI: lambda environ: elsewhere.repository_at(environ.get("CIRCLE_REPOSITORY_URL", "")),
    Known.AZURE: lambda environ: elsewhere.repository_at(environ.get("BUILD_REPOSITORY_URI", "")),
    Known.JENKINS: lambda environ: elsewhere.repository_at(environ.get("GIT_URL", "")),
}
_READERS: Mapping[Known, Callable[[Variables], PullRequest | None]] = {
    Known.GITHUB: _github,
    Known.GITLAB: _gitlab,
    Known.BITBUCKET: _bitbucket,
    Known.CIRCLECI: elsewhere.circleci,
    Known.AZURE: elsewhere.azure,
    Known.JENKINS: elsewhere.jenkins,
}
