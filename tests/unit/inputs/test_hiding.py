"""Which values of a configuration nothing may show."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from lambda_ci.inputs.settings import Sources, load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FUNCTION = "version: 1\nfunctions: {f: {source: ., handler: a.b, runtime: python3.13%s}}\n"
HUNTER = "hunter2-hunter2"


def _hidden(folder: Path, more: str, *, inputs: Mapping[str, str] | None = None, **environ: str) -> frozenset[str]:
    (folder / "a.py").write_text("")
    (folder / "lambda-ci.yml").write_text(FUNCTION % (f", {more}" if more else ""))
    sources = Sources(flags={}, inputs=inputs, environ={"HOME": str(folder), **environ}, cwd=folder)
    settings = load(sources, today=date(2026, 11, 21))
    return settings.secrets


@pytest.mark.parametrize(
    "more",
    [
        "environment: {KEY: '${env:ANY}'}",
        "environment: {DB_PASSWORD: '${env:ANY}'}",
        "environment: {ANY: '${env:API_TOKEN}'}",
        "description: '${env:API_TOKEN}'",
        "environment: {URL: 'postgres://user:${env:ANY}@db/x'}",
    ],
)
def test_what_is_named_like_a_secret_is_one(tmp_path: Path, more: str) -> None:
    assert HUNTER in _hidden(tmp_path, more, ANY=HUNTER, API_TOKEN=HUNTER)


def test_an_input_of_the_action_is_not_for_everybody_to_read(tmp_path: Path) -> None:
    inputs = {"function": "f", "environment": f'{{"KEY": "{HUNTER}", "TABLE": "orders-of-2026"}}'}
    assert _hidden(tmp_path, "", inputs=inputs) == {HUNTER}


@pytest.mark.parametrize(
    "more",
    [
        "environment: {TABLE: '${env:ANY}'}",
        f"environment: {{KEY: {HUNTER}}}",
        "environment: {KEY: '${env:SHORT}'}",
        "environment: {URL: 'https://example.com/${env:ANY}'}",
        "environment: {MONKEY: '${env:ANY}', KEYBOARD: '${env:ANY}'}",
    ],
)
def test_what_is_not_would_only_hide_the_log(tmp_path: Path, more: str) -> None:
    assert _hidden(tmp_path, more, ANY=HUNTER, SHORT="12345") == frozenset()
