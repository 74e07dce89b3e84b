from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration


def test_the_source_is_the_folder_of_the_file_where_nothing_is_said(configuration: Configuration) -> None:
    configuration.one()

    assert configuration.function().source == configuration.folder


@pytest.mark.parametrize("source", ["../up", "./src/../src", "/absolute", "one.py"])
def test_sources_are_made_absolute(source: str, configuration: Configuration) -> None:
    folder = configuration.folder / "inner"
    configuration.write("", "inner/one.py")
    for name in ("up", "inner/src"):
        (configuration.folder / name).mkdir()
    text = source.replace("/absolute", str(configuration.folder / "up"))
    configuration.write(
        f"version: 1\nfunctions: {{f: {{handler: a.b, runtime: python3.13, source: {text}}}}}\n", "inner/lambda-ci.yml"
    )
    configuration.flags = {"config": "inner/lambda-ci.yml"}

    assert str(configuration.function().source) == os.path.normpath(folder / text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("source: nowhere", '13: functions.f.source: "nowhere" does not exist'),
        ("source: lambda-ci.yml/x", '13: functions.f.source: "lambda-ci.yml/x" does not exist'),
        ("source: pipe", '13: functions.f.source: "pipe" is not a regular file'),
        (f"source: {'x' * 300}", f'13: functions.f.source: "{"x" * 60}…" cannot be read: File name too long'),
        ("requirements: nowhere.txt", '19: functions.f.requirements: "nowhere.txt" does not exist'),
        ("requirements: folder", '19: functions.f.requirements: "folder" is a folder, not a file'),
        ("smoke: [{payload-file: nowhere.json}]", '28: functions.f.smoke[0].payload-file: "nowhere.json" does not exist'),
        ("smoke: [{payload-file: bad.json}]", ('28: functions.f.smoke[0].payload-file: "bad.json" is not JSON: '
         "Expecting property name enclosed in double quotes at 2:1")),
        ("smoke: [{payload-file: binary}]", '28: functions.f.smoke[0].payload-file: "binary" is not JSON text in UTF-8'),
        ("smoke: [{payload-file: deep.json}]", '28: functions.f.smoke[0].payload-file: "deep.json" is not JSON text in UTF-8'),
        ("smoke: [{payload-file: good.json, payload: 1}]", ("14: functions.f.smoke[0].payload-file: `payload` is here as well; "
         "write one of them")),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_gets_one_line(text: str, line: str, configuration: Configuration) -> None:
    (configuration.folder / "folder").mkdir()
    os.mkfifo(configuration.folder / "pipe")
    configuration.write("{\n", "bad.json")
    configuration.write(b"\x80", "binary")
    configuration.write("[" * 100_000, "deep.json")
    configuration.write("{}", "good.json")
    configuration.one(text)

    assert configuration.problems() == [f"lambda-ci.yml:6:{line}"]


def test_a_source_that_comes_from_a_flag_is_named_so(configuration: Configuration) -> None:
    configuration.one()
    configuration.flags = {"source": "nowhere"}

    assert configuration.problems() == ['flag --source: "nowhere" does not exist']


@pytest.mark.parametrize(
    ("files", "found", "warning"),
    [
        ({}, None, ""),
        ({"requirements.txt": ""}, "requirements.txt", ""),
        ({"pyproject.toml": "[project]\nname = 'x'\ndependencies = ['requests']\n"}, "pyproject.toml", ""),
        ({"pyproject.toml": "[project]\nname = 'x'\ndynamic = ['dependencies']\n"}, "pyproject.toml", ""),
        ({"pyproject.toml": "[project]\nname = 'x'\ndependencies = []\n"}, None, ""),
        ({"pyproject.toml": "[tool.ruff]\nline-length = 120\n"}, None, ""),
        ({"pyproject.toml": "nonsense"}, "pyproject.toml", ""),
        (
            {"requirements.txt": "", "pylock.toml": ""},
            "pylock.toml",
            "pylock.toml is used, although requirements.txt is there as well; say which one",
        ),
        (
            {"requirements.txt": "", "pylock.toml": "", "pyproject.toml": "[project]\ndependencies = ['a']"},
            "pylock.toml",
            "pylock.toml is used, although requirements.txt and pyproject.toml are there as well; say which one",
        ),
        ({"requirements.txt": "", "pyproject.toml": "[tool.ruff]\n"}, "requirements.txt", ""),
        ({"uv.lock": "", "pyproject.toml": "[project]\nname = 'x'\ndependencies = ['a']\n"}, "uv.lock", ""),
        ({"uv.lock": ""}, None, ""),
        ({"poetry.lock": "", "pyproject.toml": "[project]\nname = 'x'\ndependencies = ['a']\n"}, "poetry.lock", ""),
        ({"poetry.lock": "", "pyproject.toml": "[tool.poetry]\n"}, "poetry.lock", ""),
        ({"Pipfile.lock": "", "Pipfile": ""}, "Pipfile.lock", ""),
        (
            {"Pipfile.lock": "", "requirements.txt": ""},
            "Pipfile.lock",
            "Pipfile.lock is used, although requirements.txt is there as well; say which one",
        ),
        (
            {"uv.lock": "", "pyproject.toml": "", "poetry.lock": "", "requirements.txt": ""},
            "uv.lock",
            "uv.lock is used, although poetry.lock and requirements.txt are there as well; say which one",
        ),
        ({"requirements.txt": "", "pylock.requirements-python3-13-x86_64.toml": ""}, "requirements.txt", ""),
        ({"pyproject.toml": "[dependency-groups]\nprod = ['a']\n"}, None, ""),
        ({"pylock.prod.toml": ""}, "pylock.prod.toml", ""),
        ({"pylock.deps-python3-13-arm64-prod.toml": ""}, None, ""),
        ({"pylock.toml": "", "pylock.dev.toml": ""}, "pylock.toml", ""),
        ({"uv.lock": "", "pyproject.toml": "[project]\nname = 'x'", "pylock.dev.toml": ""}, "uv.lock", ""),
        (
            {"requirements.txt": "", "pylock.prod.toml": ""},
            "requirements.txt",
            "requirements.txt is used, although pylock.prod.toml is there as well; say which one",
        ),
    ],
)
def test_the_dependency_file_in_the_source_is_found(
    files: dict[str, str], found: str | None, warning: str, configuration: Configuration
) -> None:
    (configuration.folder / "src").mkdir()
    for name, text in files.items():
        configuration.write(text, f"src/{name}")
    configuration.one("source: src")

    settings = configuration.load()

    assert settings.functions[0].requirements == (configuration.folder / "src" / found if found else None)
    assert [str(problem) for problem in settings.warnings] == [
        f"lambda-ci.yml:3:3: functions.f.requirements: {warning}" for _ in [1] if warning
    ]


def test_of_several_named_locks_none_is_guessed(configuration: Configuration) -> None:
    configuration.write("", "src/pylock.prod.toml")
    configuration.write("", "src/pylock.dev.toml")
    configuration.one("source: src")
    said = "is required: pylock.dev.toml and pylock.prod.toml are there, and nothing tells which one this is for"
    assert configuration.problems() == [f"lambda-ci.yml:3:3: functions.f.requirements: {said}"]
    configuration.one("source: src\nrequirements: src/pylock.prod.toml")
    assert configuration.function().requirements == configuration.folder / "src/pylock.prod.toml"


def test_a_declared_dependency_file_is_taken_and_false_means_none(configuration: Configuration) -> None:
    configuration.write("", "requirements.txt")
    configuration.write("", "shared/other.txt")
    configuration.one("requirements: shared/other.txt")
    assert configuration.function().requirements == configuration.folder / "shared" / "other.txt"

    configuration.one("requirements: false")
    assert configuration.function().requirements is None


@pytest.mark.parametrize("choice", ["groups: [prod]", "extras: [s3]"])
def test_a_project_with_groups_or_extras_only_counts_where_some_are_chosen(
    choice: str, configuration: Configuration
) -> None:
    configuration.write(
        "[project]\noptional-dependencies = {s3 = ['a']}\n[dependency-groups]\nprod = ['a']\n", "pyproject.toml"
    )
    configuration.one("")
    assert configuration.function().requirements is None
    configuration.one(choice)
    assert configuration.function().requirements == configuration.folder / "pyproject.toml"


def test_a_project_whose_extras_only_its_build_tells_counts_where_some_are_chosen(configuration: Configuration) -> None:
    configuration.write("[project]\ndynamic = ['optional-dependencies']\n", "pyproject.toml")
    configuration.one("")
    assert configuration.function().requirements is None
    configuration.one("extras: [s3]")
    assert configuration.function().requirements == configuration.folder / "pyproject.toml"


def test_a_script_says_itself_what_it_needs(configuration: Configuration) -> None:
    configuration.write("# /// script\n# dependencies = []\n# ///\n", "app.py")
    configuration.one("source: app.py")

    assert configuration.function().requirements == configuration.folder / "app.py"


def test_a_source_that_is_one_file_has_no_dependencies_by_itself(configuration: Configuration) -> None:
    configuration.write("", "requirements.txt")
    configuration.write("", "app.py")
    configuration.one("source: app.py")

    assert configuration.function().requirements is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_source_is_refused(configuration: Configuration) -> None:
    (configuration.folder / "src").mkdir(mode=0)
    configuration.one("source: src")

    assert configuration.problems() == [
        'lambda-ci.yml:6:13: functions.f.source: "src" cannot be read: Permission denied'
    ]
