"""A plan as text: ``+`` created, ``~`` updated, ``-`` deleted, ``=`` unchanged, with the fields before → after; ``!`` found on AWS
and not of this configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.model.change import Action, Fate, FieldChange, Resource, Where
from lambda_ci.report import layers, measures
from lambda_ci.report.difference import difference_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lambda_ci.model.change import Change, Drift, Plan

SIGNS = {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "-", Action.UNCHANGED: "="}
_LONGEST = 200
_FATES: Mapping[tuple[Where, Fate], str] = {
    (Where.LATEST, Fate.REPLACED): "changed on $LATEST since the last release; put back as declared",
    (Where.LATEST, Fate.GOES_LIVE): "changed on $LATEST, not declared; goes live with this deploy",
    (Where.LATEST, Fate.WAITS): "changed on $LATEST, not declared; in no version until the next one is published",
    (Where.ALIAS, Fate.REPLACED): "not by lambda-ci; ends with this deploy",
    (Where.ALIAS, Fate.LEFT): "not by lambda-ci; left alone",
    (
        Where.ALIAS,
        Fate.BLOCKS,
    ): "another run moves the calls; a deploy stops before it writes anything, unless that run was killed",
    (Where.ALIAS, Fate.OUTDATES): "a deploy stops before it writes anything, without --allow-older",
    (Where.ALIAS, Fate.WAITED): "CodeDeploy moves the calls; a deploy waits for it first",
    (Where.FUNCTION, Fate.LEFT): "not declared; left alone",
}


def plan_text(plan: Plan) -> str:
    """The plan of one function, without a last line feed."""
    return "\n".join(_lines(plan))


def verdict(plan: Plan) -> str:
    """``unchanged``, or how many resources change."""
    count = sum(change.action is not Action.UNCHANGED for change in plan.changes)
    return f"{measures.number(count, 'change')}" if count else "unchanged"


def field_text(field: FieldChange) -> str:
    """One field, on one line: ``memory-size: 128 → 256``."""
    before, after = _shown(field.before), _shown(field.after)
    if not before:
        return f"{field.field}: {after}"
    return f"{field.field}: {before} → {after or '(removed)'}"


def drift_text(drift: Drift) -> str:
    """``memory-size: 128 → 512 (changed on $LATEST, not declared; goes live with this deploy)``."""
    field = FieldChange(field=drift.field, before=drift.before, after=drift.found)
    return f"{field_text(field)} ({_FATES[drift.where, drift.fate]})"


def _lines(plan: Plan) -> Iterator[str]:
    name = plan.function if plan.function == plan.function_name else f"{plan.function} ({plan.function_name})"
    yield f"{name}: {verdict(plan)}"
    for change in plan.changes:
        yield f"  {SIGNS[change.action]} {_heading(change)}"
        yield from (f"      {field_text(field)}" for field in _changed(change))
    yield from (f"  = {one}: off, because this is a preview" for one in plan.off)
    yield from (f"  ! {drift_text(one)}" for one in plan.drift)
    if plan.code:
        yield from (f"  {line}" for line in difference_lines(plan.code))


def _changed(change: Change) -> tuple[FieldChange, ...]:
    return () if change.action is Action.UNCHANGED or change.resource is Resource.LAYER else change.fields


def _heading(change: Change) -> str:
    if change.resource is Resource.LAYER:
        return f"layer {layers.heading(change)}"
    return f"{change.resource.value} {_shown(change.name)}".rstrip()


def _shown(value: str) -> str:
    text = "".join(char if char.isprintable() else repr(char)[1:-1] for char in value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
