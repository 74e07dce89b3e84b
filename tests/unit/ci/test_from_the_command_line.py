"""The whole program on other CI systems than GitHub: what it leaves for later jobs, and for those who look at the job."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.fakes.cli import Cli
from tests.fakes.log_readers import agent_commands, sections

if TYPE_CHECKING:
    from pathlib import Path

RIGHT = "version: 1\nfunctions:\n  a: {source: src, handler: app.handler, runtime: python3.13}\n"
WRONG = RIGHT.replace("runtime: python3.13", "timeout: soon, runtime: python3.13")


def _cli(folder: Path, config: str, **environ: str) -> Cli:
    cli = Cli(folder, {"HOME": str(folder), **environ})
    cli.write("src/app.py", "def handler(event, context): ...\n")
    cli.write("lambda-ci.yml", config)
    return cli


def test_gitlab_gets_a_report_of_what_is_wrong_with_the_configuration(tmp_path: Path) -> None:
    ran = _cli(tmp_path, WRONG, GITLAB_CI="true")("check")
    assert ran.code == 2
    [finding] = json.loads((tmp_path / "dist/gl-code-quality-report.json").read_text("utf-8"))
    assert finding["location"] == {"path": "lambda-ci.yml", "lines": {"begin": 3}}
    assert "timeout" in finding["description"]
    assert "❌ check" in (tmp_path / "dist/lambda-ci.md").read_text("utf-8")
    assert json.loads(json.loads((tmp_path / "dist/lambda-ci.json").read_text("utf-8"))["result"])["error"]


@pytest.mark.parametrize("config", ["lambda-ci.yml", "{folder}/lambda-ci.yml", "../svc/lambda-ci.yml"])
def test_files_are_named_from_the_top_of_the_checkout(tmp_path: Path, config: str) -> None:
    """Wherever the program was started, and however the file was given."""
    folder = tmp_path / "repository/svc"
    folder.mkdir(parents=True)
    given = ("check", "--config", config.format(folder=folder))
    checkout = str(folder.parent)
    _cli(folder, WRONG, GITLAB_CI="true", CI_PROJECT_DIR=checkout)(*given)
    [finding] = json.loads((folder / "dist/gl-code-quality-report.json").read_text("utf-8"))
    assert finding["location"]["path"] == "svc/lambda-ci.yml"
    marked = _cli(folder, WRONG, GITHUB_ACTIONS="true", GITHUB_WORKSPACE=checkout)(*given)
    assert "file=svc/lambda-ci.yml,line=3" in marked.err
    told = agent_commands(_cli(folder, WRONG, TF_BUILD="True", BUILD_SOURCESDIRECTORY=checkout)(*given).err)
    assert next(told).properties["sourcepath"] == "svc/lambda-ci.yml"


def test_a_file_outside_of_the_checkout_keeps_its_name(tmp_path: Path) -> None:
    ran = _cli(tmp_path, WRONG, GITHUB_ACTIONS="true", GITHUB_WORKSPACE=str(tmp_path / "elsewhere"))("check")
    assert "file=lambda-ci.yml,line=3" in ran.err


def test_gitlab_gets_sections_outputs_and_a_summary_of_a_build(tmp_path: Path) -> None:
    ran = _cli(tmp_path, RIGHT, GITLAB_CI="true")("build", "--report-dir", "reports", "--build-import-check", "never")
    assert ran.code == 0, ran.err
    kinds = [one.kind for one in sections(ran.err)]
    assert kinds == ["start", "end"] * (len(kinds) // 2)
    assert "LAMBDA_PACKAGE_PATH=dist/a.zip\n" in (tmp_path / "reports/lambda-ci.env").read_text("utf-8")
    assert "✅ build" in (tmp_path / "reports/lambda-ci.md").read_text("utf-8")
    assert not (tmp_path / "dist/lambda-ci.md").exists()


def test_azure_gets_issues_variables_and_the_summary(tmp_path: Path) -> None:
    ran = _cli(tmp_path, WRONG.replace("soon", "'##vso[task.complete]'"), TF_BUILD="True")("check")
    told = list(agent_commands(ran.err))
    assert {one.name for one in told} == {"task.logissue", "task.setvariable", "task.uploadsummary"}
    [issue] = [one for one in told if one.name == "task.logissue"]
    assert (issue.properties["sourcepath"], issue.properties["linenumber"]) == ("lambda-ci.yml", "3")
    assert [one.properties["variable"] for one in told if one.name == "task.setvariable"] == ["changed", "result"]


def test_a_json_document_has_no_command_in_it(tmp_path: Path) -> None:
    ran = _cli(tmp_path, WRONG.replace("soon", "'##VSO[task.complete]'"), TF_BUILD="True")("check", "--json")
    assert list(agent_commands(ran.out)) == []
    assert "##VSO[task.complete]" in json.dumps(ran.document)


def test_a_person_gets_no_files_unless_they_name_a_folder(tmp_path: Path) -> None:
    cli = _cli(tmp_path, RIGHT)
    assert cli("check").code == 0
    assert not (tmp_path / "dist").exists()
    assert cli("check", environ={"LAMBDA_CI_REPORT_DIR": "reports"}).code == 0
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == [
        "lambda-ci.env",
        "lambda-ci.json",
        "lambda-ci.md",
    ]


def test_reports_among_the_sources_are_no_part_of_a_package(tmp_path: Path) -> None:
    cli = _cli(tmp_path, RIGHT.replace("source: src", "source: ."), LAMBDA_CI_BUILD_IMPORT_CHECK="never")
    cli.write("app.py", "def handler(event, context): ...\n")
    documents = [cli("build", "--report-dir", ".", "--json").function("a") for _ in range(2)]
    assert (tmp_path / "lambda-ci.md").exists()
    assert documents[0]["sha256"] == documents[1]["sha256"]
    with ZipFile(documents[1]["path"]) as package:
        assert not any(name.startswith("lambda-ci") for name in package.namelist())
