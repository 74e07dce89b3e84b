"""The JSON subset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.verify.subset import Difference, differences

if TYPE_CHECKING:
    from pydantic import JsonValue

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
JSON: st.SearchStrategy[JsonValue] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
WILD: st.SearchStrategy[JsonValue] = JSON | st.floats() | st.text(st.characters(codec=None), max_size=5)


def contains(actual: JsonValue, expected: JsonValue) -> bool:
    return not list(differences(expected, actual))


@given(JSON)
def test_every_value_contains_itself(value: JsonValue) -> None:
    assert contains(value, value)


@st.composite
def larger(draw: st.DrawFn, value: JsonValue) -> JsonValue:
    """The value with members added to its objects, at every depth."""
    if isinstance(value, list):
        return [draw(larger(one)) for one in value]
    if isinstance(value, dict):
        added = draw(st.dictionaries(st.text(max_size=3), SCALARS, max_size=2))
        return {**added, **{key: draw(larger(one)) for key, one in value.items()}}
    return value


@given(st.data(), JSON)
def test_what_has_more_members_contains_what_has_fewer(data: st.DataObject, value: JsonValue) -> None:
    assert contains(data.draw(larger(value)), value)


@given(WILD, WILD)
def test_two_values_can_always_be_compared_and_every_difference_is_one_short_line(
    expected: JsonValue, actual: JsonValue
) -> None:
    for difference in differences(expected, actual):
        for text in (difference.expected, difference.found):
            assert text.isprintable()
            assert len(text) <= 230


@given(JSON, JSON)
def test_values_that_contain_each_other_are_equal(one: JsonValue, other: JsonValue) -> None:
    if contains(one, other) and contains(other, one):
        assert one == other


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (1, 1.0),
        ({"a": {"b": [1]}}, {"a": {"b": [1], "c": 2}, "d": 3}),
        ([{}], [{"a": 1}]),
        (None, None),
        ({}, {"a": 1}),
    ],
)
def test_contained(expected: JsonValue, actual: JsonValue) -> None:
    assert contains(actual, expected)


@pytest.mark.parametrize(
    ("expected", "actual", "difference"),
    [
        (1, True, ("", "1", "true")),
        (False, 0, ("", "false", "0")),
        ("1", 1, ("", '"1"', "1")),
        ({}, [], ("", "{}", "[]")),
        ([], {}, ("", "[]", "{}")),
        (None, {}, ("", "null", "{}")),
        ({"a": None}, {}, ("a", "null", "nothing")),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, ("a.b", "1", "2")),
        ({"items": [{"price": 3}]}, {"items": [{"price": 4}]}, ("items[0].price", "3", "4")),
        ({"a b": {"": 1}}, {"a b": {}}, ('["a b"][""]', "1", "nothing")),
        ([1, 2], [1], ("", "a list of 2", "a list of 1: [1]")),
        ("ä\n\x1b[31m", "", ("", r'"ä\n\u001b[31m"', '""')),
    ],
)
def test_a_difference_says_where_it_is(
    expected: JsonValue, actual: JsonValue, difference: tuple[str, str, str]
) -> None:
    path, wanted, found = difference
    assert list(differences(expected, actual)) == [Difference(path=path, expected=wanted, found=found)]
