"""``lambda-ci preview up``: the functions of a pull request as functions of their own, announced once they answer."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lambda_ci.errors import AwsError, LambdaCiError
from lambda_ci.model.history import Record
from lambda_ci.model.preview import PREVIEW, PUSHED, Event
from lambda_ci.model.result import RunResult
from lambda_ci.verbs.building.pipeline import build
from lambda_ci.verbs.cloud import reach
from lambda_ci.verbs.deploy import delivered
from lambda_ci.verbs.next_runs import foretold
from lambda_ci.verbs.outcome import result_of
from lambda_ci.verbs.preview.announcing import Announcer
from lambda_ci.verbs.preview.forges import forge_of, tried, warn
from lambda_ci.verbs.preview.work_tree import check_commit, check_tree, with_head
from lambda_ci.verbs.settings import settle
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.preview import PullRequest
    from lambda_ci.model.result import FunctionResult
    from lambda_ci.model.settings import Settings
    from lambda_ci.preview.forge import Forge
    from lambda_ci.verbs.building.made import Built
    from lambda_ci.verbs.command import AwsCommand
    from lambda_ci.verbs.world import World

VERB = "preview up"


def up(command: AwsCommand, world: World, pull: PullRequest, *, prebuilt: str) -> Outcome:
    """Deploy, and announce what answers. Nothing is done for a commit that is not the newest any more."""
    from lambda_ci.preview.naming import as_preview

    started = world.clock.monotonic()
    settings = settle(command, world, preview=True)
    check_tree(settings, world, pull)
    if why := _unwanted(pull, settings):
        if pull.event is Event.UNLABELLED:
            from lambda_ci.verbs.preview.down import down

            return down(command, world, pull, why=f"the label {settings.preview.label} was taken off")
        return skipped(why, pull, world)
    forge = None if command.local else forge_of(world)
    pull = with_head(pull, forge, settings, world)
    guard = Guard(pull=pull, forge=forge, world=world)
    if why := guard.look():
        return skipped(why, pull, world)
    if not prebuilt:
        check_commit(settings, world, pull)
    settings = as_preview(settings, pull, asked=guard.asked)
    settings, services = reach(settings, world, local=command.local, builds=True)
    if prebuilt:
        services = replace(services, record=Record(commit=pull.head))
    announcer = Announcer(pull=pull, forge=guard.forge, settings=settings, world=world)
    with announcer.seen():
        functions = delivered(_built(settings, world, prebuilt=prebuilt), settings, services, world, guard=guard)
    if why := guard.stopped or guard.look(last=True):
        return _overtaken(command, world, pull, why=why, closed=guard.closed)
    _stamp(functions, services, world)
    functions = _answering(functions, announcer, world, local=command.local)
    result = result_of(VERB, settings, functions, seconds=world.clock.monotonic() - started)
    result = foretold(result, settings, now=world.clock.utc())
    return announcer.told(result)


def _answering(
    functions: list[FunctionResult], announcer: Announcer, world: World, *, local: bool
) -> list[FunctionResult]:
    if not local:
        return announcer.answering(functions)
    world.console.line(
        "nothing is announced: nobody else reaches the embedded AWS, and function URLs do not answer there"
    )
    return functions


def skipped(why: str, pull: PullRequest | None, world: World) -> Outcome:
    """Nothing is done, which is said where people look, and fails nothing."""
    from lambda_ci.report.document import document

    whose = f" of {pull.url or pull.mark}" if pull else ""
    warn(world, f"no preview{whose}: {why}")
    result = RunResult(verb=VERB, functions=(), seconds=0.0, notice=f"No preview: {why}.")
    return Outcome(result=result, text=result.notice, document=document(result))


class Superseded(LambdaCiError):
    """A newer commit was pushed, or the pull request was closed: this run stops, and that is right."""

    exit_code = 0


@dataclass(kw_only=True)
class Guard:
    """Keeps a run that is late from writing, and any run from taking a function that is somebody else's.

    What a function is was read before it is called and is written after it, under its RevisionId: no newer run comes between.
    """

    pull: PullRequest
    forge: Forge | None
    world: World
    asked: bool = False
    """Whether the forge says what the newest commit is."""
    closed: bool = False
    stopped: str = ""
    """Why a function was not written to."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __call__(self, present: Current) -> None:
        if present.latest and (found := present.latest.tags.get(PREVIEW)) != self.pull.mark:
            raise AwsError(
                f"there is a function {present.function_name} already, and it is not the preview of this pull request",
                why=f"Its tag {PREVIEW} is {found or 'not set'}, not {self.pull.mark}.",
                fix="rename one of the two functions, or delete that one if nobody needs it",
            )
        with self._lock:
            self.stopped = self.stopped or self.look(last=True)
        if self.stopped:
            raise Superseded(f"not deployed: {self.stopped}")

    def look(self, *, last: bool = False) -> str:
        """Why this run shall stop; empty: go on. ``last``: once the forge could not be asked, it is not asked again."""
        if self.forge is None or (last and not self.asked):
            return ""
        forge, number = self.forge, self.pull.number
        standing = tried(lambda: forge.standing(number), self.world)
        self.asked = standing is not None
        if standing is None:
            return ""
        if not standing.open:
            self.closed = True
            return "the pull request is closed"
        if self.pull.head and standing.head != self.pull.head:
            return f"a newer commit was pushed, {standing.head[:12]}; this run is about {self.pull.head[:12]}"
        return ""


def _unwanted(pull: PullRequest, settings: Settings) -> str:
    if pull.event is Event.CLOSED:
        return "the pull request is closed"
    label = settings.preview.label
    return f"it does not have the label {label}" if label and label not in pull.labels else ""


def _built(settings: Settings, world: World, *, prebuilt: str) -> Sequence[Built]:
    if not prebuilt:
        return build(settings, world, importing=True)
    from lambda_ci.verbs.preview.prebuilt import taken

    return taken(settings, world.cwd / prebuilt)


def _overtaken(command: AwsCommand, world: World, pull: PullRequest, *, why: str, closed: bool) -> Outcome:
    """A newer run announces its own; of a pull request that was closed meanwhile nothing may stay."""
    if not closed:
        return skipped(why, pull, world)
    from lambda_ci.verbs.preview.down import down

    return down(command, world, pull)


def _stamp(functions: Sequence[FunctionResult], services: Services, world: World) -> None:
    """When it was deployed last: what ``preview.ttl`` counts from."""
    from lambda_ci.adapters.aws_errors import Refusal, asking
    from lambda_ci.preview.leftovers import stamp

    client, now = services.aws.lambda_client(), stamp(world.clock.utc())
    for one in functions:
        if one.failure or not one.function_arn:
            continue
        arn = ":".join(one.function_arn.split(":")[:7])
        try:
            with asking(f"tag {one.function_name} with the time"):
                client.tag_resource(Resource=arn, Tags={PUSHED: now})
        except Refusal as refusal:
            warn(world, refusal.what)
