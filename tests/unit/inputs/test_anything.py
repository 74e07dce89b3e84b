"""Whatever stands in the file: either settings, or one ConfigurationError whose lines are fit for a log."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from lambda_ci.errors import ConfigurationError
from lambda_ci.inputs.compose import compose
from lambda_ci.inputs.located import Located, plain
from lambda_ci.inputs.options import options
from tests.fakes.configuration import Configuration

WORDS = st.sampled_from([
    "version",
    "project",
    "aws",
    "region",
    "staging",
    "bucket",
    "defaults",
    "functions",
    "stages",
    "f",
    "handler",
    "runtime",
    "source",
    "memory-size",
    "vpc-config\n",
    "",
    "",
    "",
    "subnet-ids",
    "SubnetIds",
    "environment",
    "tags",
    "smoke",
    "expect",
    "status",
    "jmespath",
    "layers",
    "requirements",
    "exclude",
    "python3.13",
    "1",
    "3.10",
    "true",
    "yes\n",
    "",
    "",
    "",
    "null",
    "${env:X}",
    "${env:X:-1}",
    "${ssm:x}",
    "$${x}",
    "~",
    "0x1",
    "-1",
    "a.b",
    "-",
    '""',
    "<<",
    "*a",
    "&a",
    "!t",
    "!!str",
    "|",
    ">",
    "#",
    "\t",
    "app.handler",
])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
KEYS = sorted({option.key for option in options() if option.scope == "function"})
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def flow(value: object) -> str:
    """A value as YAML on one line, words as they are."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(child)}" for key, child in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(child) for child in value) + "]"
    return str(value)


def outcome(configuration: Configuration) -> tuple[int, list[str]]:
    """The number of functions, or what is printed."""
    try:
        return len(configuration.load().functions), []
    except ConfigurationError as error:
        return 0, [str(problem) for problem in error.problems]


def attempt(content: bytes, **options: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        configuration = Configuration(folder=Path(folder), flags=options, environ={"X": "1"})
        configuration.write(content)
        loaded, refused = outcome(configuration)
    assert loaded or refused
    assert len(set(refused)) == len(refused)
    assert not [line for line in refused if "\n" in line]


@quick
@given(st.binary(max_size=200))
def test_random_bytes(content: bytes) -> None:
    attempt(content)


@quick
@given(st.text(max_size=200))
@example("? - a\n  - b\n: c\n")
@example("a: &a\n  <<: *a\n")
@example("\ufeffa: 1")
@example('{"\\udc80": 1}')
def test_random_text(text: str) -> None:
    attempt(text.encode("utf-8", "surrogatepass"))


@quick
@given(st.lists(st.tuples(st.integers(0, 3), st.lists(WORDS, min_size=1, max_size=4)), max_size=15))
def test_random_lines_of_known_words(lines: list[tuple[int, list[str]]]) -> None:
    attempt("".join(f"{'  ' * indent}{': '.join(words)}\n" for indent, words in lines).encode())


@quick
@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6), VALUES, VALUES)
def test_random_values_under_known_keys(function: dict[str, object], defaults: object, stages: object) -> None:
    described = flow({"handler": "a.b", "runtime": "python3.13", **function})
    text = f"version: 1\nfunctions: {{f: {described}}}\ndefaults: {flow(defaults)}\nstages: {flow(stages)}\n"
    attempt(text.encode("utf-8", "surrogatepass"))


@quick
@given(
    st.dictionaries(
        st.sampled_from([option.name for option in options() if option.name != "config"]),
        st.text(max_size=20),
        max_size=5,
    )
)
def test_random_flags(flags: dict[str, str]) -> None:
    attempt(b"version: 1\nfunctions: {f: {handler: a.b, runtime: python3.13}}\n", **flags)


@quick
@given(VALUES)
def test_json_is_read_back_as_it_is_with_a_place_for_every_value(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    assume("\\u0000" not in text and text.isprintable())
    root = compose(text, source="x").root
    assert root is not None

    assert plain(root) == value
    waiting: list[Located] = [root]
    while waiting:
        node = waiting.pop()
        assert node.origin.line == 1
        waiting.extend([*node.entries.values(), *node.elements])
