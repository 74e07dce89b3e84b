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
_HASH, _DIGITS = 8, 10


def preview_name(function_name: str, number: int) -> str:
    """``orders-pr-7``; always the same for the same two. A long name is cut and gets a hash, so that two stay two."""
    suffix = f"-pr-{number}"
    if len(function_name) + len(suffix) <= LONGEST_NAME:
        return function_name + suffix
    digest = hashlib.sha256(function_name.encode()).hexdigest()[:_HASH]
    return f"{function_name[: LONGEST_NAME - len(suffix) - _HASH - 1]}-{digest}{suffix}"


def preview_names(function_name: str) -> str:
    """A pattern with ``*`` for the names of a function's previews, whatever the number of the pull request."""
    suffix = "-pr-*"
    longest = LONGEST_NAME - len(suffix) - _DIGITS
    return function_name + suffix if len(function_name) <= longest else f"{function_name[: longest - _HASH]}*{suffix}"


def for_any(settings: Settings) -> Settings:
    """The settings with the patterns of their previews in the place of the functions' names."""
    functions = (
        _quiet(replace(one, spec=one.spec.model_copy(update={"function_name": preview_names(one.function_name)})))
        for one in settings.functions
    )
    return replace(settings, functions=tuple(functions))


def as_preview(settings: Settings, pull: PullRequest, *, asked: bool) -> Settings:
    """The settings with every function under its preview's name and mark, and without triggers that the stage does not name itself.

    ``asked``: the forge says which commit is the newest, so that a force push to an older one is no mistake.
    """
    functions = tuple(_function(one, pull) for one in settings.functions)
    return replace(settings, functions=functions, allow_older=settings.allow_older or asked, rollback_all=False)


def _function(function: Function, pull: PullRequest) -> Function:
    update = {
        "function_name": preview_name(function.function_name, pull.number),
        "tags": {**(function.spec.tags or {}), PREVIEW: pull.mark},
    }
    return _quiet(replace(function, spec=function.spec.model_copy(update=update)))


def _quiet(function: Function) -> Function:
    """Without triggers, but for those that the stage itself names: two functions would do the work of one."""
    if function.own_triggers or function.spec.triggers is None:
        return function
    spec = function.spec.model_copy(update={"triggers": ()})
    return replace(function, spec=spec, triggers_off=function.spec.triggers)
