"""How the calls of an alias are split."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.deploy.resources.alias import Alias


def alias(weights: dict[str, float]) -> Alias:
    return Alias(function_name="orders", name="live", version="1", revision_id="", description="", weights=weights)


@given(st.integers(1, 9999))
def test_a_weight_is_known_again_however_exactly_it_is_kept(hundredths: int) -> None:
    share = hundredths / 10_000
    [kept] = struct.unpack("f", struct.pack("f", share))
    assert alias({"2": kept}).splits({"2": share})
    assert not alias({"2": kept}).splits({"2": share + 0.0001})


def test_another_version_none_or_more_are_another_split() -> None:
    assert alias({}).splits({})
    assert not alias({}).splits({"2": 0.1})
    assert not alias({"3": 0.1}).splits({"2": 0.1})
    assert not alias({"2": 0.1, "3": 0.1}).splits({"2": 0.1})
