from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.lock.toml import dump_toml

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | TEXTS
    | st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_what_is_written_is_read_again(document: dict[str, Any]) -> None:
    assert tomllib.loads(dump_toml(document)) == document


def test_packages_stand_one_below_the_other() -> None:
    packages = [{"name": "a", "files": [{"n": 1}, {"n": 2}]}, {"name": "b", "at": datetime(2026, 1, 2, tzinfo=UTC)}]
    assert dump_toml({"v": "1", "packages": packages}) == (
        'v = "1"\n\n[[packages]]\nname = "a"\nfiles = [\n    {n = 1},\n    {n = 2},\n]\n\n'
        '[[packages]]\nname = "b"\nat = 2026-01-02T00:00:00Z\n'
    )
