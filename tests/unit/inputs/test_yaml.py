from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import yaml

from lambda_ci.inputs.compose import MAX_BYTES, MAX_DEPTH, Unreadable, compose
from lambda_ci.inputs.located import Located, plain
from lambda_ci.inputs.scalars import resolve

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration

LOADERS = [pytest.param(yaml.SafeLoader, id="python"), pytest.param(yaml.CSafeLoader, id="libyaml")]
GOOD = "version: 1\nfunctions: {f: {handler: a.b, runtime: python3.13}}\n"


def read(text: str, loader: type | None = None) -> Located:
    composed = compose(text, source="t.yml", loader=loader)
    assert composed.problems == ()
    assert composed.root is not None
    return composed.root


def refusal(text: str, loader: type | None = None) -> str:
    with pytest.raises(Unreadable) as caught:
        compose(text, source="t.yml", loader=loader)
    return str(caught.value)


def complaints(text: str) -> list[str]:
    return [str(problem) for problem in compose(text, source="t.yml").problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("0", 0),
        ("-17", -17),
        ("0x1F", 31),
        ("0o17", 15),
        ("3.10", 3.1),
        ("1e3", 1000.0),
        (".5", 0.5),
    ],
)
def test_the_core_schema_of_yaml_1_2_has_booleans_numbers_and_null(text: str, value: object) -> None:
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "no",
        "on",
        "off",
        "012",
        "1_000",
        "1:30",
        "2026-11-21",
        ".inf",
        ".nan",
        "1e999",
        "0x",
        "+",
        "9" * 301,
        "-0x1",
    ],
)
def test_everything_else_stays_text(text: str) -> None:
    assert resolve(text) == text


@pytest.mark.parametrize("loader", LOADERS)
def test_every_value_knows_its_line_and_column_and_key(loader: type) -> None:
    root = read("a:\n  b: [x, {c: 1}]\n", loader)

    node = root.at("a", "b", 1, "c")

    assert node is not None
    assert (str(node.origin), str(node.key_origin), node.key) == ("t.yml:2:14", "t.yml:2:11", "a.b[1].c")


@pytest.mark.parametrize("loader", LOADERS)
def test_aliases_and_merge_keys_work(loader: type) -> None:
    text = "base: &b {x: 1, y: 2}\nlow: &l {y: 3, z: 4}\none: {<<: *b, y: 9}\ntwo: {<<: [*b, *l]}\nthree: *b\nfour: {'<<': 1}\n"

    root = plain(read(text, loader))

    assert isinstance(root, dict)
    assert root["one"] == {"x": 1, "y": 9}
    assert root["two"] == {"x": 1, "y": 2, "z": 4}
    assert root["three"] == {"x": 1, "y": 2}
    assert root["four"] == {"<<": 1}


def test_quoted_and_tagged_text_is_text() -> None:
    assert plain(read("['3', !!str 5, \"true\"]")) == ["3", "5", "true"]


def test_duplicate_keys_are_refused_with_both_places() -> None:
    assert complaints("a: 1\nb: {c: 1,\n  c: 2}\na: 3\n") == [
        "t.yml:3:3: b.c: this key is here twice; the first one is at t.yml:2:5",
        "t.yml:4:1: a: this key is here twice; the first one is at t.yml:1:1",
    ]


def test_keys_that_are_no_text_are_refused_with_the_quoting_advice() -> None:
    assert complaints("3.10: a\ntrue: b\n~: c\n") == [
        't.yml:1:1: the key 3.10 was read as a number, but keys are text; write "3.10"',
        't.yml:2:1: the key true was read as a boolean, but keys are text; write "true"',
        't.yml:3:1: the key ~ was read as nothing, but keys are text; write "~"',
    ]


def test_tags_are_refused() -> None:
    assert complaints("a: !!python/object:os.system x\nb: !Ref y\n") == [
        't.yml:1:4: a: the tag "!!python/object:os.system" is not supported; write the plain value',
        't.yml:2:4: b: the tag "!Ref" is not supported; write the plain value',
    ]


def test_a_merge_key_takes_mappings_only() -> None:
    assert complaints("a: {<<: 3}\n") == ["t.yml:1:5: a.<<: << takes a mapping or a list of mappings"]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("? [a]\n: b\n", "t.yml:1:3: a key must be text, not a list or a mapping"),
        ("&x a: 1\n*x : 2\n", "t.yml:2:1: a key must be text, not an alias (*)"),
        (
            "a: *nothing\n",
            "t.yml:1:4: an alias (*) names no anchor (&) above it; text that begins with * must be quoted",
        ),
        ("a: &a [*a]\n", "t.yml:1:8: an alias (*) stands inside what it names; text that begins with * must be quoted"),
        ("a: 1\n---\nb: 2\n", "t.yml:2:1: a second document (---) starts here; only one can be read"),
        ("a: b\0c\n", "t.yml:1:5: the character U+0000 cannot stand in YAML; is this a text file?"),
        ("a:\n  \x07b\n", "t.yml:2:3: the character U+0007 cannot stand in YAML; is this a text file?"),
        ('a: "x\\0y"\n', "t.yml:1:4: text with a NUL character or half a surrogate pair cannot be used"),
    ],
)
def test_what_cannot_be_read_gets_one_message(text: str, message: str, loader: type) -> None:
    assert refusal(text, loader) == message


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "place", "advice"),
    [
        ("a:\n\tb: 1\n", "t.yml:2:1", "; indent with spaces, not with tabs"),
        ("a: @b\n", "t.yml:1:4", "; put the value in double quotes"),
        ("a: {b: ${env:X}}\n", "t.yml:1:9", "; put text with ${…} in double quotes"),
        ("a: b: c\n", "t.yml:1:5", ""),
        ("{a: 1}}\n", "t.yml:1:7", ""),
    ],
)
def test_a_syntax_error_says_where_it_is_and_what_may_help(text: str, place: str, advice: str, loader: type) -> None:
    message = refusal(text, loader)

    assert message.startswith(f"{place}: is not YAML: ")
    assert message.endswith(advice)
    assert "\n" not in message


def test_a_file_of_question_marks_ends_in_one_message() -> None:
    assert refusal("? " * 100_000) == "t.yml:1:3: a key must be text, not a list or a mapping"


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000])
def test_deep_nesting_ends_in_one_message(text: str, loader: type) -> None:
    assert refusal(text, loader).endswith(f"nested more than {MAX_DEPTH} levels deep")


def test_the_deepest_nesting_that_is_allowed_is_read() -> None:
    assert compose("[" * MAX_DEPTH + "]" * MAX_DEPTH, source="t.yml").root is not None


def test_nesting_counts_through_aliases() -> None:
    half = "[" * 40 + "]" * 40
    text = f"a: &a {half}\nb: {'[' * 40}*a{']' * 40}\n"

    assert refusal(text).endswith("nested more than 64 levels deep, counting each alias as what it stands for")


def test_an_alias_bomb_ends_in_one_message() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    for above, below in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{below}: &{below} [{','.join([f'*{above}'] * 10)}]\n"

    assert refusal(bomb) == "t.yml:4:4: e: more than 100,000 values, counting each alias as what it stands for"


def test_too_many_values_end_in_one_message() -> None:
    message = refusal("[" + "1," * 100_001 + "]")

    assert message.endswith("more than 100,000 values, counting each alias as what it stands for")


def test_keys_that_could_disturb_a_log_are_escaped() -> None:
    assert complaints('"a\\n::error::x": {b: 1, b: 2}\n')[0].startswith('t.yml:1:25: "a\\n::error::x".b: ')


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "lambda-ci.yml: is empty; it needs at least `version: 1` and `functions:`"),
        (b"# nothing\n", "lambda-ci.yml: is empty; it needs at least `version: 1` and `functions:`"),
        (b"- a\n", "lambda-ci.yml:1:1: must be a mapping (KEY: value) that begins with `version: 1`"),
        (b"hello\n", "lambda-ci.yml:1:1: must be a mapping (KEY: value) that begins with `version: 1`"),
        (b"\x7fELF\0\0\0", "lambda-ci.yml: is a binary file, not YAML"),
        (b"a: 1\nb: \xff\n", "lambda-ci.yml:2:4: is not UTF-8 text; save it as UTF-8"),
        ("a: 1".encode("utf-16"), "lambda-ci.yml: is UTF-16 or UTF-32 text; save it as UTF-8"),
        (b"a" * (MAX_BYTES + 1), "lambda-ci.yml: is larger than 1024 KiB, too large for a configuration file"),
    ],
    ids=["empty", "comments only", "a list", "a word", "binary", "latin-1", "utf-16", "too large"],
)
def test_a_file_that_is_no_configuration_gets_one_message(
    content: bytes, message: str, configuration: Configuration
) -> None:
    configuration.write(content)

    assert configuration.problems() == [message]


def test_a_byte_order_mark_and_windows_line_ends_are_fine(configuration: Configuration) -> None:
    configuration.write(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())

    assert configuration.problems() == []


def test_a_folder_in_place_of_the_file_is_refused(configuration: Configuration) -> None:
    (configuration.folder / "lambda-ci.yml").mkdir()

    assert configuration.problems() == ["lambda-ci.yml: is a folder, not a file"]


def test_a_pipe_in_place_of_the_file_is_refused(configuration: Configuration) -> None:
    os.mkfifo(configuration.folder / "lambda-ci.yml")

    assert configuration.problems() == ["lambda-ci.yml: is not a regular file"]


def test_a_link_to_nothing_is_refused(configuration: Configuration) -> None:
    (configuration.folder / "lambda-ci.yml").symlink_to("nowhere")

    assert configuration.problems() == ["lambda-ci.yml: cannot be read: No such file or directory"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_refused(configuration: Configuration) -> None:
    configuration.write(GOOD).chmod(0)

    assert configuration.problems() == ["lambda-ci.yml: cannot be read: Permission denied"]


def test_a_file_that_was_named_must_be_there(configuration: Configuration) -> None:
    configuration.flags = {"config": "other.yml"}

    assert configuration.problems() == ['flag --config: "other.yml" does not exist']


def test_a_file_with_the_other_ending_is_found(configuration: Configuration) -> None:
    configuration.write(GOOD, "lambda-ci.yaml")

    assert [function.name for function in configuration.load().functions] == ["f"]


def test_two_files_that_could_be_meant_are_a_warning(configuration: Configuration) -> None:
    configuration.write(GOOD)
    configuration.write("nonsense", "lambda-ci.yaml")

    assert configuration.problems() == ["lambda-ci.yaml: is ignored, because lambda-ci.yml is here as well"]
