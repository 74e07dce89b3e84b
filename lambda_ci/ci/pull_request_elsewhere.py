"""Which pull request a run of CircleCI, Azure Pipelines or Jenkins is about: one on a forge that is not theirs.

Sources: circleci.com/docs, "Project values and variables"; learn.microsoft.com, "Use predefined variables"; jenkins.io, branch API
plugin. None of them runs anything when a pull request is closed, and none tells its labels.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambda_ci.adapters.url import public
from lambda_ci.model.preview import Event, PullRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    Variables = Mapping[str, str]

_PULL = re.compile(
    r"(?P<repository>https?://[^/\s]+/[^/\s]+/\S+?)/(?:pull|pullrequest|pull-requests|(?:-/)?merge_requests)/(?P<number>[0-9]+)(?:/.*)?"
)
_SCHEMES = frozenset({"http", "https", "ssh", "git"})
_OF_A_FORK = ("CIRCLE_PR_NUMBER", "CIRCLE_PR_USERNAME", "CIRCLE_PR_REPONAME")
"""CircleCI has them for pull requests of forks only."""


def circleci(environ: Variables) -> PullRequest | None:
    """By the address of the pull request, where the push found one open."""
    return _at(
        environ.get("CIRCLE_PULL_REQUEST", ""),
        head=environ.get("CIRCLE_SHA1", ""),
        branch=environ.get("CIRCLE_BRANCH", ""),
        from_fork=any(environ.get(name) for name in _OF_A_FORK),
    )


def azure(environ: Variables) -> PullRequest | None:
    """Builds whose reason is a pull request. Those of GitHub have a number beside Azure's own."""
    own = environ.get("SYSTEM_PULLREQUEST_PULLREQUESTID", "")
    address = public(environ.get("BUILD_REPOSITORY_URI", "")).rstrip("/").removesuffix(".git")
    return _at(
        f"{address}/{_word(address)}/{environ.get('SYSTEM_PULLREQUEST_PULLREQUESTNUMBER') or own}",
        head=environ.get("SYSTEM_PULLREQUEST_SOURCECOMMITID", ""),
        branch=environ.get("SYSTEM_PULLREQUEST_SOURCEBRANCH", "").removeprefix("refs/heads/"),
        from_fork=environ.get("SYSTEM_PULLREQUEST_ISFORK", "").lower() == "true",
    )


def jenkins(environ: Variables) -> PullRequest | None:
    """Builds of a multibranch project. The commit may be a merge of Jenkins's own, and is not told here."""
    return _at(
        environ.get("CHANGE_URL", ""),
        head="",
        branch=environ.get("CHANGE_BRANCH", ""),
        from_fork=bool(environ.get("CHANGE_FORK")),
    )


def repository_at(address: str) -> str:
    """``git@github.com:Octo/shop.git`` and ``https://github.com/Octo/shop`` → ``github.com/octo/shop``; empty for none of a forge."""
    if "://" not in address:
        address = f"ssh://{address.replace(':', '/', 1)}" if "@" in address else ""
    scheme, _, rest = public(address).partition("://")
    host, _, path = rest.lower().strip("/").partition("/")
    if scheme == "ssh":
        host = host.partition(":")[0]
    return f"{host}/{path.removesuffix('.git')}" if scheme in _SCHEMES and host and path else ""


def _word(address: str) -> str:
    """Azure's own repositories are below ``_git``."""
    if "/_git/" in address:
        return "pullrequest"
    return "pull-requests" if repository_at(address).startswith("bitbucket.org/") else "pull"


def _at(address: str, *, head: str, branch: str, from_fork: bool) -> PullRequest | None:
    found = _PULL.fullmatch(address)
    if found is None:
        return None
    return PullRequest(
        repository=repository_at(found["repository"]),
        number=int(found["number"]),
        url=address,
        head=head,
        branch=branch,
        event=Event.CHANGED,
        from_fork=from_fork,
    )
