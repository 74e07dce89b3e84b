"""The bill of materials and the provenance statement beside a package, from the command line."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import tempfile
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

from tests.fakes.index import Index
from tests.fakes.sources import files, write
from tests.fakes.standards import check_bill, check_statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.cli import Cli

WORD = "very-secret-word"


@pytest.fixture
def index() -> Iterator[Index]:
    with Index(credentials=f"user:{WORD}") as index:
        index.add("demo-1.0-py3-none-any.whl")
        yield index


@pytest.fixture
def project(cli: Cli, index: Index) -> Cli:
    """A function with a wheel of an index that asks for a password, a local package, and a secret variable."""
    write(cli.folder / "libs/local", files("local"))
    cli.write("src/requirements.txt", "demo\n../libs/local\n")
    text = (cli.folder / "lambda-ci.yml").read_text()
    cli.write("lambda-ci.yml", text + f"    environment: {{KEY: {WORD}}}\n")
    simple = index.simple.replace("//", f"//user:{WORD}@")
    cli.environ |= {"PATH": os.environ["PATH"], "UV_CACHE_DIR": str(cli.folder / "uv"), "UV_DEFAULT_INDEX": simple}
    return cli


def papers(cli: Cli, folder: str = "dist") -> tuple[dict[str, Any], dict[str, Any]]:
    names = ("orders.cdx.json", "orders.provenance.json")
    bill, statement = (json.loads((cli.folder / folder / name).read_text("utf-8")) for name in names)
    return bill, statement


def resolved(statement: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in statement["predicate"]["buildDefinition"]["resolvedDependencies"]}


def test_they_are_right_by_their_standards_and_about_this_very_package(project: Cli) -> None:
    ran = project("build", "--json")
    assert ran.code == 0, ran.err
    built = ran.function("orders")
    assert built["sbom-path"] == str(project.folder / "dist/orders.cdx.json")
    assert built["provenance-path"] == str(project.folder / "dist/orders.provenance.json")
    bill, statement = papers(project)
    check_bill(bill)
    check_statement(statement)
    digest = hashlib.sha256((project.folder / "dist/orders.zip").read_bytes())
    [subject] = statement["subject"]
    assert subject["digest"]["sha256"] == bill["metadata"]["component"]["hashes"][0]["content"] == digest.hexdigest()
    assert subject["annotations"]["code-sha256"] == base64.b64encode(digest.digest()).decode() == built["code-sha256"]


def test_components_are_the_distributions_that_an_installed_python_finds(project: Cli, tmp_path: Path) -> None:
    assert project("build").code == 0
    with ZipFile(project.folder / "dist/orders.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    there = {(one.name, one.version) for one in distributions(path=[str(tmp_path / "unpacked")])}
    bill, _ = papers(project)
    assert {(one["name"], one["version"]) for one in bill["components"] if "purl" in one} == there
    assert there == {("demo", "1.0"), ("local", "1.0")}


def test_what_went_in_is_named_with_digests(project: Cli) -> None:
    project("build")
    found = resolved(papers(project)[1])
    requirements = (project.folder / "src/requirements.txt").read_bytes()
    assert found["src/requirements.txt"]["digest"]["sha256"] == hashlib.sha256(requirements).hexdigest()
    assert found["demo-1.0-py3-none-any.whl"]["downloadLocation"].endswith("/files/demo-1.0-py3-none-any.whl")
    assert found["local-1.0-py3-none-any.whl"]["annotations"] == {"built": "in place", "folder": "libs/local"}


def test_no_secret_no_variable_and_no_path_of_this_machine_is_in_them(project: Cli) -> None:
    assert project("build").code == 0
    for paper in papers(project):
        text = json.dumps(paper)
        assert WORD not in text
        assert "KEY" not in text
        for place in (str(project.folder), tempfile.gettempdir() + "/", str(Path.home()) + "/"):
            assert place not in text


def test_the_same_build_elsewhere_gives_the_same_papers(project: Cli, tmp_path_factory: pytest.TempPathFactory) -> None:
    project("build")
    first = papers(project)
    project("build", "--output-dir", "other", "--cache-dir", str(tmp_path_factory.mktemp("cache")))
    assert papers(project, "other") == first


def test_a_run_of_a_ci_system_and_the_commit_are_named(project: Cli) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    github = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "o/shop", "GITHUB_RUN_ID": "7", "GITHUB_SHA": commit}
    assert project("build", environ={**github, "GITHUB_SERVER_URL": "https://git.example"}).code == 0
    _, statement = papers(project)
    check_statement(statement)
    details = statement["predicate"]["runDetails"]
    assert details["metadata"]["invocationId"] == "https://git.example/o/shop/actions/runs/7/attempts/1"
    assert resolved(statement)["source"]["digest"] == {"gitCommit": commit}


def test_a_work_tree_of_git_is_named_and_whether_it_was_clean(project: Cli) -> None:
    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@mail.example", *arguments]
        return subprocess.run(command, cwd=project.folder, check=True, capture_output=True, text=True).stdout.strip()

    project.write(".gitignore", "uv/\n__pycache__/\n")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "first")
    project("build")
    source = resolved(papers(project)[1])["source"]
    assert (source["digest"], source["annotations"]) == ({"gitCommit": git("rev-parse", "HEAD")}, {"dirty": False})
    project.write("src/more.py", "")
    project("build")
    assert resolved(papers(project)[1])["source"]["annotations"] == {"dirty": True}


def test_an_unchanged_build_writes_nothing_into_the_output_folder(project: Cli) -> None:
    def times() -> dict[str, int]:
        dist = project.folder / "dist"
        return {path.name: path.stat().st_mtime_ns for path in (dist, *dist.iterdir())}

    project("build")
    before = times()
    assert project("build").code == 0
    assert times() == before


def test_the_time_is_said_only_where_it_is_given(project: Cli) -> None:
    assert project("build", environ={"SOURCE_DATE_EPOCH": "1767225600"}).code == 0
    assert papers(project)[0]["metadata"]["timestamp"] == "2026-01-01T00:00:00Z"
    ran = project("build", environ={"SOURCE_DATE_EPOCH": "yesterday"})
    assert ran.code == 2
    assert "SOURCE_DATE_EPOCH" in ran.err


def test_whoever_does_not_want_them_gets_none(project: Cli) -> None:
    ran = project("build", "--package-sbom", "false", "--json")
    assert ran.code == 0, ran.err
    assert (ran.function("orders")["sbom-path"], ran.function("orders")["provenance-path"]) == (None, None)
    assert sorted(path.name for path in (project.folder / "dist").iterdir()) == ["orders.zip"]


def test_a_folder_in_their_place_ends_with_4_and_leaves_no_scraps(project: Cli) -> None:
    (project.folder / "dist/orders.cdx.json").mkdir(parents=True)
    ran = project("build")
    assert ran.code == 4
    assert "orders.cdx.json cannot be written" in ran.err
    assert not list((project.folder / "dist").glob(".*"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_they_belong_to_whom_the_folder_belongs(project: Cli) -> None:
    output = project.folder / "dist"
    output.mkdir()
    os.chown(output, 12345, 12345)
    assert project("build").code == 0
    assert {path.stat().st_uid for path in output.iterdir()} == {12345}


def test_layers_have_papers_of_their_own(project: Cli) -> None:
    text = (project.folder / "lambda-ci.yml").read_text().replace("functions:", "layers:\n  deps: {requirements: src/requirements.txt}\nfunctions:")  # fmt: skip
    project.write("lambda-ci.yml", text + "    requirements: false\n    layers: [deps]\n")
    ran = project("build")
    assert ran.code == 0, ran.err
    [sbom] = (project.folder / "dist/layers").glob("*.cdx.json")
    [provenance] = (project.folder / "dist/layers").glob("*.provenance.json")
    bill, statement = json.loads(sbom.read_text()), json.loads(provenance.read_text())
    check_bill(bill)
    check_statement(statement)
    assert [one["name"] for one in bill["components"]] == ["demo", "local"]
    zipped = sbom.with_name(sbom.name.replace(".cdx.json", ".zip")).read_bytes()
    assert statement["subject"][0]["digest"]["sha256"] == hashlib.sha256(zipped).hexdigest()
    assert [one["name"] for one in papers(project)[0]["components"]] == ["orders (own files)"]
