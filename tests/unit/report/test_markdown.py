"""Markdown that says what it says, whoever chose the names."""

import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.model.result import SmokeResult
from lambda_ci.report.markdown import escape, fence, html, table
from lambda_ci.report.summary import summary
from tests.fakes.results import deployed, run_of, smoke_failed

HOSTILE = st.lists(
    st.sampled_from([
        "```",
        "`",
        "~~~",
        "\n",
        "\r",
        "|",
        "</summary>",
        "</details>",
        "<script>",
        "](",
        "![",
        "@octocat",
        "#1",
        "GH-1",
        "\\",
        "\u2028",
    ])
    | st.text(max_size=4),
    max_size=12,
).map("".join)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, 1.5 (ok)", "plain text, 1.5 (ok)"),
        ("a|b", "a\\|b"),
        ("a\nb", "a b"),
        ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
        ("![x](https://evil)", "!\\[x\\](https&#58;//evil)"),
        ("@team #12 www.evil.com", "@&#8203;team &#35;&#8203;12 www&#46;evil.com"),
        ("(@a/b) o/r#3 GH-4 x@sha256:1 # 5", "(@&#8203;a/b) o/r&#35;&#8203;3 GH-&#8203;4 x@sha256:1 &#35; 5"),
        ("`a` *b* _c_ ~d~ \\", "\\`a\\` \\*b\\* \\_c\\_ \\~d\\~ \\\\"),
        ("\x1b[31mred\x1b[0m", "red"),
    ],
)
def test_marks_of_markdown_lose_their_meaning(text: str, shown: str) -> None:
    assert escape(text) == shown


@given(HOSTILE)
def test_a_fence_ends_where_we_end_it(text: str) -> None:
    opening, *body, closing = fence(text).split("\n")
    ticks = opening.removesuffix("text")
    assert closing == ticks
    assert not any(re.match(rf"\s*{ticks}", line) for line in body)


@given(HOSTILE)
def test_html_cannot_be_written(text: str) -> None:
    assert not set("<>\n\r") & set(html(text))
    assert not set("<>\n\r#") & set(escape(text).replace("&#", ""))


@given(HOSTILE)
def test_nobody_is_mentioned_in_the_finished_text(text: str) -> None:
    """GitHub looks for people and issues after entities have become characters."""
    shown = unescape(escape(text))
    assert not re.search(r"(?:^|[^0-9A-Za-z])@[0-9A-Za-z]|#[0-9]|\bGH-[0-9]", shown, re.IGNORECASE)


@given(HOSTILE, HOSTILE)
def test_a_cell_stays_in_its_row_and_column(one: str, two: str) -> None:
    *_, row = lines = table(["a", "b"], [[one, two]]).split("\n")
    assert len(lines) == 3
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 3


@given(HOSTILE)
def test_a_summary_keeps_its_shape_whatever_a_function_wrote(text: str) -> None:
    case = SmokeResult(name=text, failures=(text,), seconds=1, log_tail=text)
    shown = summary(run_of(replace(smoke_failed("orders"), name=text, smoke=(case,)), deployed("users")))
    outside = re.sub(r"(?ms)^(```+)text\n.*?^\1$", "", shown)
    assert outside.count("<details>") == outside.count("</details>") == outside.count("<summary>") == 4
    assert not re.search(r"<(?!/?(details|summary)>)", outside)
