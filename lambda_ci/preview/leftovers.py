"""Which previews a sweep removes, and why. Decided here, done elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambda_ci.model.preview import Standing

_HOURS = {"h": 1, "d": 24}


@dataclass(frozen=True, kw_only=True)
class Found:
    """A function with the mark of one of the repository's pull requests. ``pushed``: its last deployment; ``None``: not known."""

    function_name: str
    number: int
    pushed: datetime | None = None


def reason(found: Found, standing: Standing | None, *, ttl: timedelta | None, now: datetime) -> str:
    """Why it goes, in words; empty: it stays. ``standing`` is ``None`` where nobody could be asked."""
    if standing is not None and not standing.open:
        return "the pull request is closed"
    if ttl is not None and found.pushed is not None and now - found.pushed > ttl:
        return f"its last deployment was on {found.pushed:%Y-%m-%d}, more than {words(ttl)} ago"
    return ""


def duration(text: str) -> timedelta:
    """``72h`` or ``14d``, as ``preview.ttl`` has let through."""
    return timedelta(hours=int(text[:-1]) * _HOURS[text[-1]])


def words(ttl: timedelta) -> str:
    """For people."""
    hours = int(ttl.total_seconds() // 3600)
    return f"{hours // 24} days" if hours % 24 == 0 else f"{hours} hours"


def moment(text: str) -> datetime | None:
    """The value of the tag with the time of the last deployment, or Lambda's LastModified; ``None`` where it is no time."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def stamp(now: datetime) -> str:
    """The value of that tag."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
