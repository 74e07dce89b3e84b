"""Announcing a preview: its addresses once they answer, its comment, its deployments."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambda_ci.errors import LambdaCiError
from lambda_ci.model.preview import ANNOUNCE, Deployment, State, group_of
from lambda_ci.verbs.outcome import failure_of
from lambda_ci.verbs.preview.forges import tried
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic import JsonValue

    from lambda_ci.model.preview import Announcements, PullRequest
    from lambda_ci.model.result import FunctionResult, RunResult
    from lambda_ci.model.settings import Function, Settings
    from lambda_ci.preview.forge import Forge
    from lambda_ci.verbs.world import World


@dataclass(frozen=True, kw_only=True)
class Announcer:
    """Of one preview. What the forge refuses is a warning."""

    pull: PullRequest
    forge: Forge | None
    settings: Settings
    world: World

    @property
    def _where(self) -> Announcements:
        return ANNOUNCE[self.settings.preview.announce]

    @property
    def _run(self) -> str:
        return run_address(self.world)

    @contextmanager
    def seen(self) -> Iterator[None]:
        """Beside the pull request it is seen that something goes on, and that it broke off where the block raises."""
        self._announce_all(State.RUNNING)
        try:
            yield
        except BaseException:
            self._announce_all(State.FAILURE)
            raise

    def answering(self, functions: Sequence[FunctionResult]) -> list[FunctionResult]:
        """The results, with a failure where a public address does not answer in time."""
        specs = {one.name: one for one in self.settings.functions}
        return [self._answering(one, specs[one.name]) for one in functions]

    def told(self, result: RunResult) -> Outcome:
        """Announce it everywhere it is wanted."""
        from lambda_ci.report.comment import marker, preview_comment
        from lambda_ci.report.document import document
        from lambda_ci.report.redaction import redacted
        from lambda_ci.report.table import table

        for one in result.functions:
            state = State.FAILURE if one.failure else State.SUCCESS
            self._announce(self._deployment(one.name, state, url="" if one.failure else one.url))
        project, forge, comment = self.settings.project, self.forge, ""
        if self._where.comment and forge:
            text = preview_comment(
                redacted(result, self.world.console.redact), self.pull, project=project, run=self._run
            )
            mark = marker("preview", project)
            comment = tried(lambda: forge.comment(self.pull.number, marker=mark, markdown=text), self.world) or ""
        about: dict[str, JsonValue] = {
            "pull-request": self.pull.number,
            "mark": self.pull.mark,
            "comment": comment or None,
        }
        return Outcome(result=result, text=table(result), document={**document(result), "preview": about})

    def _answering(self, one: FunctionResult, function: Function) -> FunctionResult:
        from lambda_ci.adapters.probe import probe
        from lambda_ci.preview.answering import wait_for

        public = getattr(function.spec.url, "auth_type", "") == "NONE"
        if one.failure or not (one.url and public):
            return one
        address = one.url.rstrip("/") + self.settings.preview.path
        try:
            with self.world.console.step(f"wait until {one.name} answers"):
                wait_for(address, lambda url: probe(url, environ=self.world.environ), self.world.clock)
        except LambdaCiError as error:
            return replace(one, failure=failure_of(error))
        return one

    def _announce_all(self, state: State) -> None:
        for one in self.settings.functions:
            self._announce(self._deployment(one.name, state))

    def _deployment(self, name: str, state: State, *, url: str = "") -> Deployment:
        group = group_of(self.settings.project, self.pull.number)
        several = len(self.settings.functions) > 1
        return Deployment(
            group=group,
            environment=f"{group}/{name}" if several else group,
            commit=self.pull.head,
            state=state,
            url=url,
            log=self._run,
        )

    def _announce(self, deployment: Deployment) -> None:
        if self._where.deployment and (forge := self.forge) and deployment.commit:
            tried(lambda: forge.announce(deployment), self.world)


def run_address(world: World) -> str:
    """The address of this run for people; empty outside a CI system."""
    from lambda_ci.ci.run import run_of

    run = run_of(world.environ)
    return run.invocation if run else ""
