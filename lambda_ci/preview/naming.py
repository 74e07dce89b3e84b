"""What a function is as a preview: its name, its mark, and its settings."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.model.preview import PREVIEW

if TYPE_CHECKING:
    from lambda_ci.model.preview import PullRequest
    from lambda_ci.model.settings import Function, Settings

LONGEST_NAME = 64
"""Characters of a function's name on AWS."""
_HASH = 8


def preview_name(function_name: str, number: int) -> str:
    """``orders-pr-7``; always the same for the same two. A long name is cut and gets a hash, so that two stay two."""
    suffix = f"-pr-{number}"
    if len(function_name) + len(suffix) <= LONGEST_NAME:
        return function_name + suffix
    digest = hashlib.sha256(function_name.encode()).hexdigest()[:_HASH]
    return f"{function_name[: LONGEST_NAME - len(suffix) - _HASH - 1]}-{digest}{suffix}"


def as_preview(settings: Settings, pull: PullRequest, *, asked: bool) -> Settings:
    """The settings with every function under its preview's name and mark.

    ``asked``: the forge says which commit is the newest, so that a force push to an older one is no mistake.
    """
    functions = tuple(_function(one, pull) for one in settings.functions)
    return replace(settings, functions=functions, allow_older=settings.allow_older or asked, rollback_all=False)


def _function(function: Function, pull: PullRequest) -> Function:
    update = {
        "function_name": preview_name(function.function_name, pull.number),
        "tags": {**(function.spec.tags or {}), PREVIEW: pull.mark},
    }
    return replace(function, spec=function.spec.model_copy(update=update))
