"""What later steps get."""

import json
from dataclasses import replace
from pathlib import Path

from lambda_ci.report.outputs import outputs
from tests.fakes.results import AWS_FAILED, BUILT, ONE, PROBLEMS, TWELVE, UNCHANGED, build, deployed, run_of


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


def test_nothing_changed_is_said_as_false() -> None:
    assert outputs(UNCHANGED)["changed"] == "false"


def test_what_is_not_known_is_left_out() -> None:
    assert set(outputs(PROBLEMS)) == {"result"}
    assert set(outputs(AWS_FAILED)) == {
        "alias", "code-sha256", "package-path", "package-size", "sbom-path", "provenance-path", "result"
    }  # fmt: skip
    assert "changed" not in outputs(BUILT)


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
