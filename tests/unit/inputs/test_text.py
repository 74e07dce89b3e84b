from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.inputs.located import Located, plain
from lambda_ci.inputs.text import read
from lambda_ci.model.problem import Origin

if TYPE_CHECKING:
    from lambda_ci.inputs.options import Kind
    from tests.fakes.configuration import Configuration

FLAG = Origin(source="flag --x")


def value(text: str, kind: Kind) -> object:
    return plain(read(text, kind=kind, origin=FLAG))


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("string", " 3.10 ", " 3.10 "),
        ("path", "a b/c", "a b/c"),
        ("integer", " 512\n", 512),
        ("integer", "-1", -1),
        ("number", "1.5", 1.5),
        ("number", "2", 2),
        ("boolean", "True", True),
        ("boolean", "FALSE", False),
        ("list", "a, b\nc,,", ["a", "b", "c"]),
        ("list", '["a", "b,c"]', ["a", "b,c"]),
        ("list", "- a\n- b\n", ["a", "b"]),
        ("list", "", []),
        ("map", "A=1\n\nB=x=y\nC=", {"A": "1", "B": "x=y", "C": ""}),
        ("map", '{"A": "1", "B": "x=y"}', {"A": "1", "B": "x=y"}),
        ("map", "A: x\nB: 'y=z'\n", {"A": "x", "B": "y=z"}),
        ("map", "A=x: y", {"A": "x: y"}),
        ("map", "cost:centre=7", {"cost:centre": "7"}),
        ("map", "cost: a=7", {"cost": "a=7"}),
        ("json", '{"SubnetIds": ["subnet-1"]}', {"SubnetIds": ["subnet-1"]}),
        ("json", "mode: Active", {"mode": "Active"}),
        ("json", "[{payload: {a: 1}}]", [{"payload": {"a": 1}}]),
    ],
)
def test_text_is_read_by_the_kind_of_the_option(kind: Kind, text: str, expected: object) -> None:
    assert value(text, kind) == expected


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", "12.0"),
        ("integer", "0x10"),
        ("integer", "1_000"),
        ("integer", ""),
        ("number", "fast"),
        ("number", "true"),
        ("boolean", "yes"),
        ("boolean", "1"),
        ("json", "{a: "),
        ("json", "{a: 1, a: 2}"),
        ("json", ""),
        ("map", "hunter2"),
        ("map", "[" * 100_000),
    ],
)
def test_what_cannot_be_read_stays_text_for_the_model_to_refuse(kind: Kind, text: str) -> None:
    assert value(text, kind) == text


@given(st.text(max_size=40), st.sampled_from(["string", "path", "integer", "number", "boolean", "list", "map", "json"]))
def test_no_text_breaks_the_reading_and_every_value_has_the_flag_as_its_place(text: str, kind: Kind) -> None:
    node = read(text, kind=kind, origin=FLAG)

    waiting: list[Located] = [node]
    while waiting:
        current = waiting.pop()
        assert current.origin == FLAG
        waiting.extend([*current.entries.values(), *current.elements])


def test_a_wrong_value_is_refused_under_the_name_of_its_source(configuration: Configuration) -> None:
    configuration.one()
    configuration.flags = {"memory-size": "much", "tracing-config": "{mode: active}"}
    configuration.inputs = {"timeout": "1000s", "vpc-config": "subnet-1"}
    configuration.environ = {"LAMBDA_CI_EPHEMERAL_STORAGE": "{size: 5}", "LAMBDA_CI_RUNTIME": "nodejs22.x"}

    assert configuration.problems() == [
        "environment LAMBDA_CI_EPHEMERAL_STORAGE: size: must be between 512 and 32768, not 5",
        'environment LAMBDA_CI_RUNTIME: must be a Python runtime of Lambda, such as python3.13, not "nodejs22.x"',
        'flag --memory-size: must be a whole number, not "much"',
        'flag --tracing-config: mode: must be one of "Active", "PassThrough", not "active"; did you mean "Active"?',
        'input timeout: must be a whole number, not "1000s"',
        'input vpc-config: must be a mapping (KEY: value), not "subnet-1"',
    ]


def test_a_wrong_environment_is_refused_without_its_values(configuration: Configuration) -> None:
    configuration.one()
    configuration.flags = {"environment": "hunter2"}
    assert configuration.problems() == ["flag --environment: must be lines KEY=VALUE, or a JSON object"]

    configuration.flags = {"environment": '{"PORT": 8080, "ON": true, "DEEP": {"x": "hunter2"}}'}
    assert sorted(configuration.problems()) == [
        "flag --environment: DEEP: must be text",
        "flag --environment: ON: must be text, but was read as a boolean; put it in double quotes",
        "flag --environment: PORT: must be text, but was read as a number; put it in double quotes",
    ]


def test_no_dependencies_can_be_said_in_text(configuration: Configuration) -> None:
    configuration.one()
    configuration.write("", "requirements.txt")
    configuration.inputs = {"requirements": "false"}

    assert configuration.function().spec.requirements is False
    assert configuration.function().requirements is None


def test_text_that_is_no_utf8_is_refused(configuration: Configuration) -> None:
    configuration.one()
    configuration.flags = {"description": "caf\udce9"}

    assert configuration.problems() == ["flag --description: is not UTF-8 text"]


def test_a_variable_that_means_nothing_is_a_warning(configuration: Configuration) -> None:
    configuration.one()
    configuration.environ = {"LAMBDA_CI_TIMEUOT": "hunter2", "LAMBDA_CI_CACHE": "/c", "LAMBDA_CIX": "1"}

    assert configuration.problems() == [
        'environment LAMBDA_CI_TIMEUOT: this variable means nothing to lambda-ci; did you mean "LAMBDA_CI_TIMEOUT"?'
    ]
