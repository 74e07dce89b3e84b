"""Secrets go before anything is made of a result."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.model.change import Action
from lambda_ci.model.result import SmokeResult
from lambda_ci.report.document import document
from lambda_ci.report.redaction import redacted
from lambda_ci.report.summary import summary
from tests.fakes.results import deployed, run_of, smoke_failed

SECRET = "hunter2_se|cret"


def _hide(text: str) -> str:
    return text.replace(SECRET, "***")


def test_every_text_of_a_result_is_looked_at_and_nothing_else_changes() -> None:
    case = SmokeResult(name="n", failures=(f"got {SECRET}",), seconds=1, log_tail=f"log {SECRET}\n")
    failed = smoke_failed("orders")
    whole = run_of(replace(failed, smoke=(case,), kept={"1": SECRET}), deployed("users"))
    shown = redacted(whole, _hide)
    assert SECRET not in repr(shown)
    assert shown.functions[1] is whole.functions[1]
    assert "hunter2" not in summary(shown)
    assert (shown.exit_code, shown.verb, len(shown.functions)) == (whole.exit_code, whole.verb, 2)


def test_what_holds_no_secret_is_the_same_object() -> None:
    whole = run_of(deployed("orders"), smoke_failed("users"))
    assert redacted(whole, _hide) is whole
    assert redacted(Action.CREATE, lambda _text: "no") is Action.CREATE


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["a", SECRET, f"x{SECRET}y"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
)


@given(JSON)
def test_a_document_keeps_its_shape(told: object) -> None:
    shown = redacted(told, _hide)
    assert SECRET not in repr(shown)
    assert repr(shown) == repr(told).replace(SECRET, "***")


def test_the_document_of_a_redacted_result_has_no_secret() -> None:
    failed = smoke_failed("orders")
    assert failed.failure
    one = replace(failed, failure=replace(failed.failure, why=f"it said {SECRET}"))
    assert SECRET not in repr(document(redacted(run_of(one), _hide)))
