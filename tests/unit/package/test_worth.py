"""Which packages of other machines are worth fetching."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.package.cache.worth import Candidate, worth_taking


def one(lacking: dict[str, int], offered: dict[str, int] | None) -> Candidate:
    return Candidate(lacking=lacking, offered=offered)


def test_a_package_that_spares_its_wheels_is_taken() -> None:
    assert worth_taking({"orders": one({"w": 100}, {"z": 110})}) == {"orders"}


def test_nothing_is_taken_that_nobody_offers_or_that_needs_no_wheel() -> None:
    assert worth_taking({"orders": one({"w": 100}, None), "cart": one({}, {"z": 1})}) == frozenset()


def test_wheels_that_come_anyway_are_no_reason() -> None:
    changed, same = one({"w": 100}, None), one({"w": 100}, {"z": 10})
    assert worth_taking({"changed": changed, "same": same}) == frozenset()
    assert worth_taking({"changed": changed, "more": one({"w": 100, "v": 100}, {"z": 150})}) == {"more"}


def test_many_large_packages_of_the_same_wheels_cost_more_than_the_wheels() -> None:
    many = {str(number): one({"w": 100}, {f"z{number}": 110}) for number in range(12)}
    assert worth_taking(many) == frozenset()
    small = {name: one({"w": 100}, {"layer": 110, name: 1}) for name in many}
    assert worth_taking(small) == set(small), "with a layer below them they share what is large"


def test_a_group_that_is_made_brings_its_wheels_for_the_others() -> None:
    dear = {"a": one({"w": 100}, {"za": 301})}
    assert worth_taking({**dear, "b": one({"w": 100, "v": 1}, {"zb": 102})}) == frozenset()


SIZES = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 50), max_size=4)


@given(st.dictionaries(st.sampled_from("wxyz"), st.builds(one, SIZES, st.none() | SIZES)))
def test_whatever_is_taken_is_offered_and_spares_a_wheel(candidates: dict[str, Candidate]) -> None:
    taken = worth_taking(candidates)
    made = {wheel for name, each in candidates.items() if name not in taken for wheel in each.lacking}
    for name in taken:
        assert candidates[name].offered is not None
        assert candidates[name].lacking.keys() - made
