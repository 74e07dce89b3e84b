"""Which CI system a run is on, by the variable that each sets."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Known(Enum):
    """A CI system with tables of its own here and in ``verbs/preview/forges.py``."""

    GITHUB = auto()
    GITLAB = auto()
    BITBUCKET = auto()
    CIRCLECI = auto()
    AZURE = auto()
    JENKINS = auto()


_VARIABLES = {
    "GITHUB_ACTIONS": Known.GITHUB,
    "GITLAB_CI": Known.GITLAB,
    "BITBUCKET_BUILD_NUMBER": Known.BITBUCKET,
    "CIRCLECI": Known.CIRCLECI,
    "TF_BUILD": Known.AZURE,
    "JENKINS_URL": Known.JENKINS,
    "JENKINS_HOME": Known.JENKINS,
}
"""Jenkins has an address only where somebody set it up."""


def known(environ: Mapping[str, str]) -> Known | None:
    """``None`` on a machine that is no known CI system's. gitlab-ci-local sets ``GITLAB_CI=false``, to be told from GitLab."""
    return next(
        (system for name, system in _VARIABLES.items() if environ.get(name, "").lower() not in {"", "false"}), None
    )
