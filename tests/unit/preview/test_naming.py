"""Names and marks of previews: valid on AWS whatever they are made of, and never two the same."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.model.preview import Event, PullRequest, number_in, repository_mark
from lambda_ci.preview.naming import LONGEST_NAME, preview_name, preview_names

NAMES = st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True)
NUMBERS = st.integers(1, 10**9)
REPOSITORIES = st.from_regex(r"[a-z0-9.-]{1,30}(/[a-z0-9._-]{1,100}){2,4}", fullmatch=True)


def _pull(repository: str, number: int) -> PullRequest:
    return PullRequest(repository=repository, number=number, url="", head="", branch="", event=Event.CHANGED)


@given(NAMES, NUMBERS)
def test_a_name_is_one_that_lambda_takes_and_always_the_same(name: str, number: int) -> None:
    made = preview_name(name, number)
    assert re.fullmatch(r"[a-zA-Z0-9_-]+", made)
    assert len(made) <= LONGEST_NAME
    assert made.endswith(f"-pr-{number}")
    assert made == preview_name(name, number)


@given(NAMES, NAMES, NUMBERS)
def test_two_functions_stay_two(one: str, other: str, number: int) -> None:
    assert (preview_name(one, number) == preview_name(other, number)) == (one == other)


def test_short_names_are_readable_and_long_ones_are_cut() -> None:
    assert preview_name("orders", 7) == "orders-pr-7"
    assert preview_name("o" * 59, 7) == "o" * 59 + "-pr-7"
    assert preview_name("o" * 60, 7) == "o" * 50 + "-" + preview_name("o" * 60, 7)[51:59] + "-pr-7"


@given(REPOSITORIES, NUMBERS)
def test_a_mark_fits_into_a_tag_and_tells_its_number(repository: str, number: int) -> None:
    mark = _pull(repository, number).mark
    assert len(mark) <= 256
    assert re.fullmatch(r"[a-zA-Z0-9 _.:/=+@-]+", mark), "what tags may hold"
    assert number_in(mark, repository) == number


@given(REPOSITORIES, REPOSITORIES, NUMBERS)
def test_another_repositorys_mark_is_none_of_ours(one: str, other: str, number: int) -> None:
    found = number_in(_pull(one, number).mark, other)
    assert found == (number if one == other else None)


@given(st.text(max_size=40))
def test_any_other_text_is_no_mark(text: str) -> None:
    assert number_in(text, "github.com/owner/repo") is None


def test_long_repositories_that_begin_alike_have_different_marks() -> None:
    one, other = "gitlab.com/" + "g" * 300, "gitlab.com/" + "g" * 301
    assert repository_mark(one) != repository_mark(other)
    assert number_in(f"{repository_mark(one)}:٣", one) is None, "no digits but ours"


@given(NAMES, st.integers(1, 10**10 - 1))
def test_a_pattern_stands_for_every_preview_of_a_function(name: str, number: int) -> None:
    assert fnmatchcase(preview_name(name, number), preview_names(name))
    assert preview_names(name).endswith("-pr-*")


def test_a_pattern_is_as_narrow_as_it_can_be() -> None:
    assert preview_names("orders") == "orders-pr-*"
    assert not fnmatchcase("orders", preview_names("orders"))
