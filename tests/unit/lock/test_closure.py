from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import BuildError
from lambda_ci.lock.closure import closure, locked

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
    found = closure(root / file)
    files, folders = ({str(path).removeprefix(f"{root}/") for path in some} for some in (found.files, found.folders))
    return {name for name in files if not name.endswith("uv.toml")}, folders


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_requirements_with_all_that_they_include(tmp_path: Path) -> None:
    write(tmp_path, "a/requirements.txt", "-r ../base.txt\n-c limits.txt\n./libs/one[x] ; python_version > '3'\nsix\n")
    write(tmp_path, "base.txt", "-e ./libs/two  # comment\n-r a/requirements.txt\n")
    write(tmp_path, "a/limits.txt", "three @ file:///srv/three\nfour @ https://index.example/four.zip\n")
    files, folders = seen(tmp_path, "a/requirements.txt")
    assert files == {"a/requirements.txt", "base.txt", "a/limits.txt"}
    assert folders == {"a/libs/one", "libs/two", "/srv/three"}


def test_a_workspace_counts_as_far_as_the_project_reaches_in_its_lock(tmp_path: Path) -> None:
    write(tmp_path, "uv.lock", UV_LOCK)
    write(tmp_path, "services/orders/pyproject.toml", "[project]\nname = 'orders'\n")
    files, folders = seen(tmp_path, "services/orders/pyproject.toml")
    assert "services/orders/pyproject.toml" in files
    project = tmp_path / "services/orders/pyproject.toml"
    assert closure(project).locks == {tmp_path / "uv.lock": project}
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
    found = closure(tmp_path / "app/pyproject.toml")
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
        closure(tmp_path / "requirements.txt")


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
