"""When schedules run next, at a moment of November 2026."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, reset_tzpath

import pytest

from lambda_ci.adapters.scheduler import Timed
from lambda_ci.deploy.triggers.scheduler import over
from lambda_ci.model.result import FunctionResult, RunResult
from lambda_ci.verbs.next_runs import foretold
from tests.fakes.configuration import Configuration

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lambda_ci.model.result import Upcoming

NOW = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
ROLE = "role: 'arn:aws:iam::123456789012:role/scheduler'"


def upcoming(folder: Path, schedule: str) -> Upcoming:
    configuration = Configuration(folder=folder)
    configuration.one(
        f"source: .\nrole: arn:aws:iam::123456789012:role/orders\ntriggers: [{{schedule: {{{schedule}}}}}]"
    )
    result = RunResult(verb="plan", functions=(FunctionResult(name="f", function_name="f"),), seconds=0.0)
    (found,) = foretold(result, configuration.load(), now=NOW).functions[0].schedules
    return found


@pytest.fixture
def ignorant() -> Iterator[None]:
    """A machine without data of time zones, whose Python has no package for it either."""
    packages = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "tzdata"}
    for name in {*packages, "tzdata"}:
        sys.modules[name] = None  # type: ignore[assignment]  # as the import system has it for what cannot be imported
    reset_tzpath(to=[])
    ZoneInfo.clear_cache()
    yield
    reset_tzpath()
    del sys.modules["tzdata"]
    sys.modules.update(packages)


@pytest.mark.parametrize(
    ("schedule", "runs"),
    [
        ("expression: cron(0 18 * * ? *)", ("2026-11-21 18:00", "2026-11-22 18:00", "2026-11-23 18:00")),
        ("expression: cron(0 18 * * ? *), timezone: Asia/Tokyo", ("2026-11-22 09:00", "2026-11-23 09:00", "2026-11-24 09:00")),
        ("expression: cron(0 18 * * ? *), end: 2026-11-22T18:00:00", ("2026-11-21 18:00", "2026-11-22 18:00")),
        ("expression: cron(0 0 1 * ? *), start: 2027-01-01T00:00:00, timezone: Europe/Berlin, end: 2027-02-01T00:00:00",
         ("2026-12-31 23:00", "2027-01-31 23:00")),
        ("expression: cron(0 18 * * ? *), end: 2026-01-01T00:00:00", ()),
        ("expression: at(2026-11-21T16:31:00), timezone: Europe/Berlin", ("2026-11-21 15:31",)),
        ("expression: at(2026-11-21T16:30:00), timezone: Europe/Berlin", ()),
        ("expression: at(2026-12-01T00:00:00), enabled: false", ()),
    ],
)  # fmt: skip
def test_the_next_runs_are_told(tmp_path: Path, schedule: str, runs: tuple[str, ...]) -> None:
    role = ROLE if any(word in schedule for word in ("at(", "timezone", "end")) else "name: a"
    assert upcoming(tmp_path, f"{schedule}, {role}").runs == runs


def test_a_rate_has_none_and_ends(tmp_path: Path) -> None:
    assert upcoming(tmp_path, f"expression: rate(1 hour), {ROLE}").every == "every hour"
    ended = upcoming(tmp_path, f"expression: rate(1 hour), end: 2026-01-01T00:00:00, {ROLE}")
    assert (ended.every, ended.runs) == ("", ())


@pytest.mark.usefixtures("ignorant")
def test_without_data_of_time_zones_the_rest_works(tmp_path: Path) -> None:
    found = upcoming(tmp_path, f"expression: cron(0 18 * * ? *), timezone: Mars/Olympus, {ROLE}")
    assert (found.known, found.runs) == (False, ())
    assert upcoming(tmp_path, f"expression: at(2026-12-01T00:00:00), {ROLE}").runs == ("2026-12-01 00:00",)
    times = ["at(2026-11-21T03:30:00)", "at(2026-11-21T03:31:00)"]
    past = [over(Timed(name="a", expression=time, timezone="Mars/Olympus"), NOW) for time in times]
    assert past == [True, False], "it has come in every time zone"
    configuration = Configuration(folder=tmp_path)
    configuration.one(
        f"triggers: [{{schedule: {{expression: rate(1 hour), timezone: Europe/Berlin, start: 2026-12-01T00:00:00, {ROLE}}}}}]"
    )
    assert "this machine has no data of time zones to work it out: install tzdata" in "\n".join(
        configuration.problems()
    )
