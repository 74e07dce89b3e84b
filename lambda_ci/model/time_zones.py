"""Local times and time zones, by IANA's names, from the data that this machine has.

Source: "Daylight savings time on EventBridge Scheduler" in its user guide.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime, tzinfo

_OWN = ("posix/", "right/", "posixrules", "localtime", "Factory")
"""What lies beside IANA's names in the files of some systems."""


class UnknownZone(ValueError):
    """A time zone that is not there. ``known``: the names that are; none where this machine has no data of time zones."""

    def __init__(self, name: str, known: Collection[str]) -> None:
        super().__init__(name)
        self.known = known


def zone(name: str) -> tzinfo:
    """``Europe/Berlin``. ``UTC`` needs no data. Raises ``UnknownZone``."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo, available_timezones

    try:
        if not name.startswith(_OWN):
            return ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # what it raises depends on what the file system has there
        pass
    raise UnknownZone(name, available_timezones())


def instant(time: datetime, place: tzinfo) -> datetime | None:
    """When clocks show this local time, in UTC: the first time where they show it twice, ``None`` where they skip it."""
    first = time.replace(tzinfo=place, fold=0).astimezone(UTC)
    return first if first.astimezone(place).replace(tzinfo=None) == time else None
