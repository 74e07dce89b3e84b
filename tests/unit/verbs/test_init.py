"""The first lambda-ci.yml."""

from __future__ import annotations

import string
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.inputs.settings import Sources, load
from tests.fakes.cli import Cli

if TYPE_CHECKING:
    from lambda_ci.model.settings import Settings


def fresh(folder: Path) -> Cli:
    cli = Cli(folder, {"HOME": str(folder), "PATH": "/usr/bin:/bin"})
    (folder / "lambda-ci.yml").unlink(missing_ok=True)
    return cli


def settings(folder: Path) -> Settings:
    return load(Sources(flags={}, inputs=None, environ={}, cwd=folder), today=date(2026, 11, 21))


def test_an_empty_folder_gets_a_function_that_can_be_built(tmp_path: Path) -> None:
    cli = fresh(tmp_path / "greetings")
    ran = cli("init")
    assert (ran.code, ran.out.splitlines()[0]) == (
        0,
        "lambda-ci.yml and src/app.py written: the handler is app.handler in src",
    )
    (function,) = settings(cli.folder).functions
    assert (function.name, function.spec.handler, len(function.spec.smoke)) == ("greetings", "app.handler", 1)
    names: dict[str, object] = {}
    exec((cli.folder / "src/app.py").read_text("utf-8"), names)
    assert names["handler"]({"name": "Ada"}, None) == {"message": "Hello, Ada!"}  # type: ignore[operator]


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("lambda_function.py", "def lambda_handler(event, context): ...", (".", "lambda_function.lambda_handler")),
        ("src/orders.py", "handler = print", ("src", "orders.handler")),
    ],
)
def test_the_handler_that_is_there_is_taken_and_nothing_else_written(
    tmp_path: Path, file: str, text: str, expected: tuple[str, str]
) -> None:
    cli = fresh(tmp_path / "p")
    cli.write(file, text)
    document = cli("init", "--json").document
    assert (document["source"], document["handler"]) == expected
    assert (document["written"], document["guessed"]) == (["lambda-ci.yml"], False)
    assert (cli.folder / file).read_text("utf-8") == text


@pytest.mark.parametrize(("file", "text"), [("tool.py", "def main(): ..."), ("src/broken.py", "def handler(")])
def test_where_no_handler_is_found_that_is_said(tmp_path: Path, file: str, text: str) -> None:
    cli = fresh(tmp_path / "p")
    cli.write(file, text)
    ran = cli("init")
    assert (ran.code, list(cli.folder.rglob("*.py"))) == (0, [cli.folder / file])
    assert "no function here is called handler or lambda_handler; put yours in the place of" in ran.out
    (function,) = settings(cli.folder).functions
    assert Path(file) == Path(function.spec.source, function.spec.handler or "").with_suffix(".py")


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    cli = fresh(tmp_path / "p")
    cli.write("lambda-ci.yml", "version: 1\n")
    ran = cli("init")
    assert ran.code == 2
    assert "lambda-ci.yml is here already" in ran.err
    assert (cli.folder / "lambda-ci.yml").read_text("utf-8") == "version: 1\n"


@given(
    st.one_of(
        st.sampled_from(["true", "NULL", "1", "--", "日本", "a" * 200]),
        st.text(string.printable.replace("/", ""), min_size=1),
    )
)
def test_whatever_the_folder_is_called_the_configuration_has_no_problems(name: str) -> None:
    with tempfile.TemporaryDirectory() as there:
        folder = Path(there, name.strip(". \0")[:60] or "x")
        folder.mkdir(parents=True, exist_ok=True)
        assert fresh(folder)("init").code == 0
        assert settings(folder).warnings == ()
