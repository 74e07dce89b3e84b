"""The five fields of cron on Unix, in AWS's six: what somebody meant who wrote ``*/5 * * * 1-5``."""

from __future__ import annotations

import re

DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
"""1 to 7, as AWS counts them."""
_NAMES = {name: number for number, name in enumerate(DAYS)}
_WORDS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


def six_fields(text: str) -> str:
    """AWS's six for Unix's five, and six as they are; empty where it cannot be told. Whether AWS takes them is not looked at."""
    fields = _fields(text)
    return _converted(fields) if len(fields) == 5 else text if len(fields) == 6 else ""


def names_both_days(text: str) -> bool:
    """Whether Unix would run it on days of the month and on days of the week, which takes two schedules of AWS."""
    fields = _fields(text)
    return len(fields) == 5 and fields[2] != "*" and fields[4] != "*"


def _fields(text: str) -> list[str]:
    return _WORDS.get(text, text).upper().split()


def _converted(fields: list[str]) -> str:
    minutes, hours, day, month, weekday = fields
    if weekday in {"*", "?"}:
        return f"{minutes} {hours} {'*' if day == '?' else day} {month} ? *"
    days = _weekdays(weekday) if day in {"*", "?"} else ""
    return f"{minutes} {hours} ? {month} {days} *" if days else ""


def _weekdays(text: str) -> str:
    """0 and 7 are Sunday on Unix, 1 is on AWS; names say it best. Empty where it is no list of days."""
    found: set[int] = set()
    for part in text.split(","):
        shape = re.fullmatch(r"(?P<first>\*|\w+)(-(?P<last>\w+))?(/(?P<step>[1-7]))?", part)
        if shape is None:
            return ""
        first = 0 if shape["first"] == "*" else _day(shape["first"])
        last = _day(shape["last"]) if shape["last"] else 6 if shape["first"] == "*" or shape["step"] else first
        if first < 0 or last < first:
            return ""
        found.update(number % 7 for number in range(first, last + 1, int(shape["step"] or 1)))
    return ",".join(_runs(sorted(found)))


def _day(text: str) -> int:
    if text in _NAMES:
        return _NAMES[text]
    return int(text) if re.fullmatch("[0-7]", text) else -1


def _runs(days: list[int]) -> list[str]:
    """Three days or more in a row as a range."""
    rows: list[list[int]] = []
    for day in days:
        if rows and rows[-1][-1] == day - 1:
            rows[-1].append(day)
        else:
            rows.append([day])
    return [
        text
        for row in rows
        for text in ([f"{DAYS[row[0]]}-{DAYS[row[-1]]}"] if len(row) > 2 else [DAYS[day] for day in row])
    ]
