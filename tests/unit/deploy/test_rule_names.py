"""Names of rules: whose they are can be read off, and never two the same."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.deploy.triggers.names import beginning, schedule_name
from lambda_ci.model.spec.triggers import ScheduleSpec

PART = st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True)
NAMES = st.none() | st.from_regex(r"[A-Za-z0-9._-]{1,30}", fullmatch=True)


@given(stem=st.tuples(PART, PART, PART).map("-".join), name=NAMES)
def test_a_name_is_one_that_eventbridge_takes(stem: str, name: str | None) -> None:
    made = schedule_name(stem, ScheduleSpec(expression="rate(1 hour)", name=name))
    assert re.fullmatch(r"[.\-_A-Za-z0-9]{1,64}", made)
    assert made.endswith(name or "-67e12e86")
    assert made.startswith(beginning(stem))
    assert made == schedule_name(stem, ScheduleSpec(expression="rate(1 hour)", name=name))


def test_short_names_are_readable_and_long_ones_stay_apart() -> None:
    nightly = ScheduleSpec(expression="rate(1 hour)", name="nightly")
    assert schedule_name("shop-orders-live", nightly) == "shop-orders-live-nightly"
    assert schedule_name(f"{'f' * 70}a", nightly) != schedule_name(f"{'f' * 70}b", nightly)
    assert len(schedule_name("f" * 70, nightly)) == 64
