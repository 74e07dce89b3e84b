from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.model.change import Plan
from lambda_ci.model.result import FunctionResult, RunResult, Upcoming
from lambda_ci.report.document import document
from lambda_ci.report.plan import plan_text
from lambda_ci.report.schedules import lines
from lambda_ci.report.summary import summary

if TYPE_CHECKING:
    from collections.abc import Sequence

RUNS = ("2026-11-23 18:00", "2026-11-24 18:00")
CRON = Upcoming(name="shop-orders-live-a", expression="cron(0 18 ? * MON-FRI *)", enabled=True, runs=RUNS)
RATE = Upcoming(name="shop-orders-live-b", expression="rate(1 hour)", enabled=True, every="every hour")
OFF = Upcoming(name="shop-orders-live-c", expression="rate(1 day)", enabled=False, every="every day")
PAST = Upcoming(name="shop-orders-live-d", expression="cron(0 0 1 1 ? 2020)", enabled=True)


def result(schedules: Sequence[Upcoming], *, off: tuple[str, ...] = ()) -> RunResult:
    plan = Plan(function="orders", function_name="orders", changes=(), off=off)
    one = FunctionResult(
        name="orders", function_name="orders", version="1", changed=False, plan=plan, schedules=tuple(schedules)
    )
    return RunResult(verb="deploy", functions=(one,), seconds=1.0)


def test_each_schedule_has_a_line_and_a_row() -> None:
    found = result([CRON, RATE, OFF, PAST])
    assert lines(found.functions).splitlines() == [
        "next scheduled runs (UTC)",
        "  orders: cron(0 18 ? * MON-FRI *): 2026-11-23 18:00, 2026-11-24 18:00",
        "  orders: rate(1 hour): every hour",
        "  orders: rate(1 day): none: it is disabled",
        "  orders: cron(0 0 1 1 ? 2020): none any more",
    ]
    shown = summary(found)
    assert "next runs (UTC)" in shown
    assert "2026-11-23 18:00, 2026-11-24 18:00" in shown
    assert lines(result([]).functions) == ""
    assert "next runs" not in summary(result([]))


def test_times_of_a_zone_are_shown_with_it() -> None:
    zoned = replace(
        CRON,
        timezone="Asia/Tokyo",
        runs=("2026-11-23 18:00", "2026-11-24 01:00"),
        local=("2026-11-24 03:00", "2026-11-24 10:00"),
    )
    shown = "cron(0 18 ? * MON-FRI *) Asia/Tokyo: 2026-11-23 18:00 (2026-11-24 03:00), 2026-11-24 01:00 (10:00)"
    assert shown in lines(result([zoned]).functions)
    utc = replace(zoned, timezone="UTC", local=zoned.runs)
    assert "cron(0 18 ? * MON-FRI *): 2026-11-23 18:00, 2026-11-24 01:00" in lines(result([utc]).functions)
    unknown = replace(zoned, runs=(), local=(), known=False)
    assert "not known: this machine has no data of Asia/Tokyo" in lines(result([unknown]).functions)


def test_the_document_has_them_and_what_a_preview_lacks() -> None:
    members = document(result([CRON], off=("schedule rate(1 hour)",)))["functions"]
    assert isinstance(members, dict)
    orders = members["orders"]
    assert isinstance(orders, dict)
    assert orders["schedules"] == [
        {
            "name": "shop-orders-live-a",
            "expression": "cron(0 18 ? * MON-FRI *)",
            "enabled": True,
            "every": None,
            "next-runs": list(RUNS),
        }
    ]
    assert orders["triggers-off"] == ["schedule rate(1 hour)"]


def test_what_is_off_stands_in_the_plan_and_the_summary() -> None:
    found = result([], off=("schedule rate(1 hour)",))
    plan = found.functions[0].plan
    assert plan is not None
    assert plan_text(plan) == "orders: unchanged\n  = schedule rate(1 hour): off, because this is a preview"
    assert "off, because this is a preview" in summary(found)
