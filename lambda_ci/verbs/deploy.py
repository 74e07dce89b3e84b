"""``lambda-ci deploy``: build, update, publish, smoke-test the version, then move the alias."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambda_ci.errors import Interrupted, LambdaCiError
from lambda_ci.verbs.cloud import reach
from lambda_ci.verbs.command import AwsCommand
from lambda_ci.verbs.outcome import failure_of, result_of
from lambda_ci.verbs.pipeline import build, settle
from lambda_ci.verbs.verification import check, tested
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.deploy.release import Release
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.artifact import Package
    from lambda_ci.model.result import FunctionResult
    from lambda_ci.model.settings import Function, Settings
    from lambda_ci.verbs.pipeline import Built
    from lambda_ci.verbs.world import World

_AGAIN = "deploy again: the next run finishes what this one began"
_STOPPED = failure_of(
    Interrupted("interrupted while it was deployed; the alias moves only at the very end", fix=_AGAIN)
)
_NOT_STARTED = failure_of(Interrupted("not deployed: the run was interrupted before its turn", fix=_AGAIN))


class Deploy(AwsCommand):
    DESCRIPTION = (
        "Creates or updates the functions (only what is declared), publishes a version, invokes that version with the smoke "
        "tests, and moves the alias only when they pass. Nothing to change: nothing is written, exit code 0. "
        "Exit code 5: AWS refused; 6: the smoke test failed and the alias stayed."
    )

    def run(self, world: World) -> Outcome:
        from lambda_ci.report.document import document
        from lambda_ci.report.table import table

        started = world.clock.monotonic()
        settings, services = reach(settle(self, world), world, local=self.local)
        built = build(settings, world)
        functions = _all(built, settings, services, world)
        result = result_of("deploy", settings, functions, seconds=world.clock.monotonic() - started)
        return Outcome(result=result, text=table(result), document=document(result))


def _all(built: Sequence[Built], settings: Settings, services: Services, world: World) -> list[FunctionResult]:
    """One function after the other; after an interrupt the rest is only named."""
    results: list[FunctionResult] = []
    interrupted = False
    for one in built:
        result = replace(one.result, failure=_NOT_STARTED) if interrupted else _attempt(one, settings, services, world)
        interrupted = result.failure is not None and result.failure.exit_code == Interrupted.exit_code
        results.append(result)
    return results


def _attempt(built: Built, settings: Settings, services: Services, world: World) -> FunctionResult:
    """Deploy one function; what fails, fails for this function only."""
    if built.package is None:
        return built.result
    started = world.clock.monotonic()
    deployment = _Deployment(
        function=built.function,
        package=built.package,
        settings=settings,
        services=services,
        result=replace(built.result, alias=built.function.spec.alias),
    )
    try:
        with world.console.step(f"deploy {built.function.name}"):
            deployment.run()
    except LambdaCiError as error:
        deployment.result = replace(deployment.result, failure=failure_of(error))
    except KeyboardInterrupt:
        deployment.result = replace(deployment.result, failure=_STOPPED)
    return replace(deployment.result, seconds=world.clock.monotonic() - started)


@dataclass(kw_only=True)
class _Deployment:
    """The order of the deploy stages for one function. ``result`` grows, so that a failure keeps what was reached."""

    function: Function
    package: Package
    settings: Settings
    services: Services
    result: FunctionResult

    def run(self) -> None:
        from lambda_ci.deploy import apply, changes, current, desired, release
        from lambda_ci.deploy.rollout.shift import roll_out, settle
        from lambda_ci.report.plan import plan_text

        wanted = desired.desired(self.function, self.package, project=self.settings.project)
        present = current.read(self.services.aws, wanted)
        if present.latest and settle(wanted.function_name, present.latest, self.services):
            present = current.read(self.services.aws, wanted)
        plan = changes.plan(wanted, present, staging=self.services.staging)
        self.services.console.line(plan_text(plan))
        self.result = replace(self.result, plan=plan, changed=plan.changed)
        if not plan.changed:
            self._keep(release.unchanged(present))
            return
        new = apply.apply(plan, wanted, present, self.services)
        self._keep(new)
        if not new.moves:
            return
        self.services.console.line(f"version {new.version} is published")
        self._verify(new)
        roll_out(new, self.function.spec.rollout, self.services)
        self.services.console.line(f"alias {new.alias} runs version {new.version}")

    def _keep(self, release: Release) -> None:
        self.result = replace(
            self.result,
            function_arn=release.function_arn,
            version=release.version,
            previous_version=release.previous_version,
        )

    def _verify(self, release: Release) -> None:
        results = tested(self.function, release, self.settings, self.services)
        self.result = replace(self.result, smoke=results)
        check(results, release, self.services)
