"""``lambda-ci prune``: delete old versions that nothing uses."""

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

    from lambda_ci.deploy.services import Services
    from lambda_ci.model.settings import Function
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
        functions = [self._attempt(one, settings.project, keep, services) for one in settings.functions]
        result = result_of("prune", settings, functions, seconds=world.clock.monotonic() - started)
        return Outcome(result=result, text=table(result), document=document(result))

    def _attempt(self, function: Function, project: str, keep: int, services: Services) -> FunctionResult:
        """One function; what fails, fails for this function only."""
        result = FunctionResult(name=function.name, function_name=function.function_name)
        try:
            with services.console.step(f"prune {function.name}"):
                return self._pruned(result, project, keep, services)
        except LambdaCiError as error:
            return replace(result, failure=failure_of(error))

    def _pruned(self, result: FunctionResult, project: str, keep: int, services: Services) -> FunctionResult:
        from lambda_ci.deploy.prune import prune, survey

        pruning = survey(result.function_name, keep=keep, project=project, services=services)
        if pruning is None:
            services.console.line(f"there is no function {result.function_name}")
            return replace(result, changed=False)
        result = replace(result, function_arn=pruning.function_arn, kept=pruning.stays)
        if self.dry_run:
            services.console.line(f"would delete: {', '.join(pruning.goes) or 'nothing'}")
            return replace(result, changed=False)
        ended: dict[str, str] = {}
        try:
            ended.update(prune(result.function_name, pruning, services))
        except LambdaCiError as error:
            result = replace(result, failure=failure_of(error))
        removed = tuple(number for number, reason in ended.items() if not reason)
        refused = {number: reason for number, reason in ended.items() if reason}
        return replace(result, removed=removed, kept={**refused, **pruning.stays}, changed=bool(removed))


def _count(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or not 1 <= int(text[:6]) <= 100_000:
        raise ConfigurationError(
            f"--keep must be a number from 1 to 100000, not {text!r}",
            fix="say how many versions stay, such as --keep 10",
        )
    return int(text)
