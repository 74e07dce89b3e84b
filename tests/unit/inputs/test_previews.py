"""The settings of a preview: the stage ``preview`` where there is one, and nothing that would take capacity from the real function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.inputs.settings import Sources, load
from lambda_ci.model.spec.serving import RolloutSpec
from tests.fakes.configuration import TODAY, Configuration

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.model.settings import Settings

CONFIG = """\
version: 1
preview: {label: try-me}
defaults: {handler: app.handler, runtime: python3.13, reserved-concurrency: 9}
functions:
  f:
    source: src
    timeout: 3
    mode: code-only
    provisioned-concurrency: 2
    rollout: {strategy: canary}
"""
STAGES = """\
stages:
  preview: {functions: {f: {timeout: 4, reserved-concurrency: 1}}}
  other: {functions: {f: {timeout: 5}}}
"""


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("def handler(event, context): ...\n")
    made = Configuration(folder=tmp_path)
    made.write(CONFIG + STAGES)
    return made


def _load(configuration: Configuration, **flags: str) -> Settings:
    sources = Sources(flags=flags, inputs=None, environ={}, cwd=configuration.folder, preview=True)
    return load(sources, today=TODAY)


def test_a_preview_takes_its_stage_by_itself(configuration: Configuration) -> None:
    settings = _load(configuration)
    [function] = settings.functions
    assert (settings.stage, function.spec.members["Timeout"], settings.preview.label) == ("preview", 4, "try-me")


def test_another_stage_can_be_chosen(configuration: Configuration) -> None:
    settings = _load(configuration, stage="other")
    [function] = settings.functions
    assert (settings.stage, function.spec.members["Timeout"]) == ("other", 5)


def test_what_is_for_the_real_function_only_counts_where_the_stage_says_so(configuration: Configuration) -> None:
    [function] = _load(configuration).functions
    spec = function.spec
    assert (spec.mode, spec.provisioned_concurrency, spec.reserved_concurrency) == ("full", None, 1)
    assert spec.rollout == RolloutSpec.model_validate({})


def test_without_such_a_stage_the_file_itself_counts(configuration: Configuration) -> None:
    configuration.write(CONFIG)
    settings = _load(configuration)
    [function] = settings.functions
    assert (settings.stage, function.spec.members["Timeout"], function.spec.reserved_concurrency) == (None, 3, None)


def test_nothing_of_this_happens_to_what_is_no_preview(configuration: Configuration) -> None:
    settings = configuration.load()
    [function] = settings.functions
    assert (settings.stage, function.spec.mode, function.spec.reserved_concurrency) == (None, "code-only", 9)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("preview: {ttl: 14}", "preview.ttl"),
        ("preview: {ttl: 0d}", "preview.ttl"),
        ("preview: {announce: mail}", "preview.announce"),
        ("preview: {path: no-slash}", "preview.path"),
        ("preview: {lable: x}", "label"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, line: str, said: str) -> None:
    configuration = Configuration(folder=tmp_path)
    configuration.one("source: .", top=line)
    assert any(said in problem for problem in configuration.problems())
