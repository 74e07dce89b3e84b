"""``lambda-ci lock``: the dependencies of each function to a lock beside its dependency file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError
from lambda_ci.model.result import FunctionResult
from lambda_ci.model.settings import Layer
from lambda_ci.verbs.building.parts import known_as, parts, selection_of
from lambda_ci.verbs.building.private_indexes import with_access
from lambda_ci.verbs.command import Command, add_json, add_settings
from lambda_ci.verbs.outcome import failure_of, result_of
from lambda_ci.verbs.settings import settle
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from pydantic import JsonValue

    from lambda_ci.lock.resolve import Locked
    from lambda_ci.model.settings import Function, Settings
    from lambda_ci.verbs.world import World


class Lock(Command):
    DESCRIPTION = (
        "Resolves the dependencies of each function for its runtime, and writes what came out beside the dependency file, as "
        "pylock.NAME.toml (PEP 751) with every file's address and sha256. A build takes that lock from then on; it stops when the "
        "dependency file was changed since. A uv.lock, poetry.lock, Pipfile.lock or pylock.toml is a lock already and stays as it "
        "is. With --frozen nothing is written: it only tells whether every function has a lock that is up to date. "
        "Exit code 3: the dependencies cannot be resolved."
    )

    @staticmethod
    def declare(parser: argparse.ArgumentParser) -> None:
        add_json(parser)
        add_settings(parser)

    def run(self, world: World) -> Outcome:
        from lambda_ci.report.document import document

        started = world.clock.monotonic()
        settings = settle(self, world)
        with with_access(settings, world) as inside, world.console.step("lock") as step:
            done = [_attempt(part, settings, inside) for part in parts(settings)]
            step.failed = any(result.failure for result, _ in done)
        result = result_of("lock", settings, [one for one, _ in done], seconds=world.clock.monotonic() - started)
        locks: dict[str, JsonValue] = {one.name: _members(locked) for one, locked in done}
        lines = [_line(one.name, locked, settings.root) for one, locked in done if not one.failure]
        return Outcome(result=result, text="\n".join(lines), document=document(result) | {"locks": locks})


def _attempt(part: Function | Layer, settings: Settings, world: World) -> tuple[FunctionResult, Locked | None]:
    """What fails, fails for this function or layer only."""
    name = known_as(part)
    result = FunctionResult(name=name, function_name=name if isinstance(part, Layer) else part.function_name)
    try:
        return result, _lock(part, settings, world)
    except BuildError as error:
        world.console.line(f"✗ {name}: {error.what}")
        return replace(result, failure=failure_of(error)), None


def _lock(part: Function | Layer, settings: Settings, world: World) -> Locked | None:
    from lambda_ci.adapters.uv import Uv
    from lambda_ci.lock.resolve import Resolver, find_lock, write_lock

    if part.requirements is None:
        return None
    return (find_lock if settings.frozen else write_lock)(
        part.requirements,
        part.spec.target,
        Resolver(uv=Uv(world.environ), cache_dir=settings.cache_dir, console=world.console),
        selection=selection_of(part, frozen=settings.frozen),
        building=part.spec.build.backend != "wheels",
    )


def _line(name: str, locked: Locked | None, root: Path) -> str:
    if locked is None:
        return f"{name}: no dependencies"
    path = locked.path.relative_to(root) if locked.path.is_relative_to(root) else locked.path
    count = f"{locked.packages} package{'s' * (locked.packages != 1)}"
    return f"{name}: {path}, {count}{'' if locked.changed else ', unchanged'}"


def _members(locked: Locked | None) -> JsonValue:
    """``null`` where a function has no dependencies, or failed."""
    if locked is None:
        return None
    return {"path": str(locked.path), "packages": locked.packages, "changed": locked.changed}
