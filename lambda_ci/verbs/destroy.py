"""``lambda-ci destroy``: delete the functions that this project owns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.errors import ConfigurationError, LambdaCiError
from lambda_ci.model.result import FunctionResult
from lambda_ci.verbs.cloud import reach
from lambda_ci.verbs.command import AwsCommand
from lambda_ci.verbs.outcome import failure_of, result_of
from lambda_ci.verbs.settling import settle
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping

    from lambda_ci.deploy.destroy import Doomed
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.settings import Function
    from lambda_ci.verbs.world import World


class Destroy(AwsCommand):
    DESCRIPTION = (
        "Deletes the functions of the configuration with all their versions, aliases and triggers, after showing them and asking. Only "
        "what carries this project's mark is deleted; roles, logs and event source mappings stay."
    )

    yes: bool = False

    @staticmethod
    def declare(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask; needed where there is no terminal")
        AwsCommand.declare(parser)

    def run(self, world: World) -> Outcome:
        from lambda_ci.report.document import document
        from lambda_ci.report.table import table

        started = world.clock.monotonic()
        settings, services = reach(settle(self, world), world, local=self.local)
        found = {one.name: _found(one, settings.project, services) for one in settings.functions}
        doomed = {name: one for name, one in found.items() if not isinstance(one, FunctionResult)}
        self._ask(doomed.values(), world)
        functions = [_destroyed(one, found[one.name], services) for one in settings.functions]
        result = result_of("destroy", settings, functions, seconds=world.clock.monotonic() - started)
        return Outcome(result=result, text=table(result), document=document(result))

    def _ask(self, doomed: Iterable[Doomed], world: World) -> None:
        """Show what goes, and stop where nobody agrees."""
        lines = [_described(one) for one in doomed]
        for line in lines:
            world.console.line(line)
        if self.yes or not lines:
            return
        if not world.stdin.isatty():
            raise ConfigurationError(
                "nobody can be asked whether these functions are to be deleted", fix="run it again with --yes"
            )
        world.console.line(f"Type {len(lines)}, the number of functions, to delete them:")
        if world.stdin.readline().strip() != str(len(lines)):
            raise ConfigurationError("not confirmed: nothing was deleted", fix="type the number, or give --yes")


def _found(function: Function, project: str, services: Services) -> Doomed | FunctionResult:
    """What goes, or how it ends where nothing goes."""
    from lambda_ci.deploy.destroy import survey

    result = FunctionResult(name=function.name, function_name=function.function_name)
    try:
        return survey(function.function_name, project=project, services=services) or replace(result, changed=False)
    except LambdaCiError as error:
        return replace(result, failure=failure_of(error))


def _destroyed(function: Function, found: Doomed | FunctionResult, services: Services) -> FunctionResult:
    from lambda_ci.deploy.destroy import destroy

    if isinstance(found, FunctionResult):
        return found
    result = FunctionResult(
        name=function.name, function_name=function.function_name, function_arn=found.function_arn, changed=True
    )
    try:
        destroy(found, services)
    except LambdaCiError as error:
        return replace(result, failure=failure_of(error))
    return replace(result, removed=(function.function_name, *found.rules), kept=_left(found))


def _left(doomed: Doomed) -> Mapping[str, str]:
    return dict.fromkeys(doomed.mappings, "an event source mapping that lambda-ci did not make")


def _described(doomed: Doomed) -> str:
    aliases = ", ".join(doomed.aliases) or "none"
    rules = f", schedules {', '.join(doomed.rules)}" if doomed.rules else ""
    what = f"{doomed.function_name} ({doomed.function_arn})"
    return f"delete {what}: {len(doomed.versions)} versions, aliases {aliases}{rules}"
