from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import BuildError
from lambda_ci.lock.closure import closure, locked, told

if TYPE_CHECKING:
    from pathlib import Path

UV_LOCK = """\
version = 1
[[package]]
name = "shop"
version = "1"
source = { virtual = "." }
[[package]]
name = "orders"
version = "1"
source = { editable = "services/orders" }
dependencies = [{ name = "common" }, { name = "requests" }]
[[package]]
name = "common"
version = "1"
source = { editable = "libs/common" }
dependencies = [{ name = "Deep_Er" }]
[[package]]
name = "deep-er"
version = "1"
source = { directory = "libs/deeper" }
dependencies = [{ name = "common" }]
[[package]]
name = "other"
version = "1"
source = { editable = "libs/other" }
[[package]]
name = "requests"
version = "2"
source = { registry = "https://index.example/simple" }
"""


def seen(root: Path, file: str) -> tuple[set[str], set[str]]:
    """Files (without uv.toml) and folders, relative to ``root`` where they are below it."""
    found = closure(root / file, environ={"LIBS": "libs"})
    files, folders = ({str(path).removeprefix(f"{root}/") for path in some} for some in (found.files, found.folders))
    return {name for name in files if not name.endswith("uv.toml")}, folders


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_requirements_with_all_that_they_include(tmp_path: Path) -> None:
    write(tmp_path, "a/requirements.txt", "-r ../base.txt\n-c limits.txt\n./libs/one[x] ; python_version > '3'\nsix\n")
    write(tmp_path, "base.txt", "-e ../libs/two  # comment\n-r a/requirements.txt\n-f ./wheels\n")
    write(tmp_path, "a/limits.txt", "three @ file:///srv/three\nfour @ https://index.example/four.zip\n")
    files, folders = seen(tmp_path, "a/requirements.txt")
    assert files == {"a/requirements.txt", "base.txt", "a/limits.txt"}
    assert folders == {"a/libs/one", "libs/two", "wheels", "/srv/three"}


@pytest.mark.parametrize(
    ("line", "folder"),
    [
        ("-e libs/one", "libs/one"),
        ("-e one", "one"),
        ('--editable="libs/one"', "libs/one"),
        ("libs/one", "libs/one"),
        ("one@ libs/one", "libs/one"),
        ("one[extra]@./libs/one", "libs/one"),
        ("one@file:///srv/one", "/srv/one"),
        ("one @ file:///srv/one ; python_version > '3'", "/srv/one"),
        ("./${LIBS}/one", "libs/one"),
        ("--find-links wheels", "wheels"),
        ("-f=./wheels", "wheels"),
        ("--extra-index-url file:///srv/simple", "/srv/simple"),
        ("--index-url https://index.example/simple", None),
        ("--no-index", None),
        ("one", None),
        ("one[extra]>=1; platform_machine == 'x/y'", None),
        ("git+ssh://git@index.example/one", None),
        ("one @ https://index.example/one.zip", None),
    ],
)
def test_every_spelling_of_a_package_on_this_machine(tmp_path: Path, line: str, folder: str | None) -> None:
    write(tmp_path, "requirements.txt", f"{line}\n")
    assert seen(tmp_path, "requirements.txt")[1] == ({folder} if folder else set())


SCRIPT = """\
# /// script
# dependencies = ["one", "two @ file:///srv/two"]
# [tool.uv.sources]
# one = { path = "../one" }
# ///
"""


def test_a_script_and_what_it_names(tmp_path: Path) -> None:
    write(tmp_path, "app/tool.py", SCRIPT)
    assert seen(tmp_path, "app/tool.py")[1] == {"one", "/srv/two"}


def test_a_workspace_without_a_lock_counts_as_far_as_it_is_named(tmp_path: Path) -> None:
    shared = "[tool.uv.sources]\nDeep_er = { workspace = true }\nother = { workspace = true }\n"
    write(tmp_path, "pyproject.toml", f"[tool.uv.workspace]\nmembers = ['libs/*', 'app']\n{shared}")
    for name, more in {
        "app": "dependencies = ['common>1']\n[tool.uv.sources]\ncommon = { workspace = true }",
        "libs/a": "dependencies = ['deep-er']",
        "libs/b": "",
        "libs/c": "",
    }.items():
        project = {"app": "app", "libs/a": "common", "libs/b": "deep-er", "libs/c": "other"}[name]
        write(tmp_path, f"{name}/pyproject.toml", f"[project]\nname = '{project}'\n{more}\n")
    write(tmp_path, "libs/d/pyproject.toml", "[broken")
    files, folders = seen(tmp_path, "app/pyproject.toml")
    assert folders == {"libs/a", "libs/b"}
    assert "pyproject.toml" in files


def test_a_project_without_a_lock_has_folders_of_wheels_and_a_lock_that_may_be_gone(tmp_path: Path) -> None:
    uv = "[tool.uv]\nfind-links = ['../wheels']\n[[tool.uv.index]]\nname = 'own'\nurl = './simple'\n"
    write(tmp_path, "app/pyproject.toml", f"[project]\nname = 'app'\n{uv}")
    files, folders = seen(tmp_path, "app/pyproject.toml")
    assert {"app/uv.lock", "uv.lock"} <= files
    assert folders == {"wheels", "app/simple"}


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("[tool.uv]\nno-index = true\n", "[tool.ruff]\nline-length = 1\n[tool.uv]\nno-index = true\n", True),
        ("[tool.uv]\nno-index = true\n", "[tool.uv]\nno-index = false\n", False),
        ("", "[tool.uv", False),
    ],
)
def test_what_a_project_tells_uv(before: str, after: str, *, same: bool) -> None:
    assert (told(before) == told(after)) == same


def test_what_links_in_a_local_package_stand_for(tmp_path: Path) -> None:
    write(tmp_path, "requirements.txt", "./one\n")
    write(tmp_path, "shared/x.py", "")
    write(tmp_path, "one/inside.py", "")
    for name, target in {"one/shared": "../shared", "one/x.py": "../shared/x.py", "one/y.py": "inside.py"}.items():
        (tmp_path / name).symlink_to(target)
    (tmp_path / "one/.venv").mkdir()
    (tmp_path / "one/.venv/python").symlink_to("/usr/bin/python")
    assert seen(tmp_path, "requirements.txt") == ({"requirements.txt", "shared/x.py"}, {"one", "shared"})


def test_what_poetry_projects_name(tmp_path: Path) -> None:
    write(tmp_path, "requirements.txt", "./one\n")
    write(
        tmp_path,
        "one/pyproject.toml",
        "[tool.poetry.dependencies]\ntwo = {path = '../two'}\nsix = '1'\n"
        "[tool.poetry.group.x.dependencies]\nthree = [{path = '../three'}]\n",
    )
    assert seen(tmp_path, "requirements.txt")[1] == {"one", "two", "three"}


def test_a_workspace_counts_as_far_as_the_project_reaches_in_its_lock(tmp_path: Path) -> None:
    write(tmp_path, "uv.lock", UV_LOCK)
    write(tmp_path, "services/orders/pyproject.toml", "[project]\nname = 'orders'\n")
    files, folders = seen(tmp_path, "services/orders/pyproject.toml")
    assert "services/orders/pyproject.toml" in files
    project = tmp_path / "services/orders/pyproject.toml"
    assert closure(project, environ={}).locks == {tmp_path / "uv.lock": project}
    assert folders == {"libs/common", "libs/deeper"}


def test_a_project_and_the_projects_that_it_names(tmp_path: Path) -> None:
    sources = (
        "[tool.uv.sources]\none = {path = '../one'}\ntwo = [{path = 'two.whl'}, {git = 'https://index.example/x'}]\n"
    )
    write(
        tmp_path,
        "app/pyproject.toml",
        f"[project]\nname = 'a'\ndependencies = ['three @ file:///srv/three']\n{sources}",
    )
    write(tmp_path, "one/pyproject.toml", "[project]\nname = 'one'\n[tool.uv.sources]\nfour = {path = '../four'}\n")
    found = closure(tmp_path / "app/pyproject.toml", environ={})
    assert {str(path) for path in found.folders} == {f"{tmp_path}/one", f"{tmp_path}/four", "/srv/three"}
    assert tmp_path / "app/two.whl" in found.files


@pytest.mark.parametrize(
    ("name", "text", "folders", "more"),
    [
        (
            "poetry.lock",
            (
                '[[package]]\nname = "x"\n[package.source]\ntype = "directory"\nurl = "../x"\n'
                '[[package]]\nname = "y"\n[package.source]\ntype = "git"\nurl = "../y"\n[metadata]\ncontent-hash = "1"\n'
            ),
            {"x"},
            {"app/pyproject.toml"},
        ),
        (
            "Pipfile.lock",
            '{"_meta": {}, "default": {"x": {"path": "./x", "editable": true}, "y": {"version": "==1"}}}',
            {"app/x"},
            {"app/Pipfile"},
        ),
        (
            "pylock.toml",
            (
                'lock-version = "1.0"\n[[packages]]\nname = "x"\n[packages.directory]\npath = "../x"\n'
                '[[packages]]\nname = "y"\n[[packages.wheels]]\npath = "y-1-py3-none-any.whl"\n'
            ),
            {"x"},
            {"app/y-1-py3-none-any.whl"},
        ),
        ("tool.py", "# /// script\n# dependencies = []\n# ///\n", set(), {"app/tool.py.lock"}),
    ],
)
def test_locks_of_other_tools(tmp_path: Path, name: str, text: str, folders: set[str], more: set[str]) -> None:
    write(tmp_path, f"app/{name}", text)
    files, found = seen(tmp_path, f"app/{name}")
    assert (files, found) == ({f"app/{name}", *more}, folders)


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "requirements.txt", "-r missing.txt\n")
    with pytest.raises(BuildError, match=r"missing\.txt"):
        closure(tmp_path / "requirements.txt", environ={})


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ('name = "other"\nversion = "1"', 'name = "other"\nversion = "2"', True),
        ('name = "requests"\nversion = "2"', 'name = "requests"\nversion = "3"', False),
        ('name = "deep-er"\nversion = "1"', 'name = "deep-er"\nversion = "2"', False),
        ('[{ name = "common" }, { name = "requests" }]', '[{ name = "common" }]', False),
        ("version = 1\n[[package]]", "version = 1\nrevision = 9\n[[package]]", True),
    ],
)
def test_a_lock_of_many_projects_counts_for_each_as_far_as_it_reaches(
    tmp_path: Path, old: str, new: str, same: bool
) -> None:
    lock, project = tmp_path / "uv.lock", tmp_path / "services/orders/pyproject.toml"
    assert UV_LOCK.count(old) == 1
    before, after = (locked(text, lock, project) for text in (UV_LOCK, UV_LOCK.replace(old, new)))
    assert before is not None
    assert (before == after) == same


def test_a_lock_that_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    assert locked("[[package", tmp_path / "uv.lock", tmp_path / "pyproject.toml") is None
