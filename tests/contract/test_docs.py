"""What the pages tell is true: links and index, every YAML snippet, every command line, the words and codes of failures."""

from __future__ import annotations

import argparse
import ast
import re
import shlex
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from lambda_ci import errors
from lambda_ci.inputs.options import options
from lambda_ci.model.spec.project import Spec
from lambda_ci.verbs import VERBS
from tests.contract.pages import ACTION, CHECKOUT, PAGES, Snippet, anchors, fenced, indented, inline, named, shell
from tests.fakes.configuration import Configuration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from typing import NoReturn

LINK = re.compile(r"\]\((?!https?:)(?P<file>[^)#\s]*)(?:#(?P<anchor>[^)]*))?\)")
INDEX = CHECKOUT / "docs" / "README.md"
TOP = frozenset(name.replace("_", "-") for name in Spec.model_fields)
BARE = {"handler": "app.handler", "runtime": "python3.13"}
FILES = ("app.py", "hello.py")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_to_something(page: Path) -> None:
    dead = [found[0] for found in LINK.finditer(page.read_text("utf-8")) if not _leads_somewhere(page, found)]
    assert dead == []


def _leads_somewhere(page: Path, link: re.Match[str]) -> bool:
    target = (page.parent / link["file"]) if link["file"] else page
    if not target.exists():
        return False
    return not link["anchor"] or link["anchor"] in anchors(target)


def test_the_index_names_every_page() -> None:
    linked = {(INDEX.parent / link["file"]).resolve() for link in LINK.finditer(INDEX.read_text("utf-8"))}
    assert {page for page in INDEX.parent.iterdir() if page != INDEX} <= linked


YAML = [snippet for page in PAGES for snippet in fenced(page, "yaml")]
STEPS = [snippet for snippet in YAML if re.search(r"^(\s*- (uses|run|step):|jobs:|steps:)", snippet.text, re.MULTILINE)]
SETTINGS = [snippet for snippet in YAML if snippet not in STEPS]


@pytest.mark.parametrize("snippet", SETTINGS, ids=str)
def test_settings_in_the_docs_have_no_problems(snippet: Snippet, tmp_path: Path) -> None:
    """What is shown indented belongs to a function; a snippet that shows a part is completed with as little as there is."""
    shown = yaml.safe_load(dedent(snippet.text))
    whole = _whole(shown, of_a_function=snippet.text.startswith(" ") or not set(shown) <= TOP)
    _make_files(tmp_path, whole)
    configuration = Configuration(folder=tmp_path, environ={"API_KEY": "k"})
    configuration.write(yaml.safe_dump(whole, sort_keys=False))
    assert configuration.problems() == []


def _whole(shown: Mapping[str, Any], *, of_a_function: bool) -> dict[str, Any]:
    if shown.get("version") == 1:
        return dict(shown)
    top = {} if of_a_function else dict(shown)
    functions = {"it": shown} if of_a_function else top.pop("functions", {"it": {}})
    own = {name: {**_bare(one), **one} for name, one in functions.items()}
    return {"version": 1, **top, "functions": own}


def _bare(function: Mapping[str, Any]) -> Mapping[str, str]:
    """An image that brings its own command takes neither handler nor runtime."""
    own_image = "image-uri" in function or "dockerfile" in function.get("image", {})
    return {} if own_image else BARE


def _make_files(folder: Path, whole: Mapping[str, Any]) -> None:
    """The files that a snippet names, as far as they must be there."""
    for described in [*whole["functions"].values(), *whole.get("layers", {}).values()]:
        source = folder / described.get("source", ".")
        source.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            (source / name).write_text("handler = print\n")
        image, smoke = described.get("image", {}), described.get("smoke", [])
        texts = {case["payload-file"]: "{}" for case in smoke if "payload-file" in case}
        texts |= {image["dockerfile"]: "FROM scratch\n"} if "dockerfile" in image else {}
        texts |= {described["requirements"]: ""} if isinstance(described.get("requirements"), str) else {}
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)


@pytest.mark.parametrize("snippet", STEPS, ids=str)
def test_steps_in_the_docs_give_inputs_that_the_action_has(snippet: Snippet) -> None:
    given = [set(step.get("with", {})) for step in _steps(yaml.safe_load(dedent(snippet.text))) if _is_ours(step)]
    assert given or "lambda-ci@" not in snippet.text
    assert [names - set(ACTION["inputs"]) for names in given if names - set(ACTION["inputs"])] == []


def _steps(found: object) -> Iterable[Mapping[str, Any]]:
    """Whatever ``uses`` something, however deep."""
    if isinstance(found, dict):
        yield from [found] if "uses" in found else []
    inside = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    for one in inside:
        yield from _steps(one)


def _is_ours(step: Mapping[str, Any]) -> bool:
    return "/lambda-ci@" in step["uses"]


def test_outputs_in_the_docs_are_those_of_the_action() -> None:
    told = {name for snippet in YAML for name in re.findall(r"steps\.\w+\.outputs\.([\w-]+)", snippet.text)}
    assert told <= set(ACTION["outputs"])
    table = (CHECKOUT / "docs" / "action.md").read_text("utf-8").split("## Outputs")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE))
    rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`([\w-]+)`", row)} == set(ACTION["outputs"])


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


COMMANDS = [snippet for page in PAGES for find in (indented, shell, inline) for snippet in find(page)]


@pytest.mark.parametrize("verb", [*VERBS])
def test_commands_in_the_docs_are_taken_as_they_stand(verb: str) -> None:
    parser, command = _Parser(allow_abbrev=False), VERBS[verb][1]()()
    command.declare(parser)
    shown = [(snippet, shlex.split(snippet.text, comments=True)) for snippet in COMMANDS]
    mine = [(snippet, words[1:]) for snippet, words in shown if words and words[0] == verb]
    assert mine, f"no page shows `lambda-ci {verb}`"
    assert [str(snippet) for snippet, words in mine if _refused(parser, words)] == []


def _refused(parser: argparse.ArgumentParser, words: list[str]) -> str:
    try:
        parser.parse_args(words)
    except ValueError as error:
        return str(error)
    return ""


def test_no_page_shows_a_verb_that_does_not_exist() -> None:
    strange = [
        str(snippet)
        for snippet in COMMANDS
        if snippet.text.split(maxsplit=1)[0] not in {*VERBS, "VERB", "--help", "--version"}
    ]
    assert strange == []


TROUBLE = CHECKOUT / "docs" / "troubleshooting.md"
NOT_OURS = ("Runtime.ImportModuleError", "Task timed out")


def test_every_exit_code_has_a_section() -> None:
    codes = {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.LambdaCiError)
    }
    told = re.findall(r"^## (\d+): ", TROUBLE.read_text("utf-8"), re.MULTILINE)
    assert [int(code) for code in told] == sorted(codes)


def test_messages_in_the_docs_are_those_that_are_printed() -> None:
    """Each part of a quoted message between ``…`` stands in the program's words."""
    text = TROUBLE.read_text("utf-8")
    messages = [*re.findall(r"^\| (`.*?)\|", text, re.MULTILINE), *re.findall(r"^(`[^`]*`)[:,]", text, re.MULTILINE)]
    quoted = [message for cell in messages for message in re.findall(r"`([^`]*)`", cell)]
    parts = {part.strip(' ".,:') for message in quoted for part in re.split(r"…|\"\w+\"", message)}
    words = _words()
    assert len(quoted) > 40
    assert [part for part in parts if part not in words and part not in NOT_OURS and not part.isdigit()] == []


def _words() -> str:
    """All text literals of the program; what an f-string fills in is ``…``."""
    found = []
    for module in (CHECKOUT / "lambda_ci").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                found.append("".join(str(one.value) if isinstance(one, ast.Constant) else "…" for one in node.values))
    return "\n".join(found)


def test_variables_that_pages_name_exist() -> None:
    apart = {"LAMBDA_CI_CACHE", "LAMBDA_CI_IMAGE"}
    known = {"LAMBDA_CI_" + option.name.upper().replace("-", "_") for option in options()} | apart
    told = {name for page in PAGES for name in re.findall(r"\bLAMBDA_CI_[A-Z_]+\b", page.read_text("utf-8"))}
    assert {name for name in told - known if not name.startswith("LAMBDA_CI_JOB_")} == set()
