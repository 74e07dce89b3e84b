"""``plan --matrix``: the functions as jobs of a CI system. Nothing is built, and AWS is not asked."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.ci.known import Known, known
from lambda_ci.model.result import FunctionResult
from lambda_ci.verbs.outcome import result_of
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    from lambda_ci.model.settings import Settings
    from lambda_ci.verbs.world import World

SYSTEMS = ("github", "gitlab")


def fanned_out(settings: Settings, world: World, *, system: str, seconds: float) -> Outcome:
    """``system``: one of ``SYSTEMS``, or that on which this runs."""
    from lambda_ci.report.document import document
    from lambda_ci.report.matrix import github, gitlab

    functions = [FunctionResult(name=one.name, function_name=one.function_name) for one in settings.functions]
    matrix = github(settings.functions)
    result = replace(result_of("plan", settings, functions, seconds=seconds), matrix=matrix)
    chosen = system if system in SYSTEMS else "gitlab" if known(world.environ) is Known.GITLAB else "github"
    text = matrix if chosen == "github" else gitlab(settings.functions)
    return Outcome(result=result, text=text, document=document(result) | {"matrix": json.loads(matrix)})
