"""Summaries that are too long: what is left of them is whole."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from lambda_ci.ci.cutting import CUT, cut
from lambda_ci.report.markdown import fence

PARTS = st.lists(
    st.one_of(
        st.text(max_size=30).map(fence),
        st.sampled_from([
            "````text\n```\n````",
            "| a | b |",
            "<details><summary>x</summary>\n\n```text\nlog\n```\n\n</details>",
        ]),
    ),
    min_size=1,
    max_size=8,
)


@given(PARTS, st.integers(0, 700))
@example([fence("")] * 7, 89).via("cut within the first line")
def test_a_cut_summary_has_an_end(parts: list[str], room: int) -> None:
    whole = "\n\n".join(parts) + "\n"
    left = cut(whole, room=room)
    assert len(left) <= room
    if left in {b"", whole.encode(errors="replace")}:
        return
    text = left.decode()
    assert text.endswith(CUT)
    outside = re.sub(r"(?ms)^(`{3,})\w*\n.*?^\1$", "", text)
    assert "```" not in outside, "the notice is not in a code block"
    assert outside.count("<details>") == outside.count("</details>")


def test_it_is_cut_after_a_whole_line() -> None:
    text = "first line\nsecond line\n" + "third\n" * 100
    assert cut(text, room=len(CUT.encode()) + 15).decode() == f"first line{CUT}"
