"""Other names of inputs: what each means, and what it gets that means nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.inputs.aliases import ALIASES, own_names
from lambda_ci.model.problem import Severity

MEANINGS = {
    "code-artifacts-dir": ("build", {"source": "build", "requirements": "false"}),
    "architectures": ("arm64", {"architecture": "arm64"}),
    "function-description": ("takes orders", {"description": "takes orders"}),
    "s3-bucket": ("artifacts", {"staging-bucket": "artifacts"}),
    "ephemeral-storage": ("1024", {"ephemeral-storage": '{"size": 1024}'}),
    "functions": ("orders, users", {"function": "orders, users"}),
    "smoke-payload": ('{"ping": true}', {"smoke": '[{"payload": {"ping": true}}]'}),
    "publish": ("True", {}),
    "dry-run": ("true", {}),
}


def settings(**inputs: str) -> dict[str, str]:
    reading = own_names({name.replace("_", "-"): text for name, text in inputs.items()})
    assert reading.problems == ()
    return {name: written.text for name, written in reading.settings.items()}


@pytest.mark.parametrize("name", MEANINGS)
def test_each_stands_for_settings(name: str) -> None:
    text, meant = MEANINGS[name]
    reading = own_names({name: text})
    assert {key: written.text for key, written in reading.settings.items()} == meant
    assert all(str(written.origin) == f"input {name}" for written in reading.settings.values())
    assert reading.problems == ()


def test_every_one_is_tested() -> None:
    assert set(ALIASES) == {*MEANINGS, "s3-key"}


@pytest.mark.parametrize("text", ['["arm64"]', " [arm64] ", "'arm64'", "arm64,"])
def test_an_architecture_may_come_as_a_list_of_one(text: str) -> None:
    assert settings(architectures=text) == {"architecture": "arm64"}


def test_functions_of_both_names_are_chosen_together() -> None:
    assert settings(function="a", functions="b\nc") == {"function": "a\nb\nc"}


def test_dependencies_that_are_named_are_installed_beside_the_artifacts() -> None:
    assert settings(code_artifacts_dir="src", requirements="r.txt") == {"source": "src", "requirements": "r.txt"}


def test_storage_with_its_parts_stays_as_it_is() -> None:
    assert settings(ephemeral_storage='{"size": 512}') == {"ephemeral-storage": '{"size": 512}'}


@pytest.mark.parametrize(("key", "prefix"), [("a/b/package.zip", {"staging-prefix": "a/b/"}), ("package.zip", {})])
def test_of_a_key_the_folder_counts_and_that_is_said(key: str, prefix: dict[str, str]) -> None:
    reading = own_names({"s3-key": key})
    assert {name: written.text for name, written in reading.settings.items()} == prefix
    (problem,) = reading.problems
    assert problem.severity is Severity.WARNING
    assert "under their own digest" in problem.message


def test_no_version_is_a_wish_that_is_answered() -> None:
    (problem,) = own_names({"publish": "false"}).problems
    assert (problem.severity, str(problem.origin)) == (Severity.WARNING, "input publish")
    assert "always publishes a version" in problem.message


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"publish": "yes"}, 'input publish: must be true or false, not "yes"'),
        ({"architectures": "x86_64,arm64"}, "input architectures: must be one architecture"),
        ({"smoke-payload": "{ping}"}, "input smoke-payload: must be JSON"),
        ({"architectures": "arm64", "architecture": "arm64"}, "says the same as the input architecture"),
        ({"code-artifacts-dir": "a", "source": "b"}, "input code-artifacts-dir: says the same as the input source"),
        ({"smoke-payload": "{}", "smoke": "[{}]"}, "input smoke-payload: says the same as the input smoke"),
    ],
)
def test_what_cannot_be_meant_is_an_error_of_that_input(inputs: dict[str, str], said: str) -> None:
    (problem,) = own_names(inputs).problems
    assert problem.severity is Severity.ERROR
    assert said in str(problem)


@given(st.dictionaries(st.sampled_from([*ALIASES, "timeout", "source"]), st.text()))
def test_any_text_is_read_and_empty_ones_count_as_absent(inputs: dict[str, str]) -> None:
    reading = own_names(inputs)
    assert all(inputs[written.name].strip() for written in reading.settings.values())
    assert own_names(dict.fromkeys(inputs, " \n")).settings == {}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_a_payload_arrives_as_it_was_written(payload: object) -> None:
    (case,) = json.loads(settings(smoke_payload=f" {json.dumps(payload)}")["smoke"])
    assert case == {"payload": payload}
