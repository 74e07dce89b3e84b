from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.model.artifact import Overlay, Package, Wheel
from lambda_ci.model.settings import Function
from lambda_ci.model.spec.function import FunctionSpec
from lambda_ci.package.cache import local
from lambda_ci.package.cache.key import key

if TYPE_CHECKING:
    from lambda_ci.package.cache.key import Row

WHEEL = Wheel(name="demo", version="1", filename="demo-1-py3-none-any.whl", path=Path("/w"), sha256="a" * 64, size=1)
OVERLAY = Overlay(path=Path("/o"), sha256="b" * 64, size=1)
ROWS: list[Row] = [("app.py", 0o644, "c" * 64), ("tool.py", 0o644, "d" * 64)]


def function(**spec: Any) -> Function:  # noqa: ANN401 - values of any field
    members = spec.pop("members", {})
    made = FunctionSpec.model_validate_json(json.dumps({"handler": "app.handler", "runtime": "python3.12", **spec}))
    return Function(
        name="orders",
        spec=made.model_copy(update={"members": members}),
        source=Path("/repo/src"),
        requirements=None,
    )


@pytest.mark.parametrize(
    "spec",
    [
        {"handler": "app.other"},
        {"runtime": "python3.13"},
        {"architecture": "arm64"},
        {"exclude": ["*.md"]},
        {"dispatch": True},
        {"audit": {"waive": ["demo"]}},
        {"build": {"backend": "wheels"}},
        {"package": {"slim": ["tests"]}},
        {"package": {"max-size": 5}},
        {"environment": {"LD_LIBRARY_PATH": "/var/task/lib"}},
        {"environment": {"PYTHONPATH": "/opt/mine"}},
        {"layers": ["arn:aws:lambda:eu-west-1:123456789012:layer:x:1"]},
    ],
)
def test_every_option_that_shapes_the_package_is_in_the_key(spec: dict[str, Any]) -> None:
    assert key(function(**spec), [WHEEL], ROWS) != key(function(), [WHEEL], ROWS)


@pytest.mark.parametrize(
    "spec",
    [
        {"function-name": "other"},
        {"alias": "other"},
        {"tags": {"a": "b"}},
        {"environment": {"TABLE": "x"}},
        {"members": {"MemorySize": 512}},
        {"smoke": [{"payload": 1}]},
    ],
)
def test_what_only_aws_sees_is_not(spec: dict[str, Any]) -> None:
    assert key(function(**spec), [WHEEL], ROWS) == key(function(), [WHEEL], ROWS)


@pytest.mark.parametrize(
    "wheels",
    [
        [],
        [replace(WHEEL, sha256="e" * 64)],
        [replace(WHEEL, version="2")],
        [replace(WHEEL, overlays=(OVERLAY,))],
        [replace(WHEEL, overlays=(OVERLAY, replace(OVERLAY, sha256="f" * 64)))],
        [WHEEL, replace(WHEEL, name="other")],
    ],
)
def test_every_wheel_and_overlay_is_in_the_key(wheels: list[Wheel]) -> None:
    assert key(function(), wheels, ROWS) != key(function(), [WHEEL], ROWS)


def test_where_a_wheel_and_the_sources_lie_is_not() -> None:
    elsewhere = replace(function(), source=Path("/other"), name="other")
    assert key(elsewhere, [replace(WHEEL, path=Path("/x"))], ROWS) == key(function(), [WHEEL], ROWS)


rows = st.lists(
    st.tuples(st.text(max_size=5), st.sampled_from([0o644, 0o755]), st.sampled_from(["aa", "bb"])), max_size=4
)


@given(rows, rows)
def test_other_own_files_have_another_key(one: list[Row], other: list[Row]) -> None:
    assert (key(function(), [], one) == key(function(), [], other)) == (one == other)


@given(st.lists(st.text(max_size=3), max_size=3), st.lists(st.text(max_size=3), max_size=3))
def test_other_layers_beneath_have_another_key(one: list[str], other: list[str]) -> None:
    keys = [key(function(), [], ROWS, beneath=beneath) for beneath in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)


def test_a_note_holds_everything_that_a_package_is() -> None:
    noted = {*local._PLAIN, *local._LINES, "members", "bytecode"}
    assert noted | {"function", "path"} == {field.name for field in fields(Package)}
