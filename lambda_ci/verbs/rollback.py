"""``lambda-ci rollback``: back to what the aliases ran before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.errors import LambdaCiError
from lambda_ci.model.result import FunctionResult
from lambda_ci.verbs.cloud import reach
from lambda_ci.verbs.command import AwsCommand
from lambda_ci.verbs.deploying.verification import check, tested
from lambda_ci.verbs.outcome import failure_of, result_of
from lambda_ci.verbs.settling import settle
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    import argparse

    from lambda_ci.deploy.services import Services
    from lambda_ci.model.settings import Function, Settings
    from lambda_ci.verbs.world import World


class Rollback(AwsCommand):
    DESCRIPTION = (
        "Moves each function's alias back to the version that it really ran before; the history is kept on AWS, in the "
        "alias's description. Doing it again goes further back. Nothing is built and no code changes. A version that the "
        "alias never ran is smoke-tested first."
    )

    to: str = ""

    @staticmethod
    def declare(parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--to", default="", metavar="VERSION|COMMIT", help="a published version, or the commit that it came from"
        )
        AwsCommand.declare(parser)

    def run(self, world: World) -> Outcome:
        from lambda_ci.report.document import document
        from lambda_ci.report.table import table

        started = world.clock.monotonic()
        settings, services = reach(settle(self, world), world, local=self.local)
        functions = [self._attempt(one, settings, services, world) for one in settings.functions]
        result = result_of("rollback", settings, functions, seconds=world.clock.monotonic() - started)
        return Outcome(result=result, text=table(result), document=document(result))

    def _attempt(self, function: Function, settings: Settings, services: Services, world: World) -> FunctionResult:
        """One function; what fails, fails for this function only."""
        started = world.clock.monotonic()
        result = FunctionResult(name=function.name, function_name=function.function_name, alias=function.spec.alias)
        try:
            with world.console.step(f"roll back {function.name}"):
                result = self._rolled_back(result, function, settings, services)
        except LambdaCiError as error:
            result = replace(result, failure=failure_of(error))
        return replace(result, seconds=world.clock.monotonic() - started)

    def _rolled_back(
        self, result: FunctionResult, function: Function, settings: Settings, services: Services
    ) -> FunctionResult:
        from lambda_ci.deploy.rollback import choose, roll_back
        from lambda_ci.deploy.rollout.settle import halt

        name, alias = function.function_name, function.spec.alias
        halted = halt(name, alias, function.spec.rollout, services)
        rollback = choose(name, alias, to=self.to or halted, services=services)
        release = rollback.release
        if release.moves and not rollback.ran:
            services.console.line(f"the alias never ran version {release.version}: testing it first")
            smoke = tested(function, release, settings, services)
            result = replace(result, smoke=smoke)
            check(smoke, release, services, fix="choose another version with --to")
        changed = roll_back(rollback, services) or bool(halted)
        came_from = f" (commit {commit})" if (commit := rollback.version.record.commit) else ""
        services.console.line(f"alias {release.alias} runs version {release.version}{came_from}")
        return replace(
            result,
            function_arn=release.function_arn,
            version=release.version,
            previous_version=release.previous_version,
            changed=changed,
        )
