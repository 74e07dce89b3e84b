"""The plan as a comment under the pull request that the run is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.ci.pull_request import pull_request
from lambda_ci.verbs.preview.announcing import run_address
from lambda_ci.verbs.preview.forges import forge_of, tried, warn
from lambda_ci.verbs.preview.work_tree import check_tree

if TYPE_CHECKING:
    from lambda_ci.model.result import RunResult
    from lambda_ci.model.settings import Settings
    from lambda_ci.verbs.world import World


def check(settings: Settings, world: World) -> None:
    """Raises ConfigurationError where a fork's code would be built and its configuration read with the base repository's rights."""
    pull = pull_request(world.environ)
    if pull and pull.privileged:
        check_tree(settings, world, pull)


def write(result: RunResult, settings: Settings, world: World) -> None:
    """One comment for each project, edited in place. What keeps it from being written is a warning."""
    from lambda_ci.report.comment import marker, plan_comment
    from lambda_ci.report.redaction import redacted

    pull = pull_request(world.environ)
    if pull is None:
        world.console.line("no comment: this run is about no pull request")
        return
    if pull.from_fork and not pull.privileged:
        warn(world, "no comment: the pull request comes from a fork, and its runs can only read")
        return
    if (forge := forge_of(world)) is None:
        return
    subject = f"{settings.project} {settings.stage}" if settings.stage else settings.project
    text = plan_comment(redacted(result, world.console.redact), project=subject, run=run_address(world))
    mark = marker("plan", subject)
    tried(lambda: forge.comment(pull.number, marker=mark, markdown=text), world)
