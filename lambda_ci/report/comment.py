"""Comments under a pull request, in Markdown. Everybody who can read the repository reads them and no CI system masks them: they
hold facts of our own (names, versions, addresses, sizes, whether something failed), never the words of an error, a log or a value.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.report import cells
from lambda_ci.report.markdown import escape, fence, table
from lambda_ci.report.plan import plan_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.model.change import Change, Plan
    from lambda_ci.model.preview import PullRequest
    from lambda_ci.model.result import FunctionResult, RunResult

_ENVIRONMENT = "environment."
_LONGEST = 60_000
"""Characters of a plan: forges take 65,536 of a comment, or less."""
_FAILED = {
    2: "its configuration is wrong",
    3: "it could not be built",
    4: "its package would not work",
    5: "AWS refused it",
    6: "it did not pass its tests",
    7: "taking it back failed",
    130: "it was interrupted",
}


def marker(kind: str, project: str) -> str:
    """The first line of a comment, which nobody sees: ``kind`` is ``preview`` or ``plan``. HTML comments may not hold ``--``."""
    return f"<!-- lambda-ci {kind} of {project.replace('-', '.')} -->"


def preview_comment(result: RunResult, pull: PullRequest, *, project: str, run: str) -> str:
    """How a preview is now. ``run``: the address of the run that deployed it, for what failed."""
    commit = f" of `{escape(pull.head[:7])}`" if pull.head else ""
    failed = [one for one in result.functions if one.failure]
    mark = "❌" if failed else "🔎"
    rows = [
        [one.name, one.url or cells.NOTHING, cells.version(one), cells.smoke(one), cells.package_size(one)]
        for one in result.functions
    ]
    blocks = [
        f"{marker('preview', project)}\n### {mark} Preview{commit}",
        _linked(table(["function", "address", "version", "smoke", "size"], rows), result.functions),
        "\n".join(
            f"* ❌ **{escape(one.name)}**: {_FAILED.get(one.failure.exit_code, 'it failed')}"
            for one in failed
            if one.failure
        ),
        f"{_run(run)}It is removed when this is closed.",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def removed_comment(*, project: str, why: str) -> str:
    """What takes the place of a preview's comment once it is gone."""
    return f"{marker('preview', project)}\n### Preview removed\n\nIts functions were deleted: {escape(why)}.\n"


def plan_comment(result: RunResult, *, project: str, run: str) -> str:
    """What a deploy would change. Of variables only the names: a short hash of a weak secret is no secret."""
    texts = [plan_text(_without_hashes(one.plan)) for one in result.functions if one.plan]
    failed = [one for one in result.functions if one.failure]
    text = "\n\n".join(texts)
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n… (cut: the job's summary has all of it)"
    changed = sum(bool(one.changed) for one in result.functions)
    stage = f" to {escape(result.stage)}" if result.stage else ""
    blocks = [
        f"{marker('plan', project)}\n### {'❌' if failed else '📋'} Plan: a deploy{stage} would change {changed} of {len(result.functions)}",
        fence(shown) if shown else "",
        "\n".join(
            f"* ❌ **{escape(one.name)}**: {_FAILED.get(one.failure.exit_code, 'it failed')}"
            for one in failed
            if one.failure
        ),
        _run(run).rstrip(),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _run(run: str) -> str:
    return f"[The run]({run}) has the details. " if run else ""


def _linked(text: str, functions: Sequence[FunctionResult]) -> str:
    """Addresses as links: they are AWS's own, and cells are escaped."""
    for one in functions:
        if one.url:
            text = text.replace(escape(one.url), f"<{one.url}>")
    return text


def _without_hashes(plan: Plan) -> Plan:
    drift = tuple(
        replace(one, before=_set(one.before), found=_set(one.found)) if one.field.startswith(_ENVIRONMENT) else one
        for one in plan.drift
    )
    return replace(plan, changes=tuple(_named(change) for change in plan.changes), drift=drift)


def _named(change: Change) -> Change:
    fields = tuple(
        replace(one, before=_set(one.before), after=_set(one.after)) if one.field.startswith(_ENVIRONMENT) else one
        for one in change.fields
    )
    return replace(change, fields=fields)


def _set(value: str) -> str:
    return value and "set"
