from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.model.history import LIMIT, History, Record

NUMBERS = st.integers(1, 10**6).map(str)


def test_a_first_release_begins_the_history() -> None:
    history = History.parse("", runs="").released("1")

    assert history.text == "[lambda-ci: 1]"
    assert history.previous == ()


def test_each_release_goes_before_the_others_and_what_others_wrote_stays() -> None:
    history = History.parse("callers of the shop [lambda-ci: 12 < 9]", runs="12").released("14")

    assert history.text == "callers of the shop [lambda-ci: 14 < 12 < 9]"
    assert history.previous == ("12", "9")


def test_what_others_moved_the_alias_to_is_part_of_its_past() -> None:
    assert History.parse("[lambda-ci: 12 < 9]", runs="11").versions == ("11", "12", "9")


def test_an_alias_that_others_sent_to_latest_goes_back_to_what_it_ran_before() -> None:
    history = History.parse("[lambda-ci: 12 < 9]", runs="$LATEST")
    assert history.previous == ("12", "9")
    assert history.rolled_back("12").text == "[lambda-ci: 12 < 9]"
    assert history.released("13").text == "[lambda-ci: 13 < 12 < 9]"
    assert History.parse("", runs="$LATEST").text == ""


def test_going_back_twice_goes_further_back() -> None:
    history = History.parse("[lambda-ci: 14 < 12 < 9]", runs="14").rolled_back("12")
    assert history.text == "[lambda-ci: 12 < 9; not 14]"

    again = History.parse(history.text, runs="12")
    assert again.previous == ("9",)
    assert again.rolled_back("9").text == "[lambda-ci: 9; not 12 14]"


def test_a_version_that_is_released_again_is_not_abandoned_any_more() -> None:
    history = History.parse("[lambda-ci: 12 < 9; not 14]", runs="12").released("14")

    assert history.text == "[lambda-ci: 14 < 12 < 9]"


def test_going_to_a_version_that_the_alias_never_ran_keeps_the_rest() -> None:
    assert History.parse("[lambda-ci: 12 < 9]", runs="12").rolled_back("7").text == "[lambda-ci: 7 < 12 < 9; not 12]"


@given(
    note=st.text(max_size=300).filter(lambda text: "[" not in text and "]" not in text),
    versions=st.lists(NUMBERS, min_size=1, max_size=80, unique=True),
    abandoned=st.lists(NUMBERS, max_size=40, unique=True),
)
def test_a_description_never_outgrows_aws_and_says_the_newest(
    note: str, versions: list[str], abandoned: list[str]
) -> None:
    text = History(versions=tuple(versions), abandoned=tuple(abandoned), note=note).text
    back = History.parse(text, runs=versions[0])

    assert len(text) <= LIMIT
    assert back.versions == tuple(versions[: len(back.versions)])
    assert back.versions


def test_the_oldest_versions_give_way_to_what_others_wrote_and_the_ten_newest_do_not() -> None:
    numbers = tuple(str(number) for number in range(1099, 999, -1))
    history = History(versions=numbers, abandoned=("1100",), note="N" * 100)
    assert history.text.startswith(f"{'N' * 100} [lambda-ci: 1099 < 1098 < ")
    assert len(History.parse(history.text, runs="1099").versions) > 10

    crowded = History(versions=numbers, note="N" * 250).text
    assert len(crowded) == LIMIT
    assert History.parse(crowded, runs="1099").versions == numbers[:10]


@given(st.text(max_size=400))
def test_any_description_can_be_read(text: str) -> None:
    assert History.parse(text, runs="3").versions[0] == "3"
    assert len(Record.parse(text).text(text)) <= LIMIT


def test_a_version_says_where_it_came_from() -> None:
    record = Record(commit="1A2B3C4D5E6F7890" * 2 + "12345678", run="4711", config="9f8e7d6c5b")
    text = record.text("takes orders")

    assert text == "takes orders [lambda-ci: commit 1a2b3c4d5e6f, run 4711, config 9f8e7d6c]"
    assert Record.parse(text) == Record(commit="1a2b3c4d5e6f", run="4711", config="9f8e7d6c")
    assert Record.parse("takes orders") == Record()


@pytest.mark.parametrize("asked", ["1a2b3c4", "1A2B3C4D5E6F", "1a2b3c4d5e6f" + "0" * 28])
def test_a_commit_is_found_by_its_beginning(asked: str) -> None:
    assert Record(commit="1a2b3c4d5e6f").is_of(asked)


@pytest.mark.parametrize("asked", ["1a2b", "main", "", "2a2b3c4d5e6f"])
def test_what_is_no_commit_of_the_version_is_not_found(asked: str) -> None:
    assert not Record(commit="1a2b3c4d5e6f").is_of(asked)


def test_a_run_that_is_no_plain_name_is_left_out() -> None:
    assert Record(run="a, commit 1234567]").text("") == ""


def test_how_long_a_version_took_to_be_ready_is_kept_with_its_number() -> None:
    history = History.parse("callers [lambda-ci: 12 < 9; not 10]", runs="12").released("14", init_seconds=0.8124)
    assert history.text == "callers [lambda-ci: 14 < 12 < 9; not 10; init 14 812 ms]"
    again = History.parse(history.text, runs="14")
    assert again == history
    assert (again.init_seconds("14"), again.init_seconds("12")) == (0.812, None)


def test_it_is_forgotten_with_the_version() -> None:
    history = History.parse("[lambda-ci: 14 < 12; init 14 812 ms]", runs="14")
    assert history.rolled_back("12").text == "[lambda-ci: 12; not 14]"
    assert history.released("15").text == "[lambda-ci: 15 < 14 < 12]"


@given(
    st.integers(min_value=0, max_value=9_999_999),
    st.lists(st.integers(1, 9999).map(str), min_size=1, max_size=80, unique=True),
)
def test_a_full_history_with_it_fits(milliseconds: int, numbers: list[str]) -> None:
    history = History(versions=tuple(numbers), init=(numbers[0], milliseconds))
    assert len(history.text) <= LIMIT
    assert History.parse(history.text, runs=numbers[0]).init == (numbers[0], milliseconds)
