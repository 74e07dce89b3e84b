from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.model.settings import Function
from lambda_ci.model.spec.function import FunctionSpec
from lambda_ci.report.matrix import MOST_JOBS, github, gitlab, jobs

RUNTIMES = ("python3.11", "python3.12", "python3.13")


def functions(kinds: list[tuple[str, str]]) -> list[Function]:
    """One for each runtime and architecture: ``f0``, ``f1`` …"""
    return [
        Function(
            name=f"f{number}",
            spec=FunctionSpec.model_validate_json(json.dumps({"runtime": runtime, "architecture": architecture})),
            source=Path("/src"),
            requirements=None,
        )
        for number, (runtime, architecture) in enumerate(kinds)
    ]


kinds = st.lists(st.tuples(st.sampled_from(RUNTIMES), st.sampled_from(["x86_64", "arm64"])), max_size=60)


@given(kinds, st.integers(min_value=6, max_value=70))
def test_every_function_has_one_job_of_its_kind_and_there_are_not_too_many(
    kinds: list[tuple[str, str]], most: int
) -> None:
    made = functions(kinds)
    found = jobs(made, most=most)
    assert sorted(name for job in found for name in job.functions) == sorted(one.name for one in made)
    assert len(found) <= most
    assert all(len(job.functions) == 1 for job in found) or len(made) > most
    by_name = {one.name: (one.spec.runtime, one.spec.architecture) for one in made}
    assert all(by_name[name] == (job.runtime, job.architecture) for job in found for name in job.functions)


@given(st.integers(min_value=257, max_value=5000))
def test_a_thousand_functions_are_no_more_jobs_than_github_takes(count: int) -> None:
    found = jobs(functions([("python3.12", "arm64")]) * count)
    assert len(found) <= MOST_JOBS
    assert max(len(job.functions) for job in found) <= -(-count // MOST_JOBS)


def test_an_entry_says_what_a_job_needs() -> None:
    matrix = json.loads(github(functions([("python3.12", "arm64"), ("python3.13", "x86_64")])))
    assert matrix["include"] == [
        {
            "name": "f0",
            "function": "f0",
            "runtime": "python3.12",
            "architecture": "arm64",
            "runs-on": "ubuntu-24.04-arm",
        },
        {
            "name": "f1",
            "function": "f1",
            "runtime": "python3.13",
            "architecture": "x86_64",
            "runs-on": "ubuntu-latest",
        },
    ]


def test_a_child_pipeline_chooses_the_function_by_its_variable() -> None:
    pipeline: dict[str, Any] = yaml.safe_load(gitlab(functions([("python3.12", "arm64")])))
    assert pipeline["lambda-ci: f0"]["variables"]["LAMBDA_CI_FUNCTION"] == "f0"


def test_an_empty_child_pipeline_has_a_job_that_does_nothing() -> None:
    assert [job["script"] for job in yaml.safe_load(gitlab([])).values()] == [["true"]]
