"""The plans of many functions at once: reading takes as many requests as deploying, and nothing of it waits for anything else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambda_ci.errors import Interrupted, LambdaCiError
from lambda_ci.model.change import Drift, Fate, Where
from lambda_ci.model.history import Record
from lambda_ci.verbs.building.images import carried
from lambda_ci.verbs.deploying.parallel import Together
from lambda_ci.verbs.deploying.verification import check_callable
from lambda_ci.verbs.origin import check_revision, newer, record_of
from lambda_ci.verbs.outcome import failure_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.console import Clock, Console
    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.services import Services
    from lambda_ci.image.maker import Maker
    from lambda_ci.model.change import Plan
    from lambda_ci.model.result import FunctionResult
    from lambda_ci.model.settings import Settings
    from lambda_ci.verbs.building.made import Built
    from lambda_ci.verbs.world import World

_STOPPED = failure_of(Interrupted("interrupted while it was planned", fix="run it again"))


@dataclass(frozen=True, kw_only=True)
class Planning:
    """What the plans of one run have in common."""

    maker: Maker
    services: Services
    settings: Settings
    world: World

    def all(self, built: Sequence[Built]) -> list[FunctionResult]:
        """The results with their plans, in the order of the functions; what fails, fails for its function."""

        def stopped(one: Built) -> FunctionResult:
            return one.result if one.result.failure else replace(one.result, failure=_STOPPED)

        crew = Together(work=self._planned, console=self.world.console, interrupted=stopped, left=stopped)
        self.services.aws.stoppable(crew.stop)
        return crew.all(built)

    def _planned(self, built: Built, console: Console, clock: Clock) -> FunctionResult:
        apart = replace(
            self,
            services=replace(self.services, console=console, clock=clock),
            world=replace(self.world, console=console),
        )
        try:
            return apart.plan(built)
        except LambdaCiError as error:
            return replace(built.result, failure=failure_of(error))

    def plan(self, built: Built) -> FunctionResult:
        """The result with what a deploy would do, and what callers get until then; unchanged where the function was not built.
        Raises ``LambdaCiError``."""
        from lambda_ci.deploy import current, desired
        from lambda_ci.deploy.package_diff import deployed
        from lambda_ci.deploy.plan import changes
        from lambda_ci.deploy.plan.alias import with_alias
        from lambda_ci.deploy.resources.layer import look_for_layers

        services, settings = self.services, self.settings
        package = carried(built, self.maker, services, write=False)
        if package is None:
            return built.result
        wanted = desired.desired(built.function, package, project=settings.project, layers=built.layers)
        present = look_for_layers(wanted, current.read(services.aws, wanted), services)
        revision = present.latest.revision_id if present.latest else ""
        check_revision(settings, function_name=wanted.function_name, revision=revision)
        plan = changes.plan(wanted, present, staging=services.staging)
        check_callable(built.function, plan, present)
        plan = with_alias(deployed.with_difference(plan, wanted, present, services), present, services)
        plan = self._with_order(plan, present)
        return replace(_now(built.result, present), plan=plan, changed=plan.changed)

    def _with_order(self, plan: Plan, present: Current) -> Plan:
        """The plan with what keeps a deploy from it: that what runs is newer."""
        if present.released is None or not plan.changed:
            return plan
        subject = f"the alias {present.alias} of {present.function_name}"
        own, released = record_of(self.settings, self.world), Record.parse(present.released.description)
        why = newer(released, self.settings, self.world, own=own, subject=subject)
        late = Drift(where=Where.ALIAS, field=f"alias.{present.alias}", found=why, fate=Fate.OUTDATES)
        return replace(plan, drift=(*plan.drift, late)) if why else plan


def _now(result: FunctionResult, present: Current) -> FunctionResult:
    """The result with what is on AWS now, as far as the function is there."""
    if present.latest is None:
        return result
    result = replace(result, function_arn=present.latest.function_arn)
    return replace(result, alias=present.alias, version=present.released.version) if present.released else result
