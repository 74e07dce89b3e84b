"""What is on AWS and not of this configuration: found by comparing $LATEST, which others can change at any time, with the version
that the alias runs, which nobody can. Pure: the comparison needs nothing that a deploy does not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.deploy.live import LATEST
from lambda_ci.deploy.package import runs
from lambda_ci.deploy.plan.comparison import environment, fields, observed, same
from lambda_ci.deploy.triggers.event_sources import of_others
from lambda_ci.model.change import Drift, Fate, Where, hashed
from lambda_ci.model.history import describes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic import JsonValue

    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live

_TOLD = 12
"""Characters of a digest that are shown."""


def drift(desired: Desired, current: Current, *, publishes: bool) -> tuple[Drift, ...]:
    """``publishes``: whether a version is made of $LATEST as it will be."""
    live, released = current.latest, current.released
    if live is None:
        return ()
    left = tuple(_left(desired, current, live))
    if released is None or released.version == LATEST:
        return left
    moved = _Moved(
        desired=desired, live=live, released=released, undeclared=Fate.GOES_LIVE if publishes else Fate.WAITS
    )
    return (*moved.members(), *moved.code(), *moved.variables(), *left)


@dataclass(frozen=True, kw_only=True)
class _Moved:
    """What $LATEST has otherwise than the version that the alias runs, and not because it is declared so."""

    desired: Desired
    live: Live
    released: Live
    undeclared: Fate
    """What becomes of what is not declared."""

    def members(self) -> Iterator[Drift]:
        """A structure is told by its keys: those that are declared are put back, the others go with $LATEST."""
        for name in sorted({*self.live.members, *self.released.members}):
            found, ran = (observed(name, one, self.desired.function_name) for one in (self.live, self.released))
            if name != "Description" or not describes(str(ran or ""), str(found or "")):
                yield from self._member(name, found, ran)

    def code(self) -> Iterator[Drift]:
        """Whatever $LATEST runs is replaced by the package, which is always declared."""
        if self.live.code_sha256 != self.released.code_sha256 and not runs(self.live, self.desired.package):
            before, found = (one.code_sha256[:_TOLD] for one in (self.released, self.live))
            yield self._drift("code-sha256", before, found, Fate.REPLACED)

    def variables(self) -> Iterator[Drift]:
        """Values are secrets: short hashes tell whether they are the same."""
        live, released, desired = self.live, self.released, self.desired
        if live.environment_error or released.environment_error:
            return
        final = live.environment if desired.environment is None else environment(desired, live)
        for key in sorted({*live.environment, *released.environment}):
            found, ran = live.environment.get(key), released.environment.get(key)
            stays, ours = final.get(key) == found, key in (desired.environment or {}) or key in desired.unset
            if found != ran and not (ours and stays):
                fate = self.undeclared if stays else Fate.REPLACED
                yield self._drift(f"environment.{key}", hashed(ran), hashed(found), fate)

    def _member(self, name: str, found: JsonValue, ran: JsonValue) -> Iterator[Drift]:
        wanted = self.desired.members.get(name)
        for part, now, before in _parts(name, found, ran):
            declared = wanted.get(part) if isinstance(wanted, dict) else wanted
            if same(part, now, before) or (declared is not None and same(part, declared, now)):
                continue
            fate = self.undeclared if declared is None else Fate.REPLACED
            for one in fields(name if part == name else f"{name}.{part}", now, before):
                yield self._drift(one.field, one.before, one.after, fate)

    def _drift(self, field: str, before: str, found: str, fate: Fate) -> Drift:
        return Drift(where=Where.LATEST, field=field, before=before, found=found, fate=fate)


def _parts(name: str, found: JsonValue, ran: JsonValue) -> Iterator[tuple[str, JsonValue, JsonValue]]:
    if not isinstance(found, dict) and not isinstance(ran, dict):
        yield name, found, ran
        return
    now, before = (one if isinstance(one, dict) else {} for one in (found, ran))
    for key in sorted({*now, *before}):
        yield key, now.get(key), before.get(key)


def _left(desired: Desired, current: Current, live: Live) -> Iterator[Drift]:
    """What others have put beside what is declared, where it is known anyway."""
    declared, reserved = desired.environment, live.reserved_concurrency
    if declared is not None and not desired.environment_replaces:
        yield from _kept("environment", sorted(live.environment.keys() - declared.keys() - desired.unset))
    if desired.reserved_concurrency is None and not desired.code_only and reserved is not None:
        yield from _kept("reserved-concurrency", [str(reserved)])
    if desired.triggers is not None:
        yield from _kept("event-sources", of_others(desired.triggers.event_sources, current.triggers.event_sources))
    yield from _kept("permissions", current.alias_settings.permissions.others)


def _kept(field: str, found: Sequence[str]) -> Iterator[Drift]:
    if found:
        yield Drift(where=Where.FUNCTION, field=field, found=", ".join(found), fate=Fate.LEFT)
