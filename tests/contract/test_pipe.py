"""pipe.yml and the pipes in the pipelines and in the documentation name variables that the image reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from lambda_ci.inputs.options import options
from lambda_ci.inputs.pipe import variables
from lambda_ci.verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/ci-systems.md"
OF_AWS = {
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "BITBUCKET_ACCESS_TOKEN",
}


def _metadata() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "pipe.yml").read_text("utf-8"))
    return content


def _pipes(node: object) -> Iterator[dict[str, Any]]:
    """Every step of a script that is a pipe."""
    if isinstance(node, dict):
        if "pipe" in node:
            yield node
        for child in node.values():
            yield from _pipes(child)
    elif isinstance(node, list):
        for child in node:
            yield from _pipes(child)


def _shown() -> list[dict[str, Any]]:
    texts = [path.read_text("utf-8") for path in (ROOT / "examples/ci").glob("bitbucket*.yml")]
    texts += re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return [pipe for text in texts for pipe in _pipes(yaml.safe_load(text))]


def _is_read(name: str) -> bool:
    return bool(variables({name: "x"})) or name in OF_AWS


def test_the_metadata_has_what_bitbucket_asks_for() -> None:
    content = _metadata()
    assert content.keys() == {
        "name", "image", "description", "category", "repository", "maintainer", "vendor", "tags", "variables"
    }  # fmt: skip
    assert all(content[who].keys() == {"name", "website"} for who in ("maintainer", "vendor"))
    assert re.fullmatch(r"[a-z.-]+/lambda-ci:1", content["image"])


def test_the_defaults_of_the_metadata_are_read_and_change_nothing() -> None:
    """A variable that the repository has not is empty; the verb is the one that would be meant without it."""
    listed = {one["name"]: one["default"] for one in _metadata()["variables"]}
    assert all(_is_read(name) for name in listed)
    assert all(default in {"", f"${name}"} for name, default in listed.items() if name != "COMMAND")
    assert variables({name: text for name, text in listed.items() if not text.startswith("$")}) == {"command": "deploy"}


def test_the_pipes_that_are_shown_name_variables_that_are_read() -> None:
    shown = _shown()
    assert len(shown) == 2
    for pipe in shown:
        assert pipe["pipe"] == f"docker://{_metadata()['image']}"
        assert all(_is_read(name) for name in pipe["variables"]), pipe
        assert pipe["variables"]["COMMAND"] in VERBS


@pytest.mark.parametrize("option", options(), ids=lambda option: str(option.name))
def test_every_setting_is_a_variable_of_the_pipe(option: Any) -> None:  # noqa: ANN401 - the ids need no type
    name = option.variable.removeprefix("LAMBDA_CI_")
    assert variables({name: "x"}) == {option.name: "x"}
