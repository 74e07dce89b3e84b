"""Columns stay columns, whatever the names are."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.model.result import RunResult
from lambda_ci.report.table import table
from tests.fakes.results import deployed, run_of


def test_a_run_without_functions_has_no_table() -> None:
    assert table(RunResult(verb="deploy", functions=(), seconds=0)) == ""


def test_figures_are_aligned_right_and_words_left() -> None:
    lines = table(run_of(deployed("a"), deployed("longer", scale=1000))).split("\n")
    assert lines == [
        "function  version  alias      size  changed  smoke     seconds",
        "a         1 → 2    live   53.3 MiB  yes      1 passed   12.3 s",
        "longer    1 → 2    live   54.5 KiB  yes      1 passed   12.3 s",
    ]


def test_wide_characters_take_two_columns() -> None:
    first, second, third = table(run_of(deployed("注文"), deployed("abcd"))).split("\n")
    assert (first.index("version"), second.index("1 →"), third.index("1 →")) == (10, 8, 10)


@given(st.text())
def test_a_name_cannot_break_out_of_its_line(name: str) -> None:
    lines = table(run_of(replace(deployed("a"), name=name))).splitlines()
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)
