"""``lambda-ci preview down``: everything that carries a pull request's mark goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.errors import LambdaCiError
from lambda_ci.model.preview import ANNOUNCE, group_of
from lambda_ci.verbs.cloud import reach
from lambda_ci.verbs.outcome import result_of
from lambda_ci.verbs.preview.forges import forge_of, tried
from lambda_ci.verbs.preview.removal import Removal
from lambda_ci.verbs.preview.work_tree import check_tree
from lambda_ci.verbs.settings import settle
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from lambda_ci.model.preview import PullRequest
    from lambda_ci.model.settings import Settings
    from lambda_ci.preview.forge import Forge
    from lambda_ci.verbs.command import AwsCommand
    from lambda_ci.verbs.world import World

VERB = "preview down"
CLOSED = "the pull request is closed"


def down(command: AwsCommand, world: World, pull: PullRequest, *, why: str = CLOSED, dry_run: bool = False) -> Outcome:
    """Done again, or for a pull request that never had a preview, it does nothing and succeeds."""
    from lambda_ci.report.document import document
    from lambda_ci.report.table import table

    started = world.clock.monotonic()
    settings = settle(command, world, preview=True)
    check_tree(settings, world, pull)
    settings, services = reach(settings, world, local=command.local)
    removal = Removal(project=settings.project, services=services, dry_run=dry_run)
    with world.console.step(f"remove the preview of {pull.mark}"):
        names = _names(settings, pull, removal, world)
        functions = [removal.remove(name, pull.mark, key=key) for name, key in names.items()]
    if not (dry_run or command.local) and not any(one.failure for one in functions):
        tell(forge_of(world), pull.number, settings, world, why=why)
    result = result_of(VERB, settings, functions, seconds=world.clock.monotonic() - started)
    about: dict[str, JsonValue] = {"pull-request": pull.number, "mark": pull.mark}
    return Outcome(result=result, text=table(result), document={**document(result), "preview": about})


def tell(forge: Forge | None, number: int, settings: Settings, world: World, *, why: str) -> None:
    """Where it was announced; a comment that is not there is not written now."""
    from lambda_ci.report.comment import marker, removed_comment

    if forge is None:
        return
    where, project = ANNOUNCE[settings.preview.announce], settings.project
    if where.comment:
        text, mark = removed_comment(project=project, why=why), marker("preview", project)
        tried(lambda: forge.comment(number, marker=mark, markdown=text, create=False), world)
    if where.deployment:
        tried(lambda: forge.retire(group_of(project, number)), world)


def _names(settings: Settings, pull: PullRequest, removal: Removal, world: World) -> Mapping[str, str]:
    """What may be there, with its key: what the file names now, and whatever else carries the mark.

    The one is known at once, AWS finds the other only after a while; the file may have named it otherwise by then.
    """
    from lambda_ci.preview.naming import preview_name

    names = {preview_name(one.function_name, pull.number): one.name for one in settings.functions}
    try:
        found = [one.function_name for one in removal.marked() if one.mark == pull.mark]
    except LambdaCiError as error:
        world.console.line(f"functions that the file does not name any more are not looked for: {error.what}")
        found = []
    return {**dict(zip(found, found, strict=True)), **names}
