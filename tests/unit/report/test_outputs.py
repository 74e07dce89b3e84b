"""What later steps get."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.model.change import FieldChange
from lambda_ci.report.outputs import PLAN_BYTES, RESULT_BYTES, cut, outputs
from tests.fakes.results import (
    AWS_FAILED,
    BUILT,
    LOOKED_AT,
    ONE,
    PLANNED,
    PROBLEMS,
    TWELVE,
    UNCHANGED,
    build,
    deployed,
    run_of,
    smoke_failed,
    update,
)

if TYPE_CHECKING:
    from lambda_ci.model.result import FunctionResult, RunResult


def test_one_function_gives_plain_values() -> None:
    values = outputs(ONE)
    assert values["function-arn"] == "arn:aws:lambda:eu-west-1:123456789012:function:shop-orders"
    assert (values["version"], values["previous-version"], values["alias"]) == ("2", "1", "live")
    assert (values["package-path"], values["package-size"], values["changed"]) == (
        "dist/orders.zip",
        "55837484",
        "true",
    )


def test_several_functions_give_objects_by_name_and_one_answer_to_changed() -> None:
    values = outputs(TWELVE)
    assert json.loads(values["version"])["function-1"] == "2"
    assert len(json.loads(values["package-path"])) == 12
    assert values["changed"] == "true"


@pytest.mark.parametrize("run", [UNCHANGED, BUILT, LOOKED_AT, PROBLEMS])
def test_nothing_changed_is_said_as_false(run: RunResult) -> None:
    assert outputs(run)["changed"] == "false"


def test_what_would_be_changed_is_not_known_of_a_plan_that_failed_or_was_not_made() -> None:
    assert "changed" not in outputs(replace(PROBLEMS, verb="plan"))
    assert "changed" not in outputs(replace(LOOKED_AT, verb="plan", matrix="{}"))


def test_after_a_failure_the_version_is_the_one_that_callers_get() -> None:
    failed = smoke_failed("orders")
    assert (failed.version, failed.previous_version) == ("3", "2")
    assert outputs(run_of(failed))["version"] == "2"
    assert outputs(run_of(replace(failed, released=True)))["version"] == "3", "what failed came after the move"
    assert "version" not in outputs(run_of(replace(failed, previous_version="")))
    assert outputs(replace(run_of(failed), verb="invoke"))["version"] == "3", "the one that was called"


def test_what_is_not_known_is_left_out() -> None:
    assert set(outputs(PROBLEMS)) == {"changed", "result"}
    assert set(outputs(AWS_FAILED)) == {
        "alias", "code-sha256", "package-path", "package-size", "sbom-path", "provenance-path", "result"
    }  # fmt: skip


def test_the_result_is_the_document_without_distributions() -> None:
    result = json.loads(outputs(ONE)["result"])
    assert result["version"] == 1
    assert result["functions"]["orders"]["package"]["distributions"] == []


def test_paths_are_relative_to_the_workspace_and_only_below_it() -> None:
    built = replace(build("orders"), path=Path("/github/workspace/dist/orders.zip"), sbom=Path("/elsewhere/a.cdx.json"))
    inside = run_of(replace(deployed("orders"), build=built))
    values = outputs(inside, workspace=Path("/github/workspace"))
    assert (values["package-path"], values["sbom-path"]) == ("dist/orders.zip", "/elsewhere/a.cdx.json")
    assert outputs(inside, workspace=Path("/github/work"))["package-path"] == "/github/workspace/dist/orders.zip"


def test_papers_that_are_not_wanted_are_no_outputs() -> None:
    plain = replace(deployed("orders"), build=replace(build("orders"), sbom=None, provenance=None))
    assert not {"sbom-path", "provenance-path"} & set(outputs(run_of(plain)))


def test_the_plan_is_what_people_read() -> None:
    assert outputs(PLANNED)["plan"].startswith("orders (shop-orders): 3 changes\n  + function\n")
    assert "users: unchanged" in outputs(PLANNED)["plan"]
    assert "plan" not in outputs(BUILT)


def _with_fields(name: str, count: int) -> FunctionResult:
    plan = update(name)
    fields = tuple(
        FieldChange(field=f"environment.V{number}", before="", after="sha256:1234") for number in range(count)
    )
    changes = (plan.changes[0], replace(plan.changes[1], fields=fields), *plan.changes[2:])
    return replace(deployed(name), plan=replace(plan, changes=changes))


@pytest.mark.parametrize(("functions", "fields", "kept"), [(3, 1500, "changes"), (500, 20, "version"), (1500, 0, "")])
def test_a_result_that_is_too_large_loses_details_first(functions: int, fields: int, kept: str) -> None:
    run = run_of(*(_with_fields(f"f{number}", fields) for number in range(functions)))
    values = outputs(run)
    assert len(values["result"]) <= RESULT_BYTES
    assert len(values["plan"].encode()) <= PLAN_BYTES
    result = json.loads(values["result"])
    assert result["cut"] is True
    assert len(result["functions"]) == (functions if kept else 0)
    assert all(one.get(kept) for one in result["functions"].values())
    assert not any(change["fields"] for one in result["functions"].values() for change in one.get("changes", []))


def test_a_failure_is_kept_when_the_result_is_shortened() -> None:
    run = run_of(*(_with_fields(f"f{number}", 20) for number in range(500)), smoke_failed("orders"))
    assert json.loads(outputs(run)["result"])["functions"]["orders"]["failure"]["exit-code"] == 6
    many = run_of(*(replace(smoke_failed("orders"), name=f"f{number}") for number in range(1200)))
    assert json.loads(outputs(many)["result"])["error"] == {"exit-code": 6}


@given(st.text(), st.integers(min_value=60, max_value=300))
def test_a_cut_text_is_within_its_limit_and_a_beginning_of_the_whole(text: str, limit: int) -> None:
    text *= 20
    shortened = cut(text, limit=limit)
    assert len(shortened.encode()) <= limit
    assert shortened == text or text.startswith(shortened.rpartition("\n…")[0])
