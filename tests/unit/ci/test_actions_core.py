"""What is written is, byte for byte, what GitHub's own toolkit writes; and what is read is what it reads.

``actions_core.json`` was recorded by ``tools/actions_core.mjs``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from lambda_ci.ci.github import GitHub
from lambda_ci.inputs.action import from_environ
from lambda_ci.inputs.scalars import FALSE, TRUE
from lambda_ci.model.problem import Origin, Problem, Severity

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("actions_core.json").read_text("utf-8"))
each_text = pytest.mark.parametrize("case", RECORDED["texts"], ids=lambda case: repr(case["text"]))
PLACE = Origin(source="a b,c:d%.yml", line=3, column=7)


@each_text
def test_annotations_have_the_toolkits_bytes(case: dict[str, str]) -> None:
    error = Problem(origin=PLACE, message=case["text"])
    assert GitHub().mark(error) + "\n" == case["error"]


@each_text
def test_a_warning_without_a_place_has_them_too(case: dict[str, str]) -> None:
    warning = Problem(origin=Origin(source=""), message=case["text"], severity=Severity.WARNING)
    assert GitHub().mark(warning) + "\n" == case["warning"]


@each_text
def test_groups_have_them(case: dict[str, str]) -> None:
    assert GitHub().group(case["text"]) + "\n" == case["group"]
    assert GitHub().end_group() + "\n" == RECORDED["end-group"]


@each_text
def test_a_mask_of_one_line_has_them(case: dict[str, str]) -> None:
    """The toolkit masks several lines by one command, of which the runner takes each line; white space around it shows nothing."""
    text = case["text"]
    if text.strip() == text and len(text.splitlines()) == 1:
        assert (GitHub().mask(text) + "\n").startswith(case["mask"])


@each_text
def test_outputs_have_them_but_for_the_delimiter(case: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "output"
    assert GitHub(output=str(file)).write_outputs({"name": case["text"]}) is None
    written = file.read_bytes().decode()
    assert re.sub(r"ghadelimiter_[0-9a-f]{32}(?=\n)", "DELIMITER", written) == case["output"]


def test_the_same_words_are_true_and_false() -> None:
    said = {
        word: True if word in TRUE else False if word in FALSE else None
        for word in map(str.strip, RECORDED["booleans"])
    }
    assert {word.strip(): value for word, value in RECORDED["booleans"].items()} == said


@pytest.mark.parametrize(("name", "variable"), RECORDED["variables"].items())
def test_an_input_is_found_under_the_variable_that_the_runner_makes(name: str, variable: str) -> None:
    read = from_environ({variable: "here"})
    assert read is not None
    assert read[name.lower().replace(" ", "_")] == "here"
