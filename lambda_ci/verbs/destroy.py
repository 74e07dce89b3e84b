"""``lambda-ci destroy``: delete the functions that this project owns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.errors import ConfigurationError
from lambda_ci.verbs.cloud import reach
from lambda_ci.verbs.command import AwsCommand
from lambda_ci.verbs.each import Each
from lambda_ci.verbs.outcome import result_of
from lambda_ci.verbs.settings import settle
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, MutableMapping, Sequence

    from lambda_ci.deploy.destroy import Doomed
    from lambda_ci.verbs.each import Attempt
    from lambda_ci.verbs.world import World


class Destroy(AwsCommand):
    DESCRIPTION = (
        "Deletes the functions of the configuration with all their versions, aliases and triggers, after showing them and asking. Only "
        "what carries this project's mark is deleted; roles, logs and event source mappings of others stay."
    )

    yes: bool = False

    @staticmethod
    def declare(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask; needed where there is no terminal")
        AwsCommand.declare(parser)

    def run(self, world: World) -> Outcome:
        from lambda_ci.deploy.destroy import Doomed
        from lambda_ci.report.document import document
        from lambda_ci.report.table import table

        started = world.clock.monotonic()
        settings, services = reach(settle(self, world), world, local=self.local)
        each, doomed = Each.of(settings, services), dict[str, Doomed]()
        functions = each.do(lambda one: _survey(one, settings.project, doomed))
        if not each.stop.called:
            self._ask([doomed[one.name] for one in functions if one.name in doomed], world)
        functions = each.do(lambda one: _destroy(one, doomed))
        result = result_of("destroy", settings, functions, seconds=world.clock.monotonic() - started)
        return Outcome(result=result, text=table(result), document=document(result))

    def _ask(self, doomed: Sequence[Doomed], world: World) -> None:
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


def _survey(attempt: Attempt, project: str, doomed: MutableMapping[str, Doomed]) -> None:
    """Note what goes."""
    from lambda_ci.deploy.destroy import survey

    found = survey(attempt.function.function_name, project=project, services=attempt.services)
    if found is None:
        attempt.result = replace(attempt.result, changed=False)
        return
    attempt.result = replace(attempt.result, function_arn=found.function_arn)
    doomed[attempt.function.name] = found


def _destroy(attempt: Attempt, doomed: Mapping[str, Doomed]) -> None:
    from lambda_ci.deploy.destroy import destroy

    found = doomed.get(attempt.function.name)
    if found is None:
        return
    attempt.result = replace(attempt.result, changed=True)
    destroy(found, attempt.services)
    attempt.result = replace(
        attempt.result, removed=(found.function_name, *found.rules, *found.event_sources), kept=_left(found)
    )


def _left(doomed: Doomed) -> Mapping[str, str]:
    return dict.fromkeys(doomed.mappings, "an event source mapping that lambda-ci did not make")


def _described(doomed: Doomed) -> str:
    aliases = ", ".join(doomed.aliases) or "none"
    rules = f", schedules {', '.join(doomed.rules)}" if doomed.rules else ""
    rules += f", event sources {', '.join(doomed.event_sources)}" if doomed.event_sources else ""
    what = f"{doomed.function_name} ({doomed.function_arn})"
    return f"delete {what}: {len(doomed.versions)} versions, aliases {aliases}{rules}"
