"""Values of environment variables that messages of AWS and its client repeat."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from hypothesis import example, given
from hypothesis import strategies as st

from lambda_ci.adapters.aws_errors import explain, redact

TEMPLATES = (
    '… exceeded the 4KB limit. String measured: {{"KEY":"{value}","B":""}}',
    "1 validation error detected: Value '{{KEY={value}}}' at 'environment.variables' failed to satisfy constraint: Map value …",
    "2 validation errors detected: Value 'x y' at 'functionName' failed: …; Value '{{KEY={value}}}' at 'environment' failed: …",
    "Invalid type for parameter Environment.Variables.KEY, value: {value}, type: <class 'int'>, valid types: <class 'str'>",
    "…:\nInvalid type for parameter Environment.Variables.A KEY, value: {value}, type: <class 'list'>, valid types: <class 'str'>",
    "Invalid type for parameter Environment.Variables, value: {value}, type: <class 'str'>, valid types: <class 'dict'>",
)
INSERTS = ("' at 'environment", ", type: ", ", valid types: ", ", value: ", "Value '", "String measured: {", "}", "\n")
SECRETS = st.lists(st.text(max_size=9) | st.sampled_from(INSERTS), max_size=6).map(
    lambda parts: f"hunter2{''.join(parts)}3retnuh"
)


@pytest.mark.parametrize("template", TEMPLATES)
@given(secret=SECRETS)
@example(secret="hunter2' at 'environment3retnuh")
@example(secret="hunter2, valid types: 3retnuh")
def test_values_of_variables_are_removed_whatever_is_in_them(template: str, secret: str) -> None:
    message = template.format(value=secret)
    assert "hunter2" not in redact(message)
    assert "3retnuh" not in redact(message)
    answer = {"Error": {"Code": "InvalidParameterValueException", "Message": message}}
    error = explain(ClientError(answer, "UpdateFunctionConfiguration"), doing="update")  # type: ignore[arg-type]
    for shown in (str(error), error.message, repr(error)):
        assert "hunter2" not in shown
        assert "3retnuh" not in shown


@given(st.text(max_size=300).filter(lambda text: "Environment" not in text and "'environment" not in text))
def test_other_messages_stay_as_they_are(message: str) -> None:
    if "String measured" not in message:
        assert redact(message) == message


def test_a_message_is_cut_after_two_thousand_characters() -> None:
    assert redact("x" * 5000) == "x" * 2000 + "…"
