from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.errors import PackageError
from lambda_ci.package.import_check.declared import not_taken
from lambda_ci.package.import_check.report import Ended
from lambda_ci.package.import_check.verdict import judge
from tests.fakes.project import Project
from tests.fakes.reports import case, raised, report

if TYPE_CHECKING:
    from pathlib import Path

PYPROJECT = """\
[project]
name = "shop"
[project.optional-dependencies]
images = ["Pillow>=10"]
[dependency-groups]
dev = ["pytest", {include-group = "other"}]
data = ["PyYAML[x]==6 ; python_version > '3.8'"]
broken = 3
[tool.poetry.group.old.dependencies]
typing_extensions = "*"
"""


def found(folder: Path, text: str = PYPROJECT, **spec: object) -> dict[str, str]:
    project = Project(folder, spec=spec)
    (folder / "pyproject.toml").write_text(text)
    project.requirements = folder / "uv.lock"
    return not_taken(project.function)


def test_groups_and_extras_that_are_not_taken_are_known(tmp_path: Path) -> None:
    assert found(tmp_path, groups=("dev",)) == {
        "pillow": "the extra 'images'",
        "pyyaml": "the dependency group 'data'",
        "typing-extensions": "the dependency group 'old'",
    }


@pytest.mark.parametrize("text", ["", "x = [", "dependency-groups = 1", "[tool]\npoetry = {group = []}", "\0"])
def test_what_cannot_be_read_says_nothing(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, text) == {}


def test_without_a_dependency_file_there_is_nothing_to_know(tmp_path: Path) -> None:
    assert not_taken(Project(tmp_path).function) == {}


@pytest.mark.parametrize(
    ("module", "where", "remedy"),
    [
        ("yaml", {"pyyaml": "the dependency group 'data'"}, "pyyaml is in the dependency group 'data'"),
        ("PIL.Image", {"pillow": "the extra 'images'"}, "name it in its `extras`"),
        ("my_lib", {"my-lib": "the dependency group 'data'"}, "name it in its `groups`"),
    ],
)
def test_the_remedy_is_the_group(module: str, where: dict[str, str], remedy: str) -> None:
    missing = raised(ModuleNotFoundError, f"No module named {module!r}", name=module)
    with pytest.raises(PackageError) as caught:
        judge(report(Ended.RAISED, raised=missing), case(not_taken=where), required=False)
    assert remedy in caught.value.fix


@given(st.text())
def test_no_name_breaks_it(name: str) -> None:
    missing = raised(ModuleNotFoundError, "No module", name=name)
    with pytest.raises(PackageError):
        judge(report(Ended.RAISED, raised=missing), case(is_image=True), required=False)
