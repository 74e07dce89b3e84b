"""Which previews a sweep removes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.model.preview import Standing
from lambda_ci.preview.leftovers import Found, duration, moment, reason, stamp, words

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OPEN, CLOSED = Standing(open=True, head="a"), Standing(open=False, head="a")


def _found(days: float | None) -> Found:
    return Found(function_name="orders-pr-7", number=7, pushed=None if days is None else NOW - timedelta(days=days))


@pytest.mark.parametrize(
    ("days", "standing", "ttl", "goes"),
    [
        (1, OPEN, None, False),
        (1, CLOSED, None, True),
        (1, None, None, False),
        (None, CLOSED, "14d", True),
        (13.9, OPEN, "14d", False),
        (14.1, OPEN, "14d", True),
        (14.1, None, "14d", True),
        (None, OPEN, "14d", False),
        (400, OPEN, None, False),
    ],
)
def test_closed_ones_and_old_ones_go(
    days: float | None, standing: Standing | None, ttl: str | None, goes: bool
) -> None:
    assert bool(reason(_found(days), standing, ttl=duration(ttl) if ttl else None, now=NOW)) is goes


def test_times_are_read_as_aws_and_we_write_them() -> None:
    assert moment("2026-11-21T12:00:00Z") == NOW
    assert moment("2026-11-21T12:00:00.000+0000") == NOW, "Lambda's LastModified"
    assert moment("2026-11-21T12:00:00") == NOW
    assert (moment(""), moment("yesterday")) == (None, None)


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1)))  # noqa: DTZ001 - hypothesis takes no other
def test_a_stamp_reads_as_what_it_was(now: datetime) -> None:
    assert moment(stamp(now)) == now.replace(microsecond=0)


@given(st.text(max_size=30))
def test_no_tag_can_break_a_sweep(text: str) -> None:
    found = moment(text)
    assert found is None or found.tzinfo is not None
    reason(Found(function_name="f", number=1, pushed=found), None, ttl=timedelta(days=1), now=NOW)


def test_durations_have_words() -> None:
    assert (words(duration("14d")), words(duration("5h"))) == ("14 days", "5 hours")
