"""What all tests share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

settings.register_profile(
    "unhurried",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="TESTS_EXPLORE" not in os.environ,
)
settings.load_profile("unhurried")
"""No test is timed: a busy machine proves nothing. Examples are the same in every run; TESTS_EXPLORE=1 looks for new ones."""


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """How many runs were made under each fault."""
    reports = [one for outcome in ("passed", "failed") for one in terminalreporter.stats.get(outcome, [])]
    counts = [(one.nodeid.rpartition("::")[2], *pair) for one in reports for pair in one.user_properties]
    for test, name, value in dict.fromkeys(counts):
        if name == "matrix":
            terminalreporter.write_line(f"{test}: {value}")
