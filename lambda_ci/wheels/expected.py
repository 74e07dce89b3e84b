"""Which wheels a lock will bring, told before they are on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError
from lambda_ci.model.artifact import Wheel
from lambda_ci.wheels.choice import Choice
from lambda_ci.wheels.fetch import Depot, ordered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lambda_ci.model.artifact import Lock
    from lambda_ci.model.spec.packages import BuildSpec


def ahead(lock: Lock, options: BuildSpec, depot: Depot, *, keep_out: Sequence[Path]) -> tuple[Wheel, ...] | None:
    """The wheels, as ``fetch`` would give them, under paths where nothing need be yet; of unknown size where the lock tells none (0).
    What was built from a source, here or by a machine that shares its cache, is there.

    ``None`` where that cannot be known: one has to be built first, the lock names one by another hash than SHA-256, or
    something is wrong, which fetching reports.
    """
    try:
        wanted = ordered(lock, options)
        if any(isinstance(one, Choice) and one.algorithm != "sha256" for one in wanted):
            return None
        built = depot.built([one for one in wanted if not isinstance(one, Choice)], keep_out=keep_out)
    except BuildError:
        return None
    wheels = [_wheel(one, depot) if isinstance(one, Choice) else built.get(one) for one in wanted]
    known = tuple(one for one in wheels if one)
    return known if len(known) == len(wheels) else None


def _wheel(choice: Choice, depot: Depot) -> Wheel:
    return Wheel(
        name=choice.name,
        version=choice.version,
        filename=choice.filename,
        path=depot.store.path(choice),
        sha256=choice.digest,
        size=choice.size or 0,
    )
