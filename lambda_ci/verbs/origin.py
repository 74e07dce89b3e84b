"""Where a run comes from: the commit it works on, and the run of the CI system."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.errors import AwsError, ConfigurationError
from lambda_ci.model.inventory import Repository

if TYPE_CHECKING:
    from lambda_ci.model.history import Record
    from lambda_ci.model.settings import Settings
    from lambda_ci.verbs.world import World


def repository_of(settings: Settings, world: World) -> Repository | None:
    """The work tree's commit, else what the CI system says; ``None`` where nobody knows. Found out once in a run."""
    if settings.root not in world.repositories:
        world.repositories[settings.root] = _found(settings, world)
    return world.repositories[settings.root]


def _found(settings: Settings, world: World) -> Repository | None:
    from lambda_ci.adapters.git import state
    from lambda_ci.ci.reports import files_in
    from lambda_ci.ci.run import run_of

    run = run_of(world.environ)
    without = (settings.output_dir, settings.cache_dir, *files_in(settings.report_dir))
    found = state(settings.root, without=without, environ=world.environ)
    repository = Repository(commit=found.commit, url=found.url, dirty=found.dirty) if found else None
    if repository and run and run.repository and run.repository.commit == repository.commit:
        repository = replace(repository, url=run.repository.url or repository.url)
    return repository or (run.repository if run else None)


def record_of(settings: Settings, world: World) -> Record:
    """What the versions that are published now remember. A work tree with changes is no commit, but comes after one."""
    from lambda_ci.ci.run import run_of
    from lambda_ci.model.history import Record

    repository, run = repository_of(settings, world), run_of(world.environ)
    commit, number = repository.commit if repository else "", run.number if run else ""
    return Record(base=commit, run=number) if repository and repository.dirty else Record(commit=commit, run=number)


def check_newer(released: Record, settings: Settings, world: World, *, own: Record, subject: str) -> None:
    """Raises AwsError where ``subject`` runs what is newer than ``own``: a job that was late would undo a newer deployment."""
    if why := newer(released, settings, world, own=own, subject=subject):
        raise AwsError(
            f"{subject} runs {why}",
            why="An older deployment that comes late would undo a newer one.",
            fix="deploy the newer commit; to go back use `lambda-ci rollback`, or allow it with --allow-older",
        )


def newer(released: Record, settings: Settings, world: World, *, own: Record, subject: str) -> str:
    """That what runs is newer, in words; empty where it is not, where nobody knows, and where it may be.

    A clone that does not know both commits, such as a shallow one, leaves the runs of the CI system: they are counted.
    """
    if settings.allow_older or not (own.place and released.place):
        return ""
    later = _precedes(own.place, released.place, settings, world)
    if later is None and _began_before(own.run, released.run):
        return f"what run {released.run} deployed, which began after this one, {own.run}"
    if later is None:
        world.console.line(
            f"{subject} runs commit {released.place}, which no clone here knows: whether it is newer is not known"
        )
    return f"a newer commit, {released.place}, than this one, {own.place[:12]}" if later else ""


def _began_before(own: str, other: str) -> bool:
    return own.isdecimal() and other.isdecimal() and int(own) < int(other)


def _precedes(commit: str, later: str, settings: Settings, world: World) -> bool | None:
    """``None`` where nobody knows: also where the files came without a repository (an artifact of another job), or without git."""
    from lambda_ci.adapters.git_changes import work_tree

    try:
        return work_tree(settings.root, environ=world.environ).precedes(commit, later)
    except ConfigurationError:
        return None


def check_revision(settings: Settings, *, function_name: str, revision: str) -> None:
    """Raises AwsError where the function is no longer the one that somebody looked at. ``revision`` is empty without a function."""
    if settings.revision_id in {"", revision}:
        return
    is_now = f"has the revision {revision}" if revision else "does not exist"
    raise AwsError(
        f"the function {function_name} {is_now}, not {settings.revision_id}",
        why="It was changed since that revision was read, and `revision-id` says to go on only while it is the same.",
        fix="look at what it is now (`lambda-ci plan`), and give its revision, or none",
    )
