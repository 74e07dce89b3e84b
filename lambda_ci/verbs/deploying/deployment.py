"""One function on its way to AWS: prepared (published and tested), released (the alias moves), and taken back where others fail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambda_ci.errors import Interrupted, LambdaCiError
from lambda_ci.model.artifact import ImagePackage
from lambda_ci.model.history import Record
from lambda_ci.verbs.building.images import carried
from lambda_ci.verbs.deploying.verification import check, check_callable, tested
from lambda_ci.verbs.origin import check_newer, check_revision
from lambda_ci.verbs.outcome import failure_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambda_ci.deploy.alias_settings import AliasSettings
    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.package import AnyPackage
    from lambda_ci.deploy.release import Release
    from lambda_ci.deploy.services import Services
    from lambda_ci.image.maker import Maker
    from lambda_ci.model.change import Plan
    from lambda_ci.model.result import Failure, FunctionResult
    from lambda_ci.model.settings import Settings
    from lambda_ci.verbs.building.made import Built
    from lambda_ci.verbs.world import World

AGAIN = "deploy again: the next run finishes what this one began"
STOPPED = failure_of(
    Interrupted(
        "interrupted while it was deployed",
        why="The alias runs what it ran before, or all of the tested version: `lambda-ci status` tells which.",
        fix=AGAIN,
    )
)


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What is left to do: a version that has passed its tests, and what comes after it."""

    plan: Plan
    wanted: Desired
    present: Current
    release: Release


@dataclass(kw_only=True)
class Deployment:
    """The order of the deploy stages for one function. ``result`` grows, so that a failure keeps what was reached."""

    built: Built
    maker: Maker
    world: World
    settings: Settings
    services: Services
    result: FunctionResult
    guard: Callable[[Current], None] | None = None
    """Looks at what is there right before anything is written; what it raises keeps everything as it is."""
    prepared: Prepared | None = None
    released: Release | None = None
    """Of which the alias has moved, or may have: the answer was lost."""
    done: bool = False
    """Whether nothing is left to do."""

    def attempt(self, *stages: Callable[[], None], doing: str = "deploy") -> FunctionResult:
        """Go through the stages; what fails, fails for this function only."""
        clock = self.services.clock
        started = clock.monotonic()
        try:
            with self.services.console.step(f"{doing} {self.built.function.name}"):
                for stage in stages:
                    stage()
        except LambdaCiError as error:
            self.fail(failure_of(error))
        except KeyboardInterrupt:
            self.fail(STOPPED)
        self.result = replace(self.result, seconds=self.result.seconds + clock.monotonic() - started)
        return self.result

    def fail(self, failure: Failure) -> None:
        """Keep why it did not work."""
        self.result = replace(self.result, failure=failure)

    def prepare(self) -> None:
        """Up to a version that has passed its tests. No caller sees anything of it."""
        from lambda_ci.deploy.release import unchanged

        package = carried(self.built, self.maker, self.services, write=True)
        if package is None:
            return
        self.result = replace(self.result, image=package.uri if isinstance(package, ImagePackage) else "")
        wanted, present = self._sides(package)
        plan = self._planned(wanted, present)
        if not plan.changed:
            self._keep(unchanged(present))
            self._reached(present.alias_settings)
            self.done = True
            return
        if self.guard:
            self.guard(present)
        self._check_newer(present)
        check_callable(self.built.function, plan, present)
        release = self._published(plan, wanted, present)
        self.prepared = Prepared(plan=plan, wanted=wanted, present=present, release=release)

    def _sides(self, package: AnyPackage) -> tuple[Desired, Current]:
        """What is declared, and what is there."""
        from lambda_ci.deploy.desired import desired
        from lambda_ci.deploy.resources.layer import look_for_layers

        layers, project = self.built.layers, self.settings.project
        wanted = desired(self.built.function, package, project=project, layers=layers)
        present = look_for_layers(wanted, self._settled(wanted), self.services)
        revision = present.latest.revision_id if present.latest else ""
        check_revision(self.settings, function_name=wanted.function_name, revision=revision)
        return wanted, present

    def _planned(self, wanted: Desired, present: Current) -> Plan:
        """Told as well."""
        from lambda_ci.deploy.package_diff.deployed import with_difference
        from lambda_ci.deploy.plan.changes import plan
        from lambda_ci.report.plan import plan_text

        found = plan(wanted, present, staging=self.services.staging)
        found = with_difference(found, wanted, present, self.services)
        self.services.console.line(plan_text(found))
        self.result = replace(self.result, plan=found, changed=found.changed)
        return found

    def _published(self, plan: Plan, wanted: Desired, present: Current) -> Release:
        """A version that has passed its tests, where one is new."""
        from lambda_ci.deploy.apply import apply

        new = apply(plan, wanted, present, self.services)
        self._keep(new)
        if not new.moves:
            return new
        self.services.console.line(f"version {new.version} is published")
        self._verify(new)
        return self._measured(new)

    def release(self) -> None:
        """Bring the calls to the version, and what the alias carries with them."""
        from lambda_ci.deploy.after_release import finish
        from lambda_ci.deploy.rollout.shift import roll_out

        if (ready := self.prepared) is None:
            return
        new = ready.release
        if new.moves:
            self.released = new
            roll_out(new, self.built.function.spec.rollout, self.services)
            self.result = replace(self.result, released=True)
            self.services.console.line(f"alias {new.alias} runs version {new.version}")
        self._reached(finish(ready.plan, ready.wanted, ready.present, self.services))
        self.done = True

    def take_back(self) -> None:
        """The alias to what it ran before, wherever it is now. Raises RollbackError."""
        from lambda_ci.deploy.revert import take_back

        if self.released:
            take_back(self.released, self.services)
            self.result = replace(self.result, released=False)
            self.services.console.line(
                f"alias {self.released.alias} runs version {self.released.previous_version} again"
            )

    def _reached(self, settings: AliasSettings) -> None:
        if settings.url:
            self.result = replace(self.result, url=settings.url.address)
            self.services.console.line(f"function URL: {settings.url.address}")

    def _check_newer(self, present: Current) -> None:
        """Before anything is written, also where only what is beside the version would change."""
        if present.released is None:
            return
        check_newer(
            Record.parse(present.released.description),
            self.settings,
            replace(self.world, console=self.services.console),
            own=self.services.record,
            subject=f"the alias {present.alias} of {present.function_name}",
        )

    def _settled(self, wanted: Desired) -> Current:
        """What is there, once the split that a killed rollout left is taken back."""
        from lambda_ci.deploy.current import read
        from lambda_ci.deploy.ownership import check_tags
        from lambda_ci.deploy.rollout.settle import settle

        present = read(self.services.aws, wanted)
        rollout = self.built.function.spec.rollout
        if present.latest and rollout.text:
            check_tags(present.latest, wanted.function_name)
        if present.latest and settle(wanted.function_name, present.latest, rollout, self.services):
            return read(self.services.aws, wanted)
        return present

    def _keep(self, release: Release) -> None:
        self.result = replace(
            self.result,
            function_arn=release.function_arn,
            version=release.version,
            previous_version=release.previous_version,
        )

    def _measured(self, release: Release) -> Release:
        """With the time that its first environment took, beside what the alias remembers of the version before."""
        from lambda_ci.deploy.resources.alias import read_alias

        seconds, before = self.result.init_seconds, release.previous_version
        if seconds is None:
            return release
        alias = read_alias(self.services.aws.lambda_client(), release.function_name, release.alias) if before else None
        previous = alias.history.init_seconds(before) if alias else None
        self.result = replace(self.result, previous_init_seconds=previous)
        return replace(release, init_seconds=seconds)

    def _verify(self, release: Release) -> None:
        results = tested(self.built.function, release, self.settings, self.services)
        self.result = replace(self.result, smoke=results)
        check(results, release, self.services)
