"""What the source alone tells about imports that nothing provides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.model.modules import distribution_of, modules
from lambda_ci.package.static_check.imports import addition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.project import Project

HANDLER = "\ndef handler(event, context): ...\n"


def warned(project: Project, source: str = "", files: Mapping[str, str] | None = None) -> list[str]:
    if source:
        project.write("app.py", source + HANDLER)
    for path, text in (files or {}).items():
        project.write(path, text)
    return [text for text in project.assemble().warnings if " imports " in text]


def test_a_module_that_is_nowhere_is_named_with_its_line_and_its_distribution(project: Project) -> None:
    assert warned(project, "import os\nimport yaml") == [
        "app.py:2 imports yaml, which neither the package nor python3.11 has: add pyyaml to the dependencies"
    ]


def test_the_functions_own_modules_are_followed(project: Project) -> None:
    found = warned(
        project, "from lib import db", {"lib/db.py": "from . import deep", "lib/deep.py": "import PIL.Image"}
    )
    where = "lib/deep.py:1 (which app.py:1 → lib/db.py:1 imports)"
    assert found == [
        f"{where} imports PIL, which neither the package nor python3.11 has: add pillow to the dependencies"
    ]


def test_a_packages_own_init_is_run_on_the_way(project: Project) -> None:
    assert len(warned(project, "import lib.db", {"lib/__init__.py": "import yaml", "lib/db.py": ""})) == 1


def test_modules_of_the_same_name_are_warned_of_once(project: Project) -> None:
    assert len(warned(project, "import yaml, yaml\nimport lib", {"lib.py": "import yaml"})) == 1


@pytest.mark.parametrize(
    "source",
    [
        "import boto3, botocore.session, dateutil, urllib3",
        "import json, os.path, sqlite3, _thread",
        "try:\n    import yaml\nexcept ImportError:\n    yaml = None",
        "try:\n    import yaml\nexcept (KeyError, ModuleNotFoundError): ...",
        "try:\n    import yaml\nexcept: ...",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import yaml",
        "if 0:\n    import yaml",
        "def f():\n    import yaml",
        "import contextlib\nwith contextlib.suppress(ImportError):\n    import yaml",
        "import sys\nsys.path.insert(0, 'vendor')\nimport yaml",
        "import site\nsite.addsitedir('vendor')\nimport yaml",
        "from sys import path\nimport yaml",
        "from app import handler",
    ],
)
def test_what_need_not_fail_is_not_warned_of(project: Project, source: str) -> None:
    assert warned(project, source) == []


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    import yaml\nexcept KeyError: ...",
        "try:\n    import yaml\nfinally: ...",
        "try: ...\nfinally:\n    import yaml",
        "with open('/dev/null'):\n    pass\nwith lock:\n    import yaml",
        "from yaml import load",
        "from yaml.nodes import *",
    ],
)
def test_what_certainly_runs_is_warned_of(project: Project, source: str) -> None:
    assert len(warned(project, source)) == 1


def test_what_a_wheel_brings_is_there_and_not_followed(project: Project) -> None:
    project.wheel("pyyaml", {"yaml/__init__.py": b"import nothing_of_that_name\n"})
    assert warned(project, "import yaml") == []


def test_a_module_that_left_the_standard_library_is_missed_by_the_newer_runtime(project: Project) -> None:
    assert warned(project, "import distutils, imp") == []
    project.spec["runtime"] = "python3.12"
    assert [text.partition(" imports ")[2].partition(",")[0] for text in warned(project)] == ["distutils", "imp"]


def test_what_lambdas_python_was_built_without_is_missed(project: Project) -> None:
    assert len(warned(project, "import tkinter")) == 1


def test_layers_that_cannot_be_read_may_bring_it(project: Project) -> None:
    project.spec["layers"] = ("arn:aws:lambda:eu-west-1:123456789012:layer:deps:1",)
    assert "unless one of the layers brings it" in warned(project, "import yaml")[0]


def test_a_path_of_the_functions_own_says_nothing(project: Project) -> None:
    project.spec["environment"] = {"PYTHONPATH": "/opt/mine"}
    assert warned(project, "import yaml") == []


def test_a_module_that_this_python_cannot_parse_is_left_to_the_import_check(project: Project) -> None:
    assert warned(project, "import lib", {"lib.py": "import yaml\ndef ("}) == []


def test_the_dispatch_library_is_a_setting(project: Project) -> None:
    assert warned(project, "from lambda_ci.dispatch import LambdaHandler")[0].endswith("set `dispatch: true`")
    project.spec["dispatch"] = True
    assert warned(project) == []


@pytest.mark.parametrize("name", sorted(modules().distributions))
def test_every_known_distribution_has_a_name_that_pip_takes(name: str) -> None:
    assert distribution_of(f"{name}.sub") == modules().distributions[name]
    assert distribution_of(name).removesuffix("[binary]").replace("-", "").replace(".", "").isalnum()


@given(st.from_regex(r"[a-z_]{3,20}", fullmatch=True))
def test_no_name_is_made_up(name: str) -> None:
    known = distribution_of(name)
    assert known or f"add the distribution that has {name}" in addition(name) or name == "lambda_ci"
