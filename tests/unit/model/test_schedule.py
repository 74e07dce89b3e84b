"""What EventBridge takes and refuses (recorded), and when it runs: against a matcher that knows nothing of the parser."""

from __future__ import annotations

import calendar
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice, pairwise, takewhile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.model.schedule import At, Cron, Rate, Unschedulable, parse
from lambda_ci.model.time_zones import UnknownZone, zone

if TYPE_CHECKING:
    import random

NOW = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
NAMES = dict(zip(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), range(1, 8), strict=True))


def runs(expression: str, count: int = 3, *, after: datetime = NOW, place: str = "UTC") -> list[str]:
    schedule = parse(expression)
    assert isinstance(schedule, (Cron, At))
    return [time.strftime("%Y-%m-%d %H:%M") for time in islice(schedule.after(after, zone(place)), count)]


@pytest.mark.parametrize(
    "expression",
    [
        "rate(10 seconds)", "rate(10 years)", "rate(1 minutes)", "rate(1 hours)", "rate(1 days)", "rate(10 minute)",
        "rate(10 hour)", "rate(10 day)", "rate()", "rate(10)", "rate(10 minutess)", "rate(foo minutes)", "rate(0 minutes)",
        "rate(-10 minutes)", "rate(10 MINUTES)", "rate( 10 minutes )", " rate(10 minutes)", "rate(10 minutes) ",
        "cron(7 20 * * NOT *)", "cron(INVALID)", "cron(0 dummy ? * MON-FRI *)", "cron(71 8 1 * ? *)", "cron(0 1 * * * *)",
        "cron()", "cron(0 9 ? * ? *)", "cron(0 9 ? * 3#1,6#3 *)", "cron(0 9 ? * 3#6 *)", "cron(0 9 ? * 0 *)",
        "cron(0 9 ? * MON/2 *)", "cron(0 9 32 * ? *)", "cron(0 9 0W * ? *)", "cron(0 9 1 13 ? *)", "cron(0 9 1 1 ? 1969)",
        "cron(0 9 1 1 ? 2200)", "cron(0/0 9 1 1 ? *)", "cron(0 9 1,L 1 ? *)", "cron(0  9 * * ? *)", "cron(0 9 * * ? *)\n",
        "at(2026-12-31)", "at(2026-12-31T23:59:59Z)", "at(2026-12-31T23:59:59+01:00)", "at(2026-12-31T23:59)", "at()",
        "at(2026-02-29T00:00:00)", "at(2026-12-31T24:00:00)", "at(2200-01-01T00:00:00)", "at(0000-01-01T00:00:00)",
        "0 9 * * *", "", "cron(0 ९ * * ? *)", "rate(५ minutes)", "cron(, 9 * * ? *)",
        "cron(0 9-5 * * ? *)",
    ],
)  # fmt: skip
def test_what_aws_refuses_is_refused(expression: str) -> None:
    with pytest.raises(Unschedulable):
        parse(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 minute)", "rate(5 minutes)", "rate(1 hour)", "rate(12 hours)", "rate(1 day)", "rate(31 days)",
        "cron(15 10 ? * 6L 2002-2005)", "cron(0 2 ? * SAT#3 *)", "cron(* * ? * SAT#3 *)", "cron(0/5 5 ? JAN 1-5 2022)",
        "cron(5,35 14 * * ? *)", "cron(0-59/10 * * * ? *)", "cron(0-15/1 * * * ? *)", "cron(*/15 * * * ? *)",
        "at(2026-12-31T23:59:59)", "at(2022-12-31T23:59:59)", "cron(0 8 LW * ? *)", "cron(0 8 L * ? *)", "cron(0 8 3W * ? *)", "cron(0 10 ? * MON-FRI *)", "cron(0 10 ? * L *)",
    ],
)  # fmt: skip
def test_what_aws_takes_is_taken(expression: str) -> None:
    parse(expression)


@pytest.mark.parametrize(
    ("wrong", "remedy"),
    [
        ("0 9 * * 1-5", "cron(0 9 ? * MON-FRI *)"),
        ("cron(0 9 * * 1-5)", "cron(0 9 ? * MON-FRI *)"),
        ("*/5 * * * *", "cron(*/5 * * * ? *)"),
        ("0 0 1 * *", "cron(0 0 1 * ? *)"),
        ("0 0 * * 0,6", "cron(0 0 ? * SUN,SAT *)"),
        ("0 0 * jan 7", "cron(0 0 ? JAN SUN *)"),
        ("0 0 * * */2", "cron(0 0 ? * SUN,TUE,THU,SAT *)"),
        ("0 0 * * 5-7", "cron(0 0 ? * SUN,FRI,SAT *)"),
        ("@daily", "cron(0 0 * * ? *)"),
        ("0 9 * * ? *", "cron(0 9 * * ? *)"),
        ("0 9 1 * 1", "two schedules"),
        ("rate(1 hours)", "rate(1 hour)"),
        ("rate(5 minute)", "rate(5 minutes)"),
        ("rate(30 seconds)", "one minute is the least"),
        ("cron(0 9 * * * *)", "write ? for day of week"),
        ("cron(0 9 ? * ? *)", "write * for day of month"),
        ("cron(0 9 ? * mon *)", "1 to 7 or SUN to SAT"),
        ("cron(0 22-2 * * ? *)", "two ranges"),
        ("at(2026-12-01T09:00:00Z)", "without a zone: timezone has that"),
        ("at(2026-02-30T09:00:00)", "there is no such time: day"),
    ],
)
def test_the_refusal_says_what_to_write(wrong: str, remedy: str) -> None:
    with pytest.raises(Unschedulable) as caught:
        parse(wrong)
    assert remedy in str(caught.value)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(0 18 ? * MON-FRI *)", ["2026-11-23 18:00", "2026-11-24 18:00", "2026-11-25 18:00"]),
        ("cron(30 15 * * ? *)", ["2026-11-22 15:30", "2026-11-23 15:30", "2026-11-24 15:30"]),
        ("cron(0 0 29 2 ? *)", ["2028-02-29 00:00", "2032-02-29 00:00", "2036-02-29 00:00"]),
        ("cron(0 0 LW * ? *)", ["2026-11-30 00:00", "2026-12-31 00:00", "2027-01-29 00:00"]),
        ("cron(0 0 L 2 ? *)", ["2027-02-28 00:00", "2028-02-29 00:00", "2029-02-28 00:00"]),
        ("cron(0 0 1W 5,8 ? *)", ["2027-05-03 00:00", "2027-08-02 00:00", "2028-05-01 00:00"]),
        ("cron(0 0 31W * ? *)", ["2026-12-31 00:00", "2027-01-29 00:00", "2027-03-31 00:00"]),
        ("cron(0 2 ? * SAT#3 *)", ["2026-12-19 02:00", "2027-01-16 02:00", "2027-02-20 02:00"]),
        ("cron(0 0 ? * FRI#5 *)", ["2027-01-29 00:00", "2027-04-30 00:00", "2027-07-30 00:00"]),
        ("cron(15 10 ? * 6L *)", ["2026-11-27 10:15", "2026-12-25 10:15", "2027-01-29 10:15"]),
        ("cron(15 10 ? * 6L 2002-2005)", []),
        ("cron(0 0 30 2 ? *)", []),
    ],
)
def test_the_next_runs(expression: str, expected: list[str]) -> None:
    assert runs(expression) == expected


@pytest.mark.parametrize(
    ("expression", "place", "after", "expected"),
    [
        ("cron(0 18 ? * MON-FRI *)", "Europe/Berlin", "2026-11-21", ["2026-11-23 17:00", "2026-11-24 17:00"]),
        ("cron(0 9 * * ? *)", "Europe/Berlin", "2026-10-24", ["2026-10-24 07:00", "2026-10-25 08:00"]),
        ("cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-28", ["2026-03-28 01:30", "2026-03-30 00:30"]),
        ("cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-24", ["2026-10-24 00:30", "2026-10-25 00:30"]),
        ("cron(30 2 25 10 ? 2026)", "Europe/Berlin", "2026-10-25T01:00", []),
        ("cron(0 0 1 1 ? 2027)", "Pacific/Auckland", "2026-12-31T11:00", []),
        ("cron(0 0 1 1 ? 2027)", "Pacific/Auckland", "2026-12-31T10:59", ["2026-12-31 11:00"]),
        ("cron(45 1 * * ? *)", "Australia/Lord_Howe", "2026-04-04T00:00", ["2026-04-04 14:45", "2026-04-05 15:15"]),
        ("at(2026-12-01T09:00:00)", "Europe/Berlin", "2026-11-21", ["2026-12-01 08:00"]),
        ("at(2026-12-01T09:00:00)", "UTC", "2026-12-01T09:00", []),
        ("at(2026-03-29T02:30:00)", "Europe/Berlin", "2026-01-01", []),
        ("at(2026-10-25T02:30:00)", "Europe/Berlin", "2026-01-01", ["2026-10-25 00:30"]),
    ],
)
def test_what_clocks_skip_is_left_out_and_what_they_repeat_runs_once(
    expression: str, place: str, after: str, expected: list[str]
) -> None:
    assert (
        runs(
            expression,
            2,
            after=datetime.fromisoformat(f"{after}+00:00" if "T" in after else f"{after}T00:00+00:00"),
            place=place,
        )
        == expected
    )


@pytest.mark.parametrize(
    "name", ["Europe/Berlino", "Berlin", "Factory", "posix/Europe/Berlin", "Europe", "../etc", "\0"]
)
def test_what_is_no_time_zone(name: str) -> None:
    with pytest.raises(UnknownZone) as caught:
        zone(name)
    assert "Europe/Berlin" in caught.value.known


def test_a_rate_has_a_pace_and_no_times() -> None:
    assert parse("rate(1 hour)") == Rate(every=timedelta(hours=1), text="every hour")
    assert parse("rate(5 days)") == Rate(every=timedelta(days=5), text="every 5 days")


def matches(fields: list[str], time: datetime) -> bool:
    """Whether a time fits, each field by itself."""
    minutes, hours, day, month, weekday, year = fields
    wanted = (
        (minutes, time.minute, 0, 59),
        (hours, time.hour, 0, 23),
        (month, time.month, 1, 12),
        (year, time.year, 1970, 2199),
    )
    return all(fits(*one) for one in wanted) and (on_day(day, time) if weekday == "?" else on_weekday(weekday, time))


def fits(text: str, number: int, least: int, most: int) -> bool:
    for part in text.split(","):
        whole, _, step = part.partition("/")
        start, _, end = whole.partition("-")
        low = least if whole == "*" else int(start)
        high = most if whole == "*" or (step and not end) else int(end or start)
        if low <= number <= high and (number - low) % int(step or 1) == 0:
            return True
    return False


def on_day(text: str, time: datetime) -> bool:
    last = calendar.monthrange(time.year, time.month)[1]
    if text == "L":
        return time.day == last
    if not text.endswith("W"):
        return fits(text, time.day, 1, 31)
    target = last if text == "LW" else int(text[:-1])
    working = [day for day in range(1, last + 1) if calendar.weekday(time.year, time.month, day) < 5]
    return target <= last and time.day == min(working, key=lambda day: abs(day - target))


def on_weekday(text: str, time: datetime) -> bool:
    number, last = time.isoweekday() % 7 + 1, calendar.monthrange(time.year, time.month)[1]
    name, sharp, which = text.partition("#")
    if sharp:
        return number == NAMES.get(name, name) and (time.day - 1) // 7 + 1 == int(which)
    if text.endswith("L"):
        return number == int(text[:-1] or 7) and (text == "L" or time.day + 7 > last)
    return any(fits(part, number, 1, 7) for part in _numbered(text).split(","))


def _numbered(text: str) -> str:
    for name, number in NAMES.items():
        text = text.replace(name, str(number))
    return text


def field(least: int, most: int) -> st.SearchStrategy[str]:
    numbers = st.integers(least, most)
    pairs = st.tuples(numbers, numbers).map(lambda pair: f"{min(pair)}-{max(pair)}")
    steps = st.tuples(st.one_of(st.just("*"), numbers.map(str), pairs), st.integers(1, most)).map(
        lambda one: f"{one[0]}/{one[1]}"
    )
    parts = st.one_of(numbers.map(str), pairs, steps)
    return st.one_of(st.just("*"), st.lists(parts, min_size=1, max_size=3).map(",".join))


DAYS_OF_WEEK = st.one_of(
    st.sampled_from(sorted(NAMES)), st.integers(1, 7).map(str), st.just("MON-FRI"), st.just("SUN,WED"), st.just("L"),
    st.integers(1, 7).map(lambda day: f"{day}L"), st.integers(1, 5).map(lambda week: f"SAT#{week}"),
)  # fmt: skip
DAYS_OF_MONTH = st.one_of(field(1, 31), st.just("L"), st.just("LW"), st.integers(1, 31).map(lambda day: f"{day}W"))
DAYS = st.one_of(st.tuples(DAYS_OF_MONTH, st.just("?")), st.tuples(st.just("?"), DAYS_OF_WEEK))
CRONS = st.tuples(field(0, 59), field(0, 23), DAYS, field(1, 12), st.sampled_from(["*", "2026-2040", "2026/3"])).map(
    lambda one: [one[0], one[1], one[2][0], one[3], one[2][1], one[4]]
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@given(fields=CRONS, moment=MOMENTS)
def test_every_run_fits_they_are_in_order_and_none_is_left_out(fields: list[str], moment: datetime) -> None:
    schedule = parse(f"cron({' '.join(fields)})")
    assert isinstance(schedule, Cron)
    found = list(islice(schedule.after(moment), 4))
    assert all(matches(fields, time) for time in found)
    assert all(one < other for one, other in pairwise([moment, *found]))
    minute = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    soon = [time for count in range(400) if matches(fields, time := minute + timedelta(minutes=count))][:4]
    assert soon == found[: len(soon)]
    assert all(time >= minute + timedelta(minutes=400) for time in found[len(soon) :])


PLACES = (
    "Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Chatham", "Asia/Kolkata",
    "America/Santiago", "Africa/Casablanca", "UTC",
)  # fmt: skip


@cache
def changes(place: str) -> list[datetime]:
    """The hours of two years in which clocks there are changed; one hour where they never are."""
    hours = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=count) for count in range(2 * 365 * 24)]
    offsets = [hour.astimezone(zone(place)).utcoffset() for hour in hours]
    return [hour for hour, (one, other) in zip(hours, pairwise(offsets), strict=False) if one != other] or hours[:1]


def slowly(fields: list[str], place: str, minutes: list[datetime], after: datetime) -> list[datetime]:
    """Minute by minute: what the clock on the wall shows for the first time."""
    shown: set[datetime] = set()
    found = []
    for minute in minutes:
        wall = minute.astimezone(zone(place)).replace(tzinfo=None)
        if wall not in shown and minute > after and matches(fields, wall):
            found.append(minute)
        shown.add(wall)
    return found


@given(
    fields=CRONS, place=st.sampled_from(PLACES), chosen=st.randoms(use_true_random=False), before=st.integers(0, 360)
)
def test_in_any_time_zone_it_runs_when_the_clock_on_the_wall_first_shows_it(
    fields: list[str], place: str, chosen: random.Random, before: int
) -> None:
    schedule = parse(f"cron({' '.join(fields)})")
    assert isinstance(schedule, Cron)
    moment = chosen.choice(changes(place)) - timedelta(minutes=before - 60)
    minutes = [moment + timedelta(minutes=count) for count in range(-180, 500)]
    found = list(takewhile(lambda time: time <= minutes[-1], schedule.after(moment, zone(place))))
    assert found == slowly(fields, place, minutes, moment)


@given(
    text=st.text(max_size=40) | st.text("rateconmi*/,-?LW#() 0123456789", max_size=40).map(lambda one: f"cron({one})")
)
def test_no_text_makes_it_stumble(text: str) -> None:
    with suppress(Unschedulable):
        parse(text)
