"""The variable by which a CI system tells that it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def stands(mark: str, environ: Mapping[str, str]) -> bool:
    """Whether the variable ``mark`` tells so: gitlab-ci-local sets ``GITLAB_CI=false``, to be told from GitLab."""
    return environ.get(mark, "").lower() not in {"", "false"}
