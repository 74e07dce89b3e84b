"""What a failed resolution says: the cause in few words, and the advice that belongs to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambda_ci.adapters.process import Completed
from lambda_ci.adapters.uv import Uv
from lambda_ci.lock.demand import Source
from lambda_ci.lock.explain import cause, failure, lacks_wheel
from lambda_ci.model.target import Architecture, Target


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("error: Failed to initialize cache at `/.cache/uv`", "UV_CACHE_DIR"),
        ("error: Failed to fetch: `https://h/`\n  error sending request for url (https://h/)", "proxy, firewall"),
        ("error: Couldn't parse requirement in `r.txt` at position 0", "correct the line"),
        ("error: No solution found", "correct the requirements"),
    ],
)
def test_the_advice_fits_the_cause(said: str, advice: str) -> None:
    completed = Completed(returncode=1, stdout="", stderr=said)
    source = Source(path=Path("r.txt"), contents=(), lines=(), demands=())
    target = Target("python3.13", Architecture.X86_64)
    assert advice in failure(completed, source, target=target, uv=Uv({})).fix


def test_endless_lines_are_cut() -> None:
    """What looked at all of a line for each of its characters would never come to an end."""
    said = "error: " + "x" * 1_000_000
    assert not lacks_wheel(said)
    assert len(cause(said)) < 2000
