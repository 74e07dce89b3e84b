"""Layers of settings over each other, in general: the last one that says something wins."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.inputs.located import NOWHERE, Located, merge, plain

TREES = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=8,
)


def located(value: object) -> Located:
    if isinstance(value, dict):
        return Located(value={key: located(child) for key, child in value.items()}, origin=NOWHERE)
    if isinstance(value, list):
        return Located(value=tuple(located(child) for child in value), origin=NOWHERE)
    assert isinstance(value, str | int)
    return Located(value=value, origin=NOWHERE)


def paths(value: object, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    """Every value that is no mapping, and every empty mapping, by its path."""
    if not isinstance(value, dict) or not value:
        return {path: value}
    return {key: leaf for name, child in value.items() for key, leaf in paths(child, (*path, name)).items()}


@given(st.lists(st.dictionaries(st.sampled_from("abc"), TREES, max_size=3), min_size=1, max_size=4))
def test_the_last_layer_that_says_something_wins(layers: list[dict[str, object]]) -> None:
    merged = merge(*(located(layer) for layer in layers))
    assert merged is not None
    result = paths(plain(merged))

    for path, value in paths(layers[-1]).items():
        assert result.get(path) == value or (value == {} and any(key[: len(path)] == path for key in result))
    written = {path for layer in layers for path in paths(layer)} | {()}
    assert set(result) <= written


@given(st.dictionaries(st.sampled_from("abc"), TREES, max_size=3))
def test_merging_with_nothing_or_with_itself_changes_nothing(layer: dict[str, object]) -> None:
    node = located(layer)

    assert merge(node, None) == merge(None, node) == merge(located({}), node) == merge(node, node) == node
