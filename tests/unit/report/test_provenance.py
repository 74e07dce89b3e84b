"""The provenance statement: what in-toto and SLSA ask for, and nothing that is nobody's business."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from lambda_ci.model.artifact import Bytecode
from lambda_ci.model.inventory import Maker, Run, Taken
from lambda_ci.report.provenance import statement
from tests.fakes.inventories import ALL, COMMIT, ORIGINS, SHA, inventory
from tests.fakes.standards import check_statement


def stated(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    document: dict[str, Any] = statement(inventory(ALL), replace(ORIGINS, **changes))
    return document


def compiled(bytecode: Bytecode) -> dict[str, Any]:
    package = replace(inventory(ALL).package, bytecode=bytecode)
    document: dict[str, Any] = statement(replace(inventory(ALL), package=package), ORIGINS)
    return document


def resolved(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in document["predicate"]["buildDefinition"]["resolvedDependencies"]}


def test_it_has_the_fields_of_the_standards() -> None:
    check_statement(stated())
    check_statement(stated(maker=Maker(version="1"), files=()))
    assert stated() == stated()


def test_the_subject_is_the_package_that_aws_runs() -> None:
    [subject] = stated()["subject"]
    assert subject == {
        "name": "orders.zip",
        "digest": {"sha256": "cd" * 32},
        "annotations": {"code-sha256": "zc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc0="},
    }


def test_everything_that_went_in_has_its_digest() -> None:
    found = resolved(stated())
    assert found["source"] == {
        "name": "source",
        "digest": {"gitCommit": COMMIT},
        "uri": f"git+https://git.example/shop@{COMMIT}",
        "annotations": {"dirty": False},
    }
    assert found["src/requirements.txt"]["digest"] == {"sha256": SHA}
    assert found["numpy-1.0.tar.gz"]["digest"] == {"sha256": SHA}
    assert found["numpy-1.0-py3-none-any.whl"]["annotations"]["image-digest"] == f"sha256:{SHA}"
    assert found["images.example/python:3.12"]["digest"] == {"sha256": SHA}
    assert found["tool"]["digest"] == {"gitCommit": COMMIT}
    assert found["mine-1.0-py3-none-any.whl"]["annotations"] == {"built": "in place", "folder": "libs/mine"}
    assert found["typing-extensions-1.0-py3-none-any.whl"]["downloadLocation"].startswith("https://index.example/")


def test_the_python_that_compiled_is_named_and_the_image_it_is_in() -> None:
    image = f"images.example/python:3.12@sha256:{SHA}"
    there = Bytecode(place="images.example/python:3.12 (sha256:abababababab)", image=image, files=3)
    document = compiled(there)
    check_statement(document)
    assert document["predicate"]["buildDefinition"]["internalParameters"]["bytecode"] == there.place
    used = resolved(document)["images.example/python:3.12"]
    assert used["annotations"] == {"use": "wheels were built in it, bytecode was compiled in it"}
    other = replace(there, image=f"images.example/other@sha256:{'cd' * 32}")
    assert resolved(compiled(other))["images.example/other"] == {
        "name": "images.example/other",
        "digest": {"sha256": "cd" * 32},
        "annotations": {"use": "bytecode was compiled in it"},
    }
    here = replace(there, image="", place="Python 3.12.1 on this machine")
    assert compiled(here)["predicate"]["buildDefinition"]["internalParameters"]["bytecode"] == here.place
    assert "bytecode" not in stated()["predicate"]["buildDefinition"]["internalParameters"]


def test_who_built_it_is_said_where_somebody_knows() -> None:
    details = stated()["predicate"]["runDetails"]
    assert details["metadata"] == {"invocationId": "https://git.example/shop/actions/runs/1"}
    alone = stated(maker=replace(ORIGINS.maker, run=None))["predicate"]["runDetails"]
    assert alone["builder"]["id"] == "urn:lambda-ci:builder:unknown"
    assert "metadata" not in alone


def test_what_was_taken_from_a_cache_names_its_maker_and_who_took_it() -> None:
    by = Run(builder="https://git.example/runner", invocation="https://git.example/shop/actions/runs/2")
    document = stated(taken=Taken(place="s3://wheels/", by=by))
    check_statement(document)
    details = document["predicate"]["runDetails"]
    assert details["metadata"]["invocationId"].endswith("/runs/1")
    assert details["lambdaci_taken"] == {"from": "s3://wheels/", "invocationId": by.invocation}
    nobody = stated(taken=Taken(place="s3://wheels/", by=None))["predicate"]["runDetails"]
    assert nobody["lambdaci_taken"] == {"from": "s3://wheels/"}


def test_there_is_no_time_in_it() -> None:
    assert "startedOn" not in json.dumps(stated())
