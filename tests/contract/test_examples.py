"""The examples are right as they stand: configurations and requirements."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from lambda_ci.inputs.settings import Sources, load
from tests.contract.schemas import accepted

CHECKOUT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path.parent for path in (CHECKOUT / "examples").glob("*/lambda-ci.yml"))
SCHEMA = CHECKOUT / "docs" / "lambda-ci.schema.json"
PINNED = re.compile(r"[a-z0-9-]+==[0-9][0-9.]*")


def named(path: Path) -> str:
    return path.name


def test_there_are_a_one_file_function_an_api_and_a_project_of_twelve() -> None:
    assert {"hello", "api", "shop"} <= {example.name for example in EXAMPLES}
    shop = load(
        Sources(flags={}, inputs=None, environ={}, cwd=CHECKOUT / "examples" / "shop"), today=date(2026, 11, 21)
    )
    assert len(shop.functions) == 12
    assert len({function.requirements for function in shop.functions}) == 1


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_an_example_has_no_problems_and_no_warnings(example: Path) -> None:
    settings = load(Sources(flags={}, inputs=None, environ={}, cwd=example), today=date(2026, 11, 21))
    assert settings.warnings == ()
    assert all(function.spec.smoke for function in settings.functions)


@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_the_stages_of_the_shop_have_no_problems(stage: str) -> None:
    sources = Sources(flags={"stage": stage}, inputs=None, environ={}, cwd=CHECKOUT / "examples" / "shop")
    assert load(sources, today=date(2026, 11, 21)).stage == stage


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_an_example_is_valid_by_the_published_schema(example: Path) -> None:
    accepted("--schemafile", SCHEMA, example / "lambda-ci.yml")


@pytest.mark.parametrize("requirements", sorted((CHECKOUT / "examples").rglob("requirements.txt")), ids=str)
def test_requirements_name_every_version(requirements: Path) -> None:
    lines = requirements.read_text("utf-8").splitlines()
    assert [line for line in lines if not PINNED.fullmatch(line)] == []
