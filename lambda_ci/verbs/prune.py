"""``lambda-ci prune``: delete old versions that nothing uses."""

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

    from lambda_ci.verbs.each import Attempt
    from lambda_ci.verbs.world import World

_DEFAULT = 10


class Prune(AwsCommand):
    DESCRIPTION = (
        "Deletes old versions of the functions that this project owns. The newest ones stay, and whatever an alias, its weights "
        "or its history, provisioned concurrency, a policy or an event source mapping holds."
    )

    keep: str = str(_DEFAULT)
    dry_run: bool = False

    @staticmethod
    def declare(parser: argparse.ArgumentParser) -> None:
        text = f"how many of the newest versions stay, and how many steps a rollback can go (default: {_DEFAULT})"
        parser.add_argument("--keep", default=str(_DEFAULT), metavar="N", help=text)
        parser.add_argument("--dry-run", action="store_true", help="say what would be deleted, and delete nothing")
        AwsCommand.declare(parser)

    def run(self, world: World) -> Outcome:
        from lambda_ci.report.document import document
        from lambda_ci.report.table import table

        started, keep = world.clock.monotonic(), _count(self.keep)
        settings, services = reach(settle(self, world), world, local=self.local)
        functions = Each.of(settings, services).do(lambda one: self._prune(one, settings.project, keep), doing="prune")
        result = result_of("prune", settings, functions, seconds=world.clock.monotonic() - started)
        return Outcome(result=result, text=table(result), document=document(result))

    def _prune(self, attempt: Attempt, project: str, keep: int) -> None:
        from lambda_ci.deploy.prune import prune, survey

        name, services = attempt.function.function_name, attempt.services
        pruning = survey(name, keep=keep, project=project, services=services)
        if pruning is None:
            services.console.line(f"there is no function {name}")
            attempt.result = replace(attempt.result, changed=False)
            return
        attempt.result = replace(attempt.result, function_arn=pruning.function_arn, kept=pruning.stays, changed=False)
        if self.dry_run:
            services.console.line(f"would delete: {', '.join(pruning.goes) or 'nothing'}")
            return
        for number, refusal in prune(name, pruning, services):
            result = attempt.result
            if refusal:
                attempt.result = replace(result, kept={number: refusal, **result.kept})
            else:
                attempt.result = replace(result, removed=(*result.removed, number), changed=True)


def _count(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or not 1 <= int(text[:6]) <= 100_000:
        raise ConfigurationError(
            f"--keep must be a number from 1 to 100000, not {text!r}",
            fix="say how many versions stay, such as --keep 10",
        )
    return int(text)
