"""One rollout, or one rollback, under one fault, and what must hold afterwards."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.deploy import apply, current, desired
from lambda_ci.deploy.after_release import finish
from lambda_ci.deploy.plan import changes
from lambda_ci.deploy.rollback import choose, roll_back
from lambda_ci.deploy.rollout.mark import TAG
from lambda_ci.deploy.rollout.settle import halt, settle
from lambda_ci.deploy.rollout.shift import roll_out
from lambda_ci.deploy.services import Services
from lambda_ci.errors import LambdaCiError, RollbackError
from tests.fakes.deployment import Killed, Project, declared
from tests.fakes.quiet import FakeClock, quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pydantic import JsonValue

    from lambda_ci.deploy.release import Release
    from lambda_ci.model.artifact import Package
    from lambda_ci.model.settings import Function
    from tests.fakes.aws_codedeploy import FakeCodeDeploy
    from tests.fakes.aws_lambda import Deployed
    from tests.fakes.aws_wire import Struck, Wire

KINDS: Mapping[str, dict[str, JsonValue]] = {
    "canary": {"strategy": "canary", "percent": 10, "minutes": 0.25, "alarms": ["late"]},
    "linear": {"strategy": "linear", "percent": 40, "minutes": 0.25},
    "codedeploy": {"codedeploy": {"application": "shop", "group": "orders"}},
    "rollback": {},
}
_SILENT = 200
"""Seconds after which a run that was killed is known to be dead."""


@dataclass(frozen=True)
class Cell:
    """``operation``: the request that the fault struck. ``survived``: the work was done in spite of it. ``trouble``: what should
    not be; empty when all is well."""

    kind: str
    operation: str
    place: int
    survived: bool
    trouble: str = ""


@dataclass(kw_only=True)
class Ground:
    """A function whose version 1 serves, and whose version 2 is published and tested; for a rollback 2 serves."""

    wire: Wire
    functions: Mapping[str, Function]
    package: Package
    before: Mapping[str, Deployed]
    release: Release
    services: Services

    @classmethod
    def prepared(cls, wire: Wire, folder: Path) -> Ground:
        """Made once: this takes long."""
        project = Project(folder=folder, server=wire.server, shared=wire.aws)
        project.deploy(project.function(), project.package("old"))
        wanted = desired.desired(project.function(), project.package("new"), project="shop")
        present = current.read(wire.aws, wanted)
        release = apply.apply(changes.plan(wanted, present, staging=None), wanted, present, project.services)
        before = copy.deepcopy(wire.server.functions)
        return cls(
            wire=wire,
            functions={kind: declared(folder, rollout=rollout) for kind, rollout in KINDS.items()},
            package=project.package("new"),
            before=before,
            release=release,
            services=project.services,
        )

    def places(self, kind: str) -> list[str]:
        """The requests of the work where nothing goes wrong."""
        self._restore(kind)
        self._work(kind)
        return list(self.wire.asked)

    def cell(
        self, kind: str, place: int, fault: Struck, *, meanwhile: Callable[[FakeCodeDeploy], object] = lambda _: None
    ) -> Cell:
        """The work under the fault; three minutes later the same again, as a user would do it. ``meanwhile``: what CodeDeploy does
        between both."""
        self._restore(kind)
        self.wire.begin(fault, place=place)
        ended: BaseException | None = None
        try:
            self._work(kind)
        except (LambdaCiError, Killed) as error:
            ended = error
        struck, trouble = [*self.wire.asked, *["nothing"] * place][place], self._unsafe() or self._half_way(kind, ended)
        self.wire.begin()
        self.services.clock.sleep(_SILENT)
        meanwhile(self.wire.server.codedeploy)
        return Cell(kind, struck, place, ended is None, trouble or self._again(kind))

    def _again(self, kind: str) -> str:
        try:
            if kind == "rollback":
                self._work(kind, to="1")
            else:
                self._deploy(kind)
        except LambdaCiError as error:
            return f"the second run failed: {error}"
        return self._unsettled(kind)

    def _deploy(self, kind: str) -> bool:
        """What the verb does; whether there was anything to do."""
        function = self.functions[kind]
        wanted = desired.desired(function, self.package, project="shop")
        present = current.read(self.services.aws, wanted)
        assert present.latest
        if settle("orders", present.latest, function.spec.rollout, self.services):
            alias = self.wire.server.functions["orders"].aliases["live"]
            assert "RoutingConfig" not in alias, "what a killed run split is taken back first"
            present = current.read(self.services.aws, wanted)
        plan = changes.plan(wanted, present, staging=None)
        if plan.changed:
            roll_out(apply.apply(plan, wanted, present, self.services), function.spec.rollout, self.services)
            finish(plan, wanted, present, self.services)
        return plan.changed

    def _work(self, kind: str, *, to: str = "") -> None:
        """A rollout alone, once its version is published and tested; a rollback as a whole, to where it goes by itself or ``to``."""
        rollout = self.functions[kind].spec.rollout
        if kind == "rollback":
            halt("orders", "live", rollout, self.services)
            roll_back(choose("orders", "live", to=to, services=self.services), self.services)
        else:
            roll_out(self.release, rollout, self.services)

    def _restore(self, kind: str) -> None:
        server, clock = self.wire.server, FakeClock()
        server.reset()
        server.functions.update(copy.deepcopy(self.before))
        server.codedeploy.groups["shop/orders"] = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
        server.cloudwatch.alarms["late"] = "OK"
        if kind == "rollback":
            moved = {"FunctionVersion": "2", "Description": "[lambda-ci: 2 < 1]"}
            server.functions["orders"].aliases["live"] |= moved
        self.services = Services(aws=self.wire.aws, clock=clock, console=quiet(clock)[0], staging=None)
        self.wire.begin()

    def _unsafe(self) -> str:
        """Callers get version 1, or 2, or both."""
        alias = self.wire.server.functions["orders"].aliases["live"]
        weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        sound = {alias["FunctionVersion"], *weights} <= {"1", "2"}
        return "" if sound else f"the alias serves {alias['FunctionVersion']} and {weights}"

    def _half_way(self, kind: str, ended: BaseException | None) -> str:
        """Who moves calls himself gives them back before he ends, or says that he cannot."""
        alias = self.wire.server.functions["orders"].aliases["live"]
        said = isinstance(ended, (Killed, RollbackError)) or kind == "codedeploy"
        return f"the calls were left split by {ended!r}" if "RoutingConfig" in alias and not said else ""

    def _unsettled(self, kind: str) -> str:
        """What is not as it is after work that went well."""
        orders = self.wire.server.functions["orders"]
        alias, version = orders.aliases["live"], "1" if kind == "rollback" else "2"
        history = "[lambda-ci: 1; not 2]" if kind == "rollback" else "[lambda-ci: 2 < 1]"
        found = (alias["FunctionVersion"], alias.get("RoutingConfig", {}), alias["Description"])
        if found != (version, {}, history):
            return f"in the end the alias is at {found}"
        if TAG in orders.tags or len(orders.versions) > 2:
            return f"in the end there is {orders.tags.get(TAG, '')}, and there are versions {list(orders.versions)}"
        if active := [one for one in self.wire.server.codedeploy.deployments.values() if not one.over]:
            return f"CodeDeploy is still at work: {active}"
        return "" if kind == "rollback" or not self._deploy(kind) else "a third run has something to do"
