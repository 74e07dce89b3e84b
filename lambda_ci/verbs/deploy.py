"""``lambda-ci deploy``: build, update, publish, smoke-test the version, then move the alias."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambda_ci.errors import Interrupted, LambdaCiError
from lambda_ci.model.artifact import ImagePackage
from lambda_ci.model.change import Resource
from lambda_ci.model.history import Record
from lambda_ci.verbs.cloud import reach
from lambda_ci.verbs.command import AwsCommand
from lambda_ci.verbs.images import carried, image_maker
from lambda_ci.verbs.layers import announce_layers
from lambda_ci.verbs.origin import check_newer, record_of
from lambda_ci.verbs.outcome import failure_of, result_of
from lambda_ci.verbs.pipeline import build, settle
from lambda_ci.verbs.together import Together
from lambda_ci.verbs.verification import check, tested
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.console import Clock, Console
    from lambda_ci.deploy.attached import Attached
    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.release import Release
    from lambda_ci.deploy.services import Services
    from lambda_ci.image.maker import Maker
    from lambda_ci.model.change import Plan
    from lambda_ci.model.result import Failure, FunctionResult
    from lambda_ci.model.settings import Settings
    from lambda_ci.verbs.packages import Built
    from lambda_ci.verbs.world import World

_AGAIN = "deploy again: the next run finishes what this one began"
_STOPPED = failure_of(
    Interrupted("interrupted while it was deployed; the alias moves only at the very end", fix=_AGAIN)
)
_NOT_STARTED = failure_of(Interrupted("not deployed: the run ended before its turn", fix=_AGAIN))


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
        services = replace(services, record=record_of(settings, world))
        built = build(settings, world, importing=True)
        announce_layers(built, services, project=settings.project)
        with image_maker(settings, services, world) as maker:
            functions = _all(built, settings, services, world, maker=maker)
        result = result_of("deploy", settings, functions, seconds=world.clock.monotonic() - started)
        return Outcome(result=result, text=table(result), document=document(result))


def _all(
    built: Sequence[Built], settings: Settings, services: Services, world: World, *, maker: Maker
) -> list[FunctionResult]:
    """Several at once; after an interrupt those that have begun leave things in order, and the rest is only named."""

    def work(one: Built, console: Console, clock: Clock) -> FunctionResult:
        return _attempt(one, settings, replace(services, console=console, clock=clock), maker=maker, world=world)

    failures: list[Failure] = []

    def fatal(result: FunctionResult) -> bool:
        failures.extend([result.failure] if result.failure and settings.fail_fast else [])
        return bool(failures)

    def left(one: Built) -> FunctionResult:
        reason = _NOT_STARTED if crew.stop.called or not failures else _held_back(failures[0])
        return replace(one.result, failure=one.result.failure or reason)

    crew = Together(
        work=work,
        console=world.console,
        interrupted=lambda one: replace(one.result, failure=_STOPPED),
        left=left,
        fatal=fatal,
    )
    services.aws.stoppable(crew.stop)
    maker.stop = crew.stop
    return crew.all(built)


def _held_back(failure: Failure) -> Failure:
    """Of a function that is not deployed because of another one's failure, which decides how the run ends."""
    what = "not deployed: another function failed before its turn, and `fail-fast` is set"
    return replace(failure, what=what, why="", fix="mend what failed, then deploy again")


def _attempt(built: Built, settings: Settings, services: Services, *, maker: Maker, world: World) -> FunctionResult:
    """Deploy one function; what fails, fails for this function only."""
    if built.result.failure:
        return built.result
    started = services.clock.monotonic()
    deployment = _Deployment(
        built=built,
        maker=maker,
        world=world,
        settings=settings,
        services=services,
        result=replace(built.result, alias=built.function.spec.alias),
    )
    try:
        with services.console.step(f"deploy {built.function.name}"):
            deployment.run()
    except LambdaCiError as error:
        deployment.result = replace(deployment.result, failure=failure_of(error))
    except KeyboardInterrupt:
        deployment.result = replace(deployment.result, failure=_STOPPED)
    return replace(deployment.result, seconds=services.clock.monotonic() - started)


@dataclass(kw_only=True)
class _Deployment:
    """The order of the deploy stages for one function. ``result`` grows, so that a failure keeps what was reached."""

    built: Built
    maker: Maker
    world: World
    settings: Settings
    services: Services
    result: FunctionResult

    def run(self) -> None:
        from lambda_ci.deploy import apply, changes, deployed, desired, release
        from lambda_ci.deploy.finish import finish
        from lambda_ci.deploy.resources.layer import look_for_layers
        from lambda_ci.deploy.rollout.shift import roll_out
        from lambda_ci.report.plan import plan_text

        package = carried(self.built, self.maker, self.services, write=True)
        if package is None:
            return
        self.result = replace(self.result, image=package.uri if isinstance(package, ImagePackage) else "")
        layers, project = self.built.layers, self.settings.project
        wanted = desired.desired(self.built.function, package, project=project, layers=layers)
        present = look_for_layers(wanted, self._settled(wanted), self.services)
        plan = changes.plan(wanted, present, staging=self.services.staging)
        plan = deployed.with_difference(plan, wanted, present, self.services)
        self.services.console.line(plan_text(plan))
        self.result = replace(self.result, plan=plan, changed=plan.changed)
        if not plan.changed:
            self._keep(release.unchanged(present))
            self._reached(present.attached)
            return
        self._check_newer(plan, present)
        new = apply.apply(plan, wanted, present, self.services)
        self._keep(new)
        if new.moves:
            self.services.console.line(f"version {new.version} is published")
            self._verify(new)
            roll_out(new, self.built.function.spec.rollout, self.services)
            self.services.console.line(f"alias {new.alias} runs version {new.version}")
        self._reached(finish(plan, wanted, present, self.services))

    def _reached(self, attached: Attached) -> None:
        if attached.url:
            self.result = replace(self.result, url=attached.url.address)
            self.services.console.line(f"function URL: {attached.url.address}")

    def _check_newer(self, plan: Plan, present: Current) -> None:
        """Before anything is written."""
        if present.released is None or plan.find(Resource.VERSION) is None:
            return
        check_newer(
            Record.parse(present.released.description),
            self.settings,
            replace(self.world, console=self.services.console),
            own=self.services.record.commit,
            subject=f"the alias {present.alias} of {present.function_name}",
        )

    def _settled(self, wanted: Desired) -> Current:
        """What is there, once the split that a killed rollout left is taken back."""
        from lambda_ci.deploy.current import read
        from lambda_ci.deploy.rollout.shift import settle

        present = read(self.services.aws, wanted)
        if present.latest and settle(wanted.function_name, present.latest, self.services):
            return read(self.services.aws, wanted)
        return present

    def _keep(self, release: Release) -> None:
        self.result = replace(
            self.result,
            function_arn=release.function_arn,
            version=release.version,
            previous_version=release.previous_version,
        )

    def _verify(self, release: Release) -> None:
        results = tested(self.built.function, release, self.settings, self.services)
        self.result = replace(self.result, smoke=results)
        check(results, release, self.services)
