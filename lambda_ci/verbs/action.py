"""The action's own inputs, ``command``, ``local`` and the like: the command line that they stand for, or why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.errors import ConfigurationError
from lambda_ci.inputs.aliases import DRY_RUN
from lambda_ci.inputs.scalars import FALSE, TRUE
from lambda_ci.inputs.wording import quoted, suggestion
from lambda_ci.model.problem import Origin, Problem
from lambda_ci.verbs.command import Command

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from lambda_ci.verbs.world import Outcome, World

_ON_AWS = ("plan", "deploy", "rollback", "prune", "invoke", "status", "preview")
_VERBS = ("check", "build", *_ON_AWS)
_SHOWING = ("preview", "prune")
"""Verbs that have a `--dry-run` of their own."""
_DRY = ("deploy", "plan", "check", "build", "status", *_SHOWING)
"""What `dry-run: true` goes with: the first becomes the second, and the three that follow write nothing to AWS anyway."""
_SWITCHES = ("local", "matrix", "comment", DRY_RUN)
_PREVIEWS = ("up", "down", "sweep")
_OPTIONS = {"to": "rollback", "keep": "prune", "payload": "invoke", "prebuilt": "preview"}
"""Inputs that are an option of one verb."""


def argv_of(inputs: Mapping[str, str]) -> Sequence[str]:
    """``local`` says nothing to the verbs that do not go to AWS, ``matrix`` to all but ``plan``, and so on."""
    verb = _verb(inputs)
    local = ["--local"] if verb in _ON_AWS and _is_on(inputs, "local") else []
    word = [_text(inputs, "preview")] if verb == "preview" and _text(inputs, "preview") else []
    dry = ["--dry-run"] if verb in _SHOWING and _is_on(inputs, DRY_RUN) else []
    comment = ["--comment"] if verb == "plan" and _is_on(inputs, "comment") else []
    matrix = ["--matrix", "github"] if verb == "plan" and _is_on(inputs, "matrix") else []
    given = {name: _text(inputs, name) for name, owner in _OPTIONS.items() if owner == verb}
    return [verb, *word, *local, *dry, *comment, *matrix, *(f"--{name}={text}" for name, text in given.items() if text)]


def refusal(inputs: Mapping[str, str]) -> Command | None:
    """A command that reports what is wrong with the inputs, as any other would; ``None`` where they are right."""
    problems = list(_problems(inputs))
    return Action(problems) if problems else None


def _problems(inputs: Mapping[str, str]) -> Iterator[Problem]:
    command = _text(inputs, "command")
    if command and command not in _VERBS:
        message = f"must be one of {', '.join(_VERBS)}, not {quoted(command)}{suggestion(command, _VERBS)}"
        yield Problem(origin=Origin(source="input command"), message=message)
    if (word := _text(inputs, "preview")) and word not in _PREVIEWS:
        message = f"must be one of {', '.join(_PREVIEWS)}, not {quoted(word)}{suggestion(word, _PREVIEWS)}"
        yield Problem(origin=Origin(source="input preview"), message=message)
    for name in _SWITCHES:
        if (given := _text(inputs, name)) and given not in TRUE | FALSE:
            message = f"must be true or false, not {quoted(given)}"
            yield Problem(origin=Origin(source=f"input {name}"), message=message)
    if _is_on(inputs, DRY_RUN) and command in _ON_AWS and command not in _DRY:
        message = (
            f"says to write nothing, and `command: {command}` has no such way; leave it out, or use `command: plan`"
        )
        yield Problem(origin=Origin(source=f"input {DRY_RUN}"), message=message)


def _verb(inputs: Mapping[str, str]) -> str:
    verb = _text(inputs, "command") or "deploy"
    return "plan" if verb == "deploy" and _is_on(inputs, DRY_RUN) else verb


def _is_on(inputs: Mapping[str, str], name: str) -> bool:
    return _text(inputs, name) in TRUE


def _text(inputs: Mapping[str, str], name: str) -> str:
    """Empty where the input was left out: the runner does not tell the one from the other."""
    return inputs.get(name, "").strip()


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
