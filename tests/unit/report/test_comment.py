"""Comments: facts of our own, and no words of anybody else's."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.model.preview import Event, PullRequest
from lambda_ci.model.result import Failure, FunctionResult, RunResult
from lambda_ci.report.comment import marker, plan_comment, preview_comment, removed_comment

PULL = PullRequest(
    repository="github.com/o/r", number=7, url="", head="abcdef0123456789", branch="b", event=Event.CHANGED
)
RUN = "https://github.com/o/r/actions/runs/1"


def _result(*functions: FunctionResult) -> RunResult:
    return RunResult(verb="preview up", functions=functions, seconds=1.0)


def test_a_preview_that_works() -> None:
    one = FunctionResult(
        name="orders", function_name="orders-pr-7", version="3", url="https://x.lambda-url.eu-west-1.on.aws/"
    )
    assert preview_comment(_result(one), PULL, project="shop", run=RUN) == (
        "<!-- lambda-ci preview of shop -->\n"
        "### 🔎 Preview of `abcdef0`\n\n"
        "| function | address | version | smoke | size |\n"
        "| :-- | :-- | :-- | :-- | :-- |\n"
        "| orders | <https://x.lambda-url.eu-west-1.on.aws/> | 3 | - | - |\n\n"
        f"[The run]({RUN}) has the details. It is removed when this is closed.\n"
    )


@given(st.text(min_size=1), st.sampled_from([1, 2, 3, 4, 5, 6, 7, 130]))
def test_the_words_of_a_failure_stay_in_the_log(words: str, code: int) -> None:
    secret = f"SECRET{words}SECRET"
    failure = Failure(what=secret, why=secret, fix=secret, exit_code=code)
    one = FunctionResult(name="orders", function_name="o", failure=failure)
    for text in (
        preview_comment(_result(one), PULL, project="shop", run=RUN),
        plan_comment(_result(one), project="shop", run=RUN),
    ):
        assert "SECRET" not in text
        assert "❌ **orders**" in text


@given(st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True), st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True))
def test_a_marker_is_one_hidden_line_and_each_projects_own(one: str, other: str) -> None:
    assert re.fullmatch(r"<!-- (?:(?!--).)+ -->", marker("preview", one))
    assert (marker("plan", one) == marker("plan", other)) == (one == other)


def test_what_was_removed_says_why() -> None:
    text = removed_comment(project="shop", why="the pull request is closed")
    assert text.startswith(marker("preview", "shop") + "\n### Preview removed\n")
    assert "the pull request is closed" in text


def test_without_a_run_there_is_no_link() -> None:
    assert "[The run]" not in preview_comment(_result(), PULL, project="shop", run="")
