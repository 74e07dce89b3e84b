"""The job summary, in Markdown: how it ended, the table, the plan, failures with logs, and where the bytes are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.report import cells, layers, measures, schedules
from lambda_ci.report.difference import savings_text
from lambda_ci.report.failure import standing, worst
from lambda_ci.report.markdown import escape, fence, html, table
from lambda_ci.report.plan import plan_text
from lambda_ci.report.table import columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambda_ci.model.artifact import Bytecode, LedgerLine
    from lambda_ci.model.problem import Problem
    from lambda_ci.model.result import BuildResult, Failure, FunctionResult, RunResult, SmokeResult

LARGEST = 10
"""Distributions shown of each package."""
_BAR = 20


def summary(result: RunResult) -> str:
    """The summary of a run, ending with a line feed. Everything that others named or wrote is escaped."""
    return "\n\n".join(block for block in _blocks(result) if block) + "\n"


def _blocks(result: RunResult) -> Iterator[str]:
    yield f"### {_outcome(result)}"
    yield escape(result.notice)
    yield _table(result)
    yield standing(result)
    if result.failure:
        yield _failure(result.failure)
    yield _problems(result.problems)
    for one in result.functions:
        yield from _function(one)
    yield _cold_starts(result.functions)
    yield _passed(result.functions)
    yield _schedules(result.functions)
    yield _plans(result)
    yield from _sizes(result.functions)
    yield from _layer_sizes(result)
    yield _warnings(result.warnings)


def _outcome(result: RunResult) -> str:
    """``✅ deploy to prod: 12 functions, 3 changed, in 12.3 s``."""
    stage = f" to {escape(result.stage)}" if result.stage else ""
    failed = sum(one.failure is not None for one in result.functions)
    facts = [measures.number(len(result.functions), "function")] if result.functions else []
    facts += [f"{failed} failed"] if failed else []
    if any(one.changed is not None for one in result.functions):
        facts.append(f"{sum(bool(one.changed) for one in result.functions)} changed")
    mark = "❌" if worst(result) else "✅"
    return f"{mark} {escape(result.verb)}{stage}: {', '.join([*facts, f'in {measures.seconds(result.seconds)}'])}"


def _table(result: RunResult) -> str:
    if not result.functions:
        return ""
    chosen = columns(result.verb)
    right = [index for index, column in enumerate(chosen) if column.right]
    rows = [[column.cell(one) for column in chosen] for one in result.functions]
    return table([column.title for column in chosen], rows, right=right)


def _failure(failure: Failure, *, name: str = "") -> str:
    whose = f"{escape(name)}: " if name else ""
    why = fence(failure.why) if failure.why else ""
    fix = f"**What to do:** {escape(failure.fix)}" if failure.fix else ""
    return "\n\n".join(part for part in (f"#### ❌ {whose}{escape(failure.what)}", why, fix) if part)


def _problems(problems: Sequence[Problem]) -> str:
    rows = [[str(one.origin), one.key, one.message] for one in problems]
    return table(["where", "key", "problem"], rows) if rows else ""


def _function(one: FunctionResult) -> Iterator[str]:
    """What there is to say about one function beside its line in the table."""
    if one.failure:
        yield _failure(one.failure, name=one.name)
    if any(not case.passed for case in one.smoke):
        yield _cases(one.smoke)
    for case in one.smoke:
        if not case.passed and case.log_tail.strip():
            yield f"The end of the log of {escape(case.name)}:\n\n{fence(case.log_tail)}"


def _passed(functions: Sequence[FunctionResult]) -> str:
    """Folded up: what failed is above."""
    smoked = [one for one in functions if one.smoke and all(case.passed for case in one.smoke)]
    cases = [(one, case) for one in smoked for case in one.smoke]
    rows = [[one.name, case.name, measures.seconds(case.seconds)] for one, case in cases]
    title = f"{measures.number(len(rows), 'smoke test')} passed"
    return _details(title, table(["function", "smoke test", "time"], rows, right=[2])) if rows else ""


def _cases(cases: Sequence[SmokeResult]) -> str:
    rows = [[case.name, _verdict(case), measures.seconds(case.seconds)] for case in cases]
    return table(["smoke test", "result", "time"], rows, right=[2])


def _cold_starts(functions: Sequence[FunctionResult]) -> str:
    """How long Lambda made the first environment of each new version ready, against the version before."""
    rows = [_cold_start(one, seconds) for one in functions if (seconds := one.init_seconds) is not None]
    titles = ["function", "cold start", "the version before", "difference"]
    return table(titles, rows, right=[1, 2, 3]) if rows else ""


def _cold_start(one: FunctionResult, seconds: float) -> Sequence[str]:
    before = one.previous_init_seconds
    if not before:
        return [one.name, measures.seconds(seconds), cells.NOTHING, cells.NOTHING]
    change = f"{(seconds - before) / before:+.0%}"
    return [one.name, measures.seconds(seconds), measures.seconds(before), change]


def _schedules(functions: Sequence[FunctionResult]) -> str:
    """When each is called next by the clock."""
    rows = schedules.rows(functions)
    return table(schedules.TITLES, rows) if rows else ""


def _verdict(case: SmokeResult) -> str:
    return "passed" if case.passed else "; ".join(case.failures)


def _plans(result: RunResult) -> str:
    """What changes, and what is not of the configuration: for a plan in full view, after a deploy folded up."""
    texts = [
        plan_text(one.plan)
        for one in result.functions
        if one.plan and (one.plan.changed or one.plan.drift or one.plan.off)
    ]
    if not texts:
        return ""
    block = fence("\n\n".join(texts))
    return block if result.verb == "plan" else _details("Changes", block)


def _sizes(functions: Sequence[FunctionResult]) -> Iterator[str]:
    """Where the bytes of new packages are."""
    for one in functions:
        if one.build and one.build.ledger and one.changed is not False:
            sizes = f"{cells.package_size(one)}, {measures.size(one.build.unpacked_size)} unpacked"
            yield _details(f"Size of {one.name}: {sizes}", _ledger(one.build))


def _layer_sizes(result: RunResult) -> Iterator[str]:
    """The same for layers, each once."""
    for one in layers.used(result):
        if any(function.changed is not False for function in one.functions):
            sizes = f"{measures.size(one.layer.size)}, {measures.size(one.layer.unpacked_size)} unpacked"
            yield _details(f"Size of layer {one.layer.name}: {sizes}", _largest(one.layer.ledger))


def _ledger(build: BuildResult) -> str:
    told = (_largest(build.ledger), escape(savings_text(build.savings)), escape(_bytecode(build.bytecode)))
    return "\n\n".join(part for part in told if part)


def _largest(lines: Sequence[LedgerLine]) -> str:
    total = sum(line.compressed_size for line in lines) or 1
    rows = [_line(line, total) for line in lines[:LARGEST]]
    rest = lines[LARGEST:]
    if rest:
        compressed, unpacked = sum(line.compressed_size for line in rest), sum(line.size for line in rest)
        name = measures.number(len(rest), "other")
        rows.append([name, measures.size(compressed), measures.size(unpacked), _bar(compressed, total)])
    return table(["distribution", "in the package", "unpacked", ""], rows, right=[1, 2])


def _bytecode(bytecode: Bytecode) -> str:
    if bytecode.place:
        size = measures.size(bytecode.compressed_size)
        return f"Bytecode by {bytecode.place}: {measures.number(bytecode.files, 'file')}, {size} in the package."
    return f"No bytecode: {bytecode.why}." if bytecode.why else ""


def _line(line: LedgerLine, total: int) -> Sequence[str]:
    name = f"{line.distribution} {line.version}".strip() or "the function's own files"
    return [name, measures.size(line.compressed_size), measures.size(line.size), _bar(line.compressed_size, total)]


def _bar(part: int, total: int) -> str:
    return "█" * max(1, round(part / total * _BAR)) + f" {part / total:.0%}"


def _warnings(warnings: Sequence[Problem]) -> str:
    rows = [[str(one.origin), one.key, one.message] for one in warnings]
    return _details(measures.number(len(rows), "warning"), table(["where", "key", "warning"], rows)) if rows else ""


def _details(title: str, body: str) -> str:
    return f"<details><summary>{html(title)}</summary>\n\n{body}\n\n</details>"
