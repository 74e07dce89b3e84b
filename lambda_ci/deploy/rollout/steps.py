"""The steps of a rollout: which share of the calls, and for how long. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambda_ci.model.spec.serving import RolloutSpec


@dataclass(frozen=True)
class Step:
    """``weight``: the new version's share of the calls, between 0 and 1. ``seconds`` to watch before the next step."""

    weight: float
    seconds: float


def steps(rollout: RolloutSpec) -> tuple[Step, ...]:
    """Everything before the alias moves as a whole; none for ``all-at-once``."""
    seconds = rollout.minutes * 60
    if rollout.strategy == "canary":
        return (Step(_share(rollout.percent), seconds),)
    if rollout.strategy == "linear":
        shares = (_share(rollout.percent * number) for number in range(1, int(99.999 // rollout.percent) + 1))
        return tuple(Step(share, seconds) for share in shares if share < 1)  # the last can round up to everything
    return ()


def _share(percent: float) -> float:
    """Lambda keeps two digits of a percentage."""
    return round(percent / 100, 4)
