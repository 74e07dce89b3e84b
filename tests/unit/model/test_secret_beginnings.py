"""A secret within which a text was cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.model.secret import CUT, SHORTEST_ENCODED, without_beginnings

SECRET = "correct horse battery staple"


@given(st.integers(SHORTEST_ENCODED, len(SECRET)), st.text(alphabet="xyz .", max_size=20), st.text(max_size=5))
def test_what_is_left_of_it_goes(length: int, before: str, after: str) -> None:
    shown = without_beginnings(f"{before}{SECRET[:length]}{CUT}{after}", [SECRET])
    assert shown == f"{before}***{CUT}{after}"


@given(st.text())
def test_a_text_that_was_not_cut_stays(text: str) -> None:
    whole = text.replace(CUT, "")
    assert without_beginnings(whole, [SECRET]) == whole


def test_a_few_characters_are_chance() -> None:
    assert without_beginnings(f"it is corr{CUT}", [SECRET]) == f"it is corr{CUT}"
