"""Schedules: ``rate(1 hour)``, ``cron(0 9 ? * MON-FRI *)`` and ``at(2026-12-01T09:00:00)``, read strictly, and when they run.

AWS says no more of a wrong one than that it is not valid, so what is wrong is told here. Sources: "Setting a schedule pattern for
scheduled rules" in the EventBridge user guide, "Schedule types" in that of EventBridge Scheduler, and answers recorded from both.
"""

from __future__ import annotations

import calendar
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lambda_ci.model.time_zones import instant
from lambda_ci.model.unix_cron import DAYS, names_both_days, six_fields

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

LONGEST = 256
"""Characters of an expression."""
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_RATE = re.compile(r"(?P<value>[0-9]+) (?P<unit>minute|hour|day)(?P<plural>s?)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")


class Unschedulable(ValueError):
    """An expression that AWS would refuse: what is wrong, and what to write."""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """Every so often, counted from when the rule was made. AWS does not tell that time."""

    every: timedelta
    text: str
    """``every 5 minutes``."""


@dataclass(frozen=True, kw_only=True)
class At:
    """Once. ``time`` is local, without a zone."""

    time: datetime

    def after(self, moment: datetime, place: tzinfo = UTC) -> Iterator[datetime]:
        """The one run, in UTC, where it is after this moment and clocks there show its time at all."""
        run = instant(self.time, place)
        if run is not None and run > moment:
            yield run


@dataclass(frozen=True, kw_only=True)
class Days:
    """Days of a month. Only one of the kinds is there."""

    numbers: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    """1 (Sunday) to 7."""
    nearest: int = 0
    """The weekday nearest to this day, in the same month; ``-1``: to the last day."""
    last: bool = False
    last_weekday: int = 0
    """The last one of these (1 to 7) in the month."""
    nth: tuple[int, int] = (0, 0)
    """A day of the week (1 to 7), and which one of the month."""

    def of(self, year: int, month: int) -> list[int]:
        """In order."""
        length = calendar.monthrange(year, month)[1]
        every = range(1, length + 1)
        if self.last:
            return [length]
        if self.nearest:
            return (
                [_nearest(year, month, self.nearest if self.nearest > 0 else length)] if self.nearest <= length else []
            )
        if self.last_weekday:
            return [day for day in every if _weekday(year, month, day) == self.last_weekday][-1:]
        if self.nth[0]:
            same = [day for day in every if _weekday(year, month, day) == self.nth[0]]
            return same[self.nth[1] - 1 : self.nth[1]]
        if self.weekdays:
            return [day for day in every if _weekday(year, month, day) in self.weekdays]
        return [day for day in every if day in self.numbers]


@dataclass(frozen=True, kw_only=True)
class Cron:
    """The times that fit every field."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: Days
    months: tuple[int, ...]
    years: tuple[int, ...]

    def after(self, moment: datetime, place: tzinfo = UTC) -> Iterator[datetime]:
        """Every run after this moment, in UTC and in order; it ends with the year 2199 at the latest. The fields are local time:
        what clocks skip is left out, what they show twice counts once."""
        for time in self._times(moment.astimezone(place)):
            run = instant(time, place)
            if run is not None and run > moment:
                yield run

    def _times(self, moment: datetime) -> Iterator[datetime]:
        """Without a zone, from the day of this moment on."""
        for year, month in self._whole_months(moment):
            for day in self.days.of(year, month):
                if (year, month, day) >= (moment.year, moment.month, moment.day):
                    for hour in self.hours:
                        for minute in self.minutes:
                            yield datetime(year, month, day, hour, minute)  # noqa: DTZ001 - what clocks show

    def _whole_months(self, moment: datetime) -> Iterator[tuple[int, int]]:
        for year in self.years:
            for month in self.months:
                if (year, month) >= (moment.year, moment.month):
                    yield year, month


def parse(expression: str) -> Rate | Cron | At:
    """Raises ``Unschedulable``."""
    found = re.fullmatch(r"(rate|cron|at)\((.*)\)", expression, re.DOTALL)
    if found and expression.isascii() and expression.isprintable():
        if found[1] == "at":
            return At(time=local_time(found[2]))
        return _rate(found[2]) if found[1] == "rate" else _cron(found[2])
    forms = "rate(5 minutes), cron(0 9 ? * MON-FRI *) or at(2026-12-01T09:00:00)"
    raise Unschedulable(f"must be {forms}{_meant(expression.strip())}")


def _meant(text: str) -> str:
    """What somebody meant who wrote cron as on Unix, to be added to a sentence; empty where it cannot be told."""
    fields = six_fields(text) if text.isascii() and text.isprintable() else ""
    with suppress(Unschedulable):
        if fields:
            _cron(fields)
            return f"; in AWS's form that is cron({fields})"
    return "; a day of month and a day of week take two schedules" if names_both_days(text) else ""


def local_time(text: str) -> datetime:
    """``2026-12-01T09:00:00``, without a zone. Raises ``Unschedulable``."""
    if not _TIME.fullmatch(text):
        raise Unschedulable(
            "a time is written as 2026-12-01T09:00:00, with seconds and without a zone: timezone has that"
        )
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise Unschedulable(f"there is no such time: {error}") from None
    _YEAR.number(text[:4])
    return time


def _rate(text: str) -> Rate:
    found = _RATE.fullmatch(text)
    value = int(found["value"]) if found and len(found["value"]) <= 9 else 0
    if found is None or value < 1:
        hint = "; one minute is the least" if "second" in text else ""
        raise Unschedulable(f"rate takes a whole number from 1 and minutes, hours or days, as in rate(5 minutes){hint}")
    right = f"{value} {found['unit']}{'s' if value > 1 else ''}"
    if right != text:
        raise Unschedulable(f"must be rate({right}): AWS takes the {'plural' if value > 1 else 'singular'} here")
    return Rate(
        every=timedelta(seconds=value * _SECONDS[found["unit"]]), text=f"every {right if value > 1 else found['unit']}"
    )


def _cron(text: str) -> Cron:
    fields = text.split(" ")
    if len(fields) != 6 or not all(fields):
        words = "cron takes six fields with single spaces: minutes, hours, day of month, month, day of week, year"
        raise Unschedulable(f"{words}{_meant(' '.join(text.split()))}")
    minutes, hours, day, month, weekday, year = fields
    return Cron(
        minutes=_MINUTES.numbers(minutes),
        hours=_HOURS.numbers(hours),
        days=_days(day, weekday),
        months=_MONTH.numbers(month),
        years=_YEAR.numbers(year),
    )


@dataclass(frozen=True, kw_only=True)
class _Field:
    """What a field takes: numbers from ``least`` to ``most``, or names, the first for 1."""

    title: str
    least: int
    most: int
    names: tuple[str, ...] = ()
    steps: bool = True

    def numbers(self, text: str) -> tuple[int, ...]:
        """All that it says, in order."""
        found = {number for part in text.split(",") for number in self._part(part, text)}
        return tuple(sorted(found))

    def number(self, text: str) -> int:
        """A single one."""
        if text in self.names:
            return self.names.index(text) + 1
        if not re.fullmatch(r"[0-9]{1,4}", text) or not self.least <= int(text) <= self.most:
            named = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
            raise Unschedulable(f"{self.title} cannot be {text or 'empty'}: it is {self.least} to {self.most}{named}")
        return int(text)

    def _part(self, part: str, text: str) -> range:
        whole, slash, step = part.partition("/")
        if slash and not (self.steps and step.isdecimal() and 1 <= int(step) <= self.most):
            raise Unschedulable(
                f"{self.title} cannot be {text}: {'no such step' if self.steps else 'it takes no steps'}"
            )
        first, dash, last = whole.partition("-")
        start = self.least if whole == "*" else self.number(first)
        end = self.number(last) if dash else self.most if slash or whole == "*" else start
        if start > end:
            raise Unschedulable(f"{self.title} cannot be {text}: {whole} goes backwards; write two ranges with a comma")
        return range(start, end + 1, int(step) if slash else 1)


_MINUTES = _Field(title="minutes", least=0, most=59)
_HOURS = _Field(title="hours", least=0, most=23)
_DAY = _Field(title="day of month", least=1, most=31)
_MONTH = _Field(title="month", least=1, most=12, names=_MONTHS)
_WEEKDAY = _Field(title="day of week", least=1, most=7, names=DAYS, steps=False)
_WEEK = _Field(title="the week after #", least=1, most=5)
_YEAR = _Field(title="year", least=1970, most=2199)


def _days(day: str, weekday: str) -> Days:
    if (day == "?") == (weekday == "?"):
        words = "one of day of month and day of week must be ?, the other not"
        remedy = "* for day of month" if day == "?" else f"? for {'day of week' if weekday == '*' else 'day of month'}"
        raise Unschedulable(f"{words}: write {remedy}")
    return _days_of_week(weekday) if day == "?" else _days_of_month(day)


def _days_of_month(text: str) -> Days:
    if text == "L":
        return Days(last=True)
    if text == "LW":
        return Days(nearest=-1)
    if text.endswith("W"):
        return Days(nearest=_DAY.number(text[:-1]))
    return Days(numbers=frozenset(_DAY.numbers(text)))


def _days_of_week(text: str) -> Days:
    first, sharp, which = text.partition("#")
    if sharp:
        return Days(nth=(_WEEKDAY.number(first), _WEEK.number(which)))
    if text == "L":
        return Days(weekdays=frozenset({7}))
    if text.endswith("L"):
        return Days(last_weekday=_WEEKDAY.number(text[:-1]))
    return Days(weekdays=frozenset(_WEEKDAY.numbers(text)))


def _weekday(year: int, month: int, day: int) -> int:
    return (calendar.weekday(year, month, day) + 1) % 7 + 1


def _nearest(year: int, month: int, day: int) -> int:
    """Monday to Friday, never in another month."""
    weekday = calendar.weekday(year, month, day)
    if weekday == calendar.SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == calendar.SUNDAY:
        return day + 1 if day < calendar.monthrange(year, month)[1] else day - 2
    return day
