"""GitLab's sections, report and variables; and what hostile text can do, which is nothing."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.ci.gitlab import GitLab
from lambda_ci.ci.reports import Reports
from lambda_ci.main import SystemClock
from lambda_ci.model.problem import Origin, Problem, Severity
from tests.fakes.log_readers import Section, sections

if TYPE_CHECKING:
    from pathlib import Path

FRAGMENTS = st.sampled_from([
    "section_start:1:x\r\x1b[0K",
    "\x1b[0K",
    "section_end:1:lambda_ci_1_build\r\x1b[0K",
    "section_start:1:a[collapsed=true]",
    "\r",
    "\x1b",
    "\x9b0K",
    "[0K",
    "\n",
])
HOSTILE = st.lists(FRAGMENTS | st.text(max_size=5), max_size=12).map("".join)


class _Clock(SystemClock):
    def utc(self) -> datetime:
        return datetime(2026, 1, 2, tzinfo=UTC)


STARTED = int(_Clock().utc().timestamp())


def _gitlab(folder: Path | None = None) -> GitLab:
    return GitLab(clock=_Clock(), reports=Reports(folder=folder))


def test_a_step_is_a_section_that_is_folded_up() -> None:
    gitlab = _gitlab()
    start = f"\x1b[0Ksection_start:{STARTED}:lambda_ci_1_build_orders[collapsed=true]\r\x1b[0Kbuild: orders"
    assert gitlab.group("build: orders") == start
    assert gitlab.end_group() == f"\x1b[0Ksection_end:{STARTED}:lambda_ci_1_build_orders\r\x1b[0K"


def test_sections_have_names_of_their_own_and_end_in_order() -> None:
    gitlab = _gitlab()
    log = "\n".join([gitlab.group("a"), gitlab.group("a"), gitlab.end_group(), gitlab.end_group(), gitlab.end_group()])
    assert [(one.kind, one.name) for one in sections(log)] == [
        ("start", "lambda_ci_1_a"),
        ("start", "lambda_ci_2_a"),
        ("end", "lambda_ci_2_a"),
        ("end", "lambda_ci_1_a"),
    ]


def test_work_beside_other_work_ends_its_own_section() -> None:
    gitlab, told = _gitlab(), dict[str, str]()
    gitlab.group("one")

    def beside() -> None:
        told["start"], told["end"] = gitlab.group("two"), gitlab.end_group()

    thread = threading.Thread(target=beside)
    thread.start()
    thread.join()
    assert [one.name for one in sections(told["start"] + told["end"])] == ["lambda_ci_2_two"] * 2
    assert sections(gitlab.end_group())[0].name == "lambda_ci_1_one"


@given(HOSTILE)
def test_a_title_can_neither_end_nor_name_a_section(title: str) -> None:
    [section] = sections(_gitlab().group(title))
    assert section == Section("start", STARTED, section.name, "collapsed=true")
    assert section.name.startswith("lambda_ci_1")


@given(HOSTILE)
def test_no_text_can_open_or_end_a_section(text: str) -> None:
    gitlab = _gitlab()
    problem = Problem(origin=Origin(source=text, line=1), message=text, key=text)
    shown = [gitlab.line(text), gitlab.untrusted(text), gitlab.answer(text), gitlab.problem(problem)]
    assert [sections(one) for one in shown] == [[]] * 4


def test_an_answer_that_marks_nothing_is_left_as_it_is() -> None:
    assert _gitlab().answer('{"section_start": 1}\r\n') == '{"section_start": 1}\r\n'


def test_problems_in_files_are_a_code_quality_report(tmp_path: Path) -> None:
    wrong = Problem(origin=Origin(source="./lambda-ci.yml", line=3, column=5), key="a.b", message="must be 1")
    warning = Problem(origin=Origin(source="x.yml", line=1), message="odd", severity=Severity.WARNING)
    nowhere = Problem(origin=Origin(source="--stage"), message="no such stage")
    assert _gitlab(tmp_path).write_problems([wrong, nowhere, warning, wrong]) is None
    found = json.loads((tmp_path / "gl-code-quality-report.json").read_text(encoding="utf-8"))
    assert [{key: one[key] for key in one.keys() - {"fingerprint"}} for one in found[:2]] == [
        {
            "description": "a.b: must be 1",
            "check_name": "lambda-ci",
            "severity": "critical",
            "location": {"path": "lambda-ci.yml", "lines": {"begin": 3}},
        },
        {
            "description": "odd",
            "check_name": "lambda-ci",
            "severity": "minor",
            "location": {"path": "x.yml", "lines": {"begin": 1}},
        },
    ]
    assert len({one["fingerprint"] for one in found}) == 3


def test_a_finding_keeps_its_fingerprint_on_another_line(tmp_path: Path) -> None:
    prints = []
    for line in (3, 30):
        _gitlab(tmp_path).write_problems([Problem(origin=Origin(source="a.yml", line=line), message="m")])
        prints.append(json.loads((tmp_path / "gl-code-quality-report.json").read_text("utf-8"))[0]["fingerprint"])
    assert prints[0] == prints[1]


def test_without_problems_the_report_is_empty_but_there(tmp_path: Path) -> None:
    _gitlab(tmp_path).write_problems([])
    assert json.loads((tmp_path / "gl-code-quality-report.json").read_text("utf-8")) == []
