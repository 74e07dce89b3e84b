"""What the table and the summary say about one function, in a word or two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.model.artifact import NO_BYTECODE
from lambda_ci.report import measures

if TYPE_CHECKING:
    from lambda_ci.model.result import FunctionResult

NOTHING = "-"


def version(one: FunctionResult) -> str:
    """``2``, or ``1 → 2`` where the alias left another version."""
    if one.previous_version and one.version and one.previous_version != one.version and one.failure is None:
        return f"{one.previous_version} → {one.version}"
    return one.version or NOTHING


def alias(one: FunctionResult) -> str:
    """``live``; after a failure, where it stayed; ``live (10% to 15)`` where a part of its calls goes to another version."""
    if one.weights:
        return f"{one.alias} ({', '.join(f'{share * 100:.4g}% to {number}' for number, share in one.weights.items())})"
    if one.failure is None or one.released or not one.alias:
        return one.alias or NOTHING
    if one.previous_version:
        return f"{one.alias} (still {one.previous_version})"
    return f"{one.alias} (not moved)"


def package_size(one: FunctionResult) -> str:
    """Of the zip file."""
    return measures.size(one.build.size) if one.build else NOTHING


def build_seconds(one: FunctionResult) -> str:
    """How long making the package took; ``unchanged`` where it was there already."""
    if one.build is None:
        return NOTHING
    return "unchanged" if one.build.unchanged else measures.seconds(one.build.seconds)


def bytecode(one: FunctionResult) -> str:
    """By which Python; the machine or the digest of its image is in the document."""
    if not one.build or one.build.bytecode == NO_BYTECODE:
        return NOTHING
    return one.build.bytecode.place.partition(" on ")[0].partition(" (")[0] or "no"


def imported(one: FunctionResult) -> str:
    """``yes``, ``before``, ``no``, or ``warned`` where it raised what may be well on Lambda; nothing where none was wanted, or it
    failed."""
    found = one.build.imported if one.build else None
    if found is None:
        return NOTHING
    if not found.place:
        return "no"
    return "warned" if not found.complete else "before" if found.before else "yes"


def changed(one: FunctionResult) -> str:
    """``yes`` or ``no``; a failure goes first."""
    if one.failure:
        return "failed"
    return NOTHING if one.changed is None else "yes" if one.changed else "no"


def changes(one: FunctionResult) -> str:
    """``~ code, + version``. Plans are a matter of few verbs: the others do not wait for the import."""
    if one.plan is None:
        return NOTHING
    from lambda_ci.model.change import Action
    from lambda_ci.report.plan import SIGNS

    changing = [change for change in one.plan.changes if change.action is not Action.UNCHANGED]
    return ", ".join(f"{SIGNS[change.action]} {change.resource}" for change in changing) or NOTHING


def state(one: FunctionResult) -> str:
    """AWS's word for it; ``not deployed`` where AWS knows no such function."""
    if one.failure:
        return "failed"
    return one.state or ("not deployed" if not one.function_arn else NOTHING)


def latest(one: FunctionResult) -> str:
    """Whether there is code or configuration that the alias does not run."""
    return NOTHING if one.unpublished is None else "differs" if one.unpublished else "same"


def removed(one: FunctionResult) -> str:
    """``3, 2, 1``; a failure goes first."""
    if one.failure:
        return "failed"
    return ", ".join(one.removed) or NOTHING


def kept(one: FunctionResult) -> str:
    """``5 (alias live), 4 (history of live)``."""
    return ", ".join(f"{name} ({why})" for name, why in one.kept.items()) or NOTHING


def smoke(one: FunctionResult) -> str:
    """``3 passed``, ``1 of 3 failed``."""
    failed = sum(not case.passed for case in one.smoke)
    if failed:
        return f"{failed} of {len(one.smoke)} failed"
    return f"{len(one.smoke)} passed" if one.smoke else NOTHING


def duration(one: FunctionResult) -> str:
    """Of everything that was done for the function."""
    return measures.seconds(one.seconds)
