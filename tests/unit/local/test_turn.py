"""Commands take turns."""

from pathlib import Path

import pytest

from lambda_ci.errors import LambdaCiError
from lambda_ci.local.turn import turn
from tests.fakes.quiet import FakeClock


def test_a_turn_that_is_over_lets_the_next_begin(tmp_path: Path) -> None:
    for _ in range(2):
        with turn(tmp_path / "lock", clock=FakeClock()):
            pass


def test_waiting_for_a_turn_has_an_end(tmp_path: Path) -> None:
    clock = FakeClock()
    with turn(tmp_path / "lock", clock=clock), pytest.raises(LambdaCiError, match="for 120 s") as caught:  # noqa: SIM117
        with turn(tmp_path / "lock", clock=clock):
            pass
    assert "lock" in caught.value.why
    assert clock.now >= 120


def test_a_failure_ends_a_turn(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), turn(tmp_path / "lock", clock=FakeClock()):
        raise KeyboardInterrupt
    with turn(tmp_path / "lock", clock=FakeClock()):
        pass
