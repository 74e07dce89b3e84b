"""The action's own inputs, ``command``, ``local`` and ``matrix``: the command line that they stand for, or why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.errors import ConfigurationError
from lambda_ci.inputs.scalars import FALSE, TRUE
from lambda_ci.inputs.wording import quoted, suggestion
from lambda_ci.model.problem import Origin, Problem
from lambda_ci.verbs.command import Command

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from lambda_ci.verbs.world import Outcome, World

_ON_AWS = ("plan", "deploy", "rollback", "prune", "invoke", "status")
_OPTIONS = {"to": "rollback", "keep": "prune"}
"""Inputs that are an option of one verb."""
_VERBS = ("check", "build", *_ON_AWS)


def argv_of(inputs: Mapping[str, str]) -> Sequence[str]:
    """``local`` says nothing to the verbs that do not go to AWS, ``matrix`` to all but ``plan``, and so on."""
    verb = _verb(inputs)
    local = ["--local"] if verb in _ON_AWS and _local(inputs) in TRUE else []
    matrix = ["--matrix", "github"] if verb == "plan" and _matrix(inputs) in TRUE else []
    given = {name: inputs.get(name, "").strip() for name, owner in _OPTIONS.items() if owner == verb}
    return [verb, *local, *matrix, *(f"--{name}={text}" for name, text in given.items() if text)]


def refusal(inputs: Mapping[str, str]) -> Command | None:
    """A command that reports what is wrong with the inputs, as any other would; ``None`` where they are right."""
    problems: list[Problem] = []
    if (verb := _verb(inputs)) not in _VERBS:
        message = f"must be one of {', '.join(_VERBS)}, not {quoted(verb)}{suggestion(verb, _VERBS)}"
        problems.append(Problem(origin=Origin(source="input command"), message=message))
    for name, given in {"local": _local(inputs), "matrix": _matrix(inputs)}.items():
        if given not in TRUE | FALSE:
            origin = Origin(source=f"input {name}")
            problems.append(Problem(origin=origin, message=f"must be true or false, not {quoted(given)}"))
    return Action(problems) if problems else None


def _verb(inputs: Mapping[str, str]) -> str:
    return inputs.get("command", "").strip() or "deploy"


def _local(inputs: Mapping[str, str]) -> str:
    return inputs.get("local", "").strip() or "false"


def _matrix(inputs: Mapping[str, str]) -> str:
    return inputs.get("matrix", "").strip() or "false"


class Action(Command):
    """Stands in for the verb that the inputs failed to name."""

    DESCRIPTION = "Refuses the inputs of the action."

    def __init__(self, problems: Sequence[Problem]) -> None:
        self._problems = problems

    @staticmethod
    def declare(parser: argparse.ArgumentParser) -> None:
        """No flags: it is never named on a command line."""

    def run(self, world: World) -> Outcome:  # noqa: ARG002 - whatever the world, the inputs are wrong
        raise ConfigurationError("the inputs of the action are wrong", problems=self._problems)
