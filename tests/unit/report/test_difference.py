from __future__ import annotations

from lambda_ci.model.artifact import Saving
from lambda_ci.model.change import (
    Action,
    Change,
    CodeDifference,
    DistributionChange,
    FileChange,
    Plan,
    Resource,
    Weight,
)
from lambda_ci.report.difference import difference_lines, savings_text
from lambda_ci.report.plan import plan_text

KIB = 1024


def change(name: str, before: tuple[str, int] | None, after: tuple[str, int] | None) -> DistributionChange:
    def weight(of: tuple[str, int] | None) -> Weight | None:
        return Weight(size=of[1] * 2, compressed_size=of[1]) if of else None

    return DistributionChange(
        distribution=name,
        version_before=before[0] if before else "",
        version_after=after[0] if after else "",
        before=weight(before),
        after=weight(after),
    )


CODE = CodeDifference(
    version="7",
    before=Weight(size=3000 * KIB, compressed_size=1000 * KIB),
    after=Weight(size=2000 * KIB, compressed_size=1012 * KIB),
    distributions=(
        change("pandas", ("2.3.2", 500 * KIB), ("2.3.3", 400 * KIB)),
        change("six", ("1.16", 10 * KIB), None),
        change("pytz", None, ("2026.1", 200 * KIB)),
        change("numpy", ("2.3", 50 * KIB), ("2.3", 50 * KIB)),
        change("odd\nname", ("", 1), ("1", 2)),
        change("", ("", 100), ("", 612)),
    ),
    files=(FileChange(path="app.py", action="changed"), FileChange(path="x\r\ny.py", action="added")),
)


def test_a_difference_is_told_in_lines() -> None:
    assert list(difference_lines(CODE)) == [
        "package against version 7: 1000.0 KiB → 1012.0 KiB (+12.0 KiB)",
        "    unpacked: 2.9 MiB → 2.0 MiB (-1000.0 KiB)",
        "    ~ pandas 2.3.2 → 2.3.3: 500.0 KiB → 400.0 KiB (-100.0 KiB)",
        "    - six 1.16: 10.0 KiB",
        "    + pytz 2026.1: 200.0 KiB",
        "    ~ numpy 2.3: 50.0 KiB → 50.0 KiB (±0 B)",
        "    ~ odd\\nname (unknown) → 1: 1 B → 2 B (+1 B)",
        "    ~ the function's own files: 100 B → 612 B (+512 B)",
        "    2 own files: ~ app.py, + x\\r\\ny.py",
    ]


def test_what_is_not_known_is_said() -> None:
    code = CodeDifference(
        version="3", before=Weight(compressed_size=5), after=Weight(size=9, compressed_size=7), unknown="no"
    )
    assert list(difference_lines(code)) == ["package against version 3: 5 B → 7 B (+2 B)", "    (no)"]


def test_a_long_difference_is_cut() -> None:
    many = tuple(change(f"demo{index}", None, ("1", index)) for index in range(30))
    files = tuple(FileChange(path=f"{index}.py", action="removed") for index in range(12))
    code = CodeDifference(version="1", before=Weight(), after=Weight(), distributions=many, files=files)
    lines = list(difference_lines(code))
    assert lines[-2] == "    … and 10 other distributions"
    assert lines[-1] == "    12 own files: " + ", ".join(f"- {index}.py" for index in range(10)) + " …"


def test_it_stands_under_the_plan() -> None:
    code = Change(resource=Resource.CODE, action=Action.UPDATE)
    text = plan_text(Plan(function="f", function_name="f", changes=(code,), code=CODE))
    assert text.splitlines()[:3] == [
        "f: 1 change",
        "  ~ code",
        "  package against version 7: 1000.0 KiB → 1012.0 KiB (+12.0 KiB)",
    ]


def test_savings_are_told_by_rule() -> None:
    savings = (
        Saving(rule="tests", files=3488, size=52_429_729, compressed_size=11_702_313),
        Saving(rule="stubs", files=1, size=100, compressed_size=60),
    )
    expected = "left out: tests 11.2 MiB (50.0 MiB unpacked, 3488 files), stubs 60 B (100 B unpacked, 1 file)"
    assert savings_text(savings) == expected
    assert savings_text(()) == ""
