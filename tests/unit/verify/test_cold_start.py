"""What a log says of a cold start."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.verify.cold_start import init_seconds

HEAD = "REPORT RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95\tDuration: 1.5 ms\tBilled Duration: 700 ms\tMemory Size: 128 MB"
REPORTS = {
    "cold": (f"START\nEND\n{HEAD}\tMax Memory Used: 64 MB\tInit Duration: 612.44 ms\t\n", 0.61244),
    "warm": (f"START\nEND\n{HEAD}\tMax Memory Used: 64 MB\t\n", None),
    "snap-start": (
        f"{HEAD}\tMax Memory Used: 64 MB\tRestore Duration: 288.1 ms\tBilled Restore Duration: 2 ms\t\n",
        0.2881,
    ),
    "json": (
        '{"time":"2026-11-21T08:00:00Z","type":"platform.report","record":{"metrics":{"durationMs":1.5,"initDurationMs":612.44}}}\n',
        0.61244,
    ),
    "printed by the function": ("Init Duration: 5 ms\n", None),
    "cut": ("nit Duration: 612.44 ms\n", None),
    "empty": ("", None),
    "absurd": (f"{HEAD}\tInit Duration: {'9' * 40} ms\t\n", None),
}


@pytest.mark.parametrize("name", REPORTS)
def test_the_time_to_be_ready_is_that_of_the_report(name: str) -> None:
    log, seconds = REPORTS[name]
    assert init_seconds(log) == (None if seconds is None else pytest.approx(seconds))


@given(st.text())
def test_any_log_can_be_read(log: str) -> None:
    assert (init_seconds(log) or 0) >= 0
