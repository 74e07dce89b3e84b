"""``lambda-ci rollback``: back to what the aliases ran before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.verbs.cloud import reach
from lambda_ci.verbs.command import AwsCommand
from lambda_ci.verbs.deploying.verification import check, tested
from lambda_ci.verbs.each import Each
from lambda_ci.verbs.outcome import result_of
from lambda_ci.verbs.settings import settle
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    import argparse

    from lambda_ci.model.settings import Settings
    from lambda_ci.verbs.each import Attempt
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
        functions = Each.of(settings, services).do(lambda one: self._roll_back(one, settings), doing="roll back")
        result = result_of("rollback", settings, functions, seconds=world.clock.monotonic() - started)
        return Outcome(result=result, text=table(result), document=document(result))

    def _roll_back(self, attempt: Attempt, settings: Settings) -> None:
        from lambda_ci.deploy.rollback import choose, roll_back
        from lambda_ci.deploy.rollout.settle import halt

        function, services = attempt.function, attempt.services
        name, alias = function.function_name, function.spec.alias
        attempt.result = replace(attempt.result, alias=alias)
        halted = halt(name, alias, function.spec.rollout, services)
        rollback = choose(name, alias, to=self.to or halted, services=services)
        release = rollback.release
        if release.moves and not rollback.ran:
            services.console.line(f"the alias never ran version {release.version}: testing it first")
            smoke = tested(function, release, settings, services)
            attempt.result = replace(attempt.result, smoke=smoke)
            check(smoke, release, services, fix="choose another version with --to")
        changed = roll_back(rollback, services) or bool(halted)
        came_from = f" (commit {commit})" if (commit := rollback.version.record.commit) else ""
        services.console.line(f"alias {release.alias} runs version {release.version}{came_from}")
        attempt.result = replace(
            attempt.result,
            function_arn=release.function_arn,
            version=release.version,
            previous_version=release.previous_version,
            changed=changed,
        )
