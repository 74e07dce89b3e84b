"""A pull request (GitHub, Bitbucket) or merge request (GitLab), and what is shown of its preview.

Nothing here names a forge: each one's file in ``ci`` reads a run's identity into these nouns, each one's adapter shows them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PREVIEW = "lambda-ci:preview"
"""The tag that says which pull request a function belongs to: ``PullRequest.mark``."""
PUSHED = "lambda-ci:preview-pushed"
"""The tag with the time of the last deployment, in UTC: ``2026-11-21T11:00:00Z``."""
_LONGEST = 200
"""Characters of a repository within a tag, which takes 256."""


class Event(StrEnum):
    """What happened to the pull request that this run is about, as far as previews care."""

    CHANGED = "changed"
    """Opened, pushed to, reopened, labelled, or nothing that is known: its preview shall be as its head is."""
    UNLABELLED = "unlabelled"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class PullRequest:
    """The one that a run is about, as the CI system tells it."""

    repository: str
    """With its host, in lower case: ``github.com/owner/repo``."""
    number: int
    url: str
    """For people."""
    head: str
    """The commit that was pushed last when this run began, in full; empty where the CI system does not say."""
    branch: str
    event: Event
    labels: frozenset[str] = frozenset()
    from_fork: bool = False
    """Whether its code comes from another repository, whose owners are not trusted."""
    privileged: bool = False
    """Whether this run has the base repository's rights even where the code is a stranger's (GitHub: pull_request_target, workflow_run)."""

    @property
    def mark(self) -> str:
        """The value of the tag ``lambda-ci:preview``: ``github.com/owner/repo:7``."""
        return f"{repository_mark(self.repository)}:{self.number}"


def repository_mark(repository: str) -> str:
    """What the marks of a repository's pull requests begin with. A long name is cut and gets a hash, to fit into a tag."""
    if len(repository) <= _LONGEST:
        return repository
    return f"{repository[:_LONGEST]}-{hashlib.sha256(repository.encode()).hexdigest()[:16]}"


def number_in(mark: str, repository: str) -> int | None:
    """The number of the pull request that a mark names; ``None`` where it is another repository's, or no mark."""
    whose, _, number = mark.rpartition(":")
    return int(number) if whose == repository_mark(repository) and number.isascii() and number.isdecimal() else None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A pull request as the forge has it now. ``head`` in full."""

    open: bool
    head: str


def group_of(project: str, number: int) -> str:
    """``shop/pr-7``: a repository may hold several projects."""
    return f"{project}/pr-{number}"


class State(StrEnum):
    """How a deployment fares, where the forge shows it beside the pull request."""

    RUNNING = "running"
    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One environment of a pull request."""

    group: str
    """What all environments of the pull request have in common, and no other's: ``shop/pr-7`` (``group_of``)."""
    environment: str
    """Its name on the forge: the group's, or ``shop/pr-7/orders`` where several functions have an address."""
    commit: str
    state: State
    url: str = ""
    """Where it answers; empty where there is no address."""
    log: str = ""
    """The run that deploys."""


@dataclass(frozen=True, kw_only=True)
class Announcements:
    """Where a preview is announced."""

    comment: bool
    deployment: bool


ANNOUNCE: Mapping[str, Announcements] = {
    "comment": Announcements(comment=True, deployment=False),
    "deployment": Announcements(comment=False, deployment=True),
    "both": Announcements(comment=True, deployment=True),
    "none": Announcements(comment=False, deployment=False),
}
"""By the words of ``preview.announce``."""
