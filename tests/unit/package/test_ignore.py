from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import PackageError
from lambda_ci.package.ignore import DEFAULTS

if TYPE_CHECKING:
    from tests.fakes.project import Project


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".git",
        "sub/.hg/x",
        "__pycache__/app.cpython-312.pyc",
        "pkg/mod.pyc",
        ".venv/bin/python",
        "venv/lib/x.py",
        "node_modules/x/index.js",
        ".env",
        ".env.production",
        "sub/.env.local",
        ".mypy_cache/x",
        "demo.egg-info/PKG-INFO",
        ".DS_Store",
        "lambda-ci.yml",
        ".lambdaignore",
        ".idea/x.xml",
        ".terraform/x",
        ".bitbucket/pipelines/generated/pipeline/pipes/team/vault/secrets.env",
        "bitbucket-pipelines.yml",
        ".gitlab/lambda-ci.yml",
        "azure-pipelines.yml",
        "Jenkinsfile",
    ],
)
def test_what_hardly_anybody_needs_stays_out_by_default(orders: Project, path: str) -> None:
    orders.write(path, "")
    assert orders.paths() == ["app.py"]


@pytest.mark.parametrize(
    "path",
    [
        "environment.py",
        "env/x.py",
        "sub/lambda-ci.yml",
        "dist/x.py",
        "build/x.py",
        "tests/test_app.py",
        "git/x.py",
        "demo.dist-info/METADATA",
    ],
)
def test_what_may_belong_to_a_function_stays_in(orders: Project, path: str) -> None:
    orders.write(path, "")
    assert path in {member.path for member in orders.assemble().members}


def test_the_ignore_file_and_exclude_work_as_gitignore_does(orders: Project) -> None:
    orders.write(".lambdaignore", "# comment\n\n/docs/\n*.md\n!keep.md\ntests/**/data\n\\#odd\ntrailing  \n")
    for path in (
        "docs/a.txt",
        "sub/docs/a.txt",
        "x.md",
        "keep.md",
        "tests/a/b/data/x",
        "tests/x.py",
        "#odd",
        "trailing",
        "extra.csv",
    ):
        orders.write(path, "")
    orders.spec["exclude"] = ("*.csv", "sub")
    assert orders.paths() == ["app.py", "keep.md", "tests/x.py"]


def test_patterns_bring_defaults_back(orders: Project) -> None:
    orders.write(".lambdaignore", "!keep.pyc\n!.env\n")
    for path in ("keep.pyc", "other.pyc", ".env", "venv/lib.py", "venv/keep.pyc"):
        orders.write(path, "")
    orders.spec["exclude"] = ("!venv",)
    assert orders.paths() == [".env", "app.py", "keep.pyc", "venv/keep.pyc", "venv/lib.py"]


def test_exclude_has_the_last_word(orders: Project) -> None:
    orders.write(".lambdaignore", "!data.csv\n")
    orders.write("data.csv", "")
    orders.spec["exclude"] = ("data.csv",)
    assert orders.paths() == ["app.py"]


def test_the_dependency_file_can_be_brought_back(orders: Project) -> None:
    orders.requirements = orders.write("odd [name]!.txt", "")
    assert orders.paths() == ["app.py"]
    orders.write(".lambdaignore", "!odd*\n")
    assert orders.paths() == ["app.py", "odd [name]!.txt"]


def test_ignored_folders_are_not_entered(orders: Project) -> None:
    orders.write(".lambdaignore", "private\n")
    orders.write("private/x", "")
    (orders.source / "private" / "dangling").symlink_to("nowhere")
    assert orders.paths() == ["app.py"]


@pytest.mark.parametrize("line", ["!", "[z-a].py", "foo[", "\\", "/"])
def test_a_pattern_that_makes_no_sense_is_shown_with_its_line(orders: Project, line: str) -> None:
    orders.write(".lambdaignore", f"# first\n{line}\n")
    with pytest.raises(PackageError) as caught:
        orders.assemble()
    assert caught.value.what == f"{orders.source / '.lambdaignore'}:2: {line!r} is not a pattern"
    (orders.source / ".lambdaignore").unlink()
    orders.spec["exclude"] = (line,)
    with pytest.raises(PackageError, match="exclude:1"):
        orders.assemble()


@pytest.mark.parametrize("content", ["*.tmp\n".encode("utf-16"), b"caf\xe9\n", b"\x80"])
def test_an_ignore_file_that_is_no_text_is_refused(orders: Project, content: bytes) -> None:
    orders.write(".lambdaignore", content)
    with pytest.raises(PackageError, match=r".lambdaignore is not UTF-8 text: byte \d+ is 0x"):
        orders.assemble()


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf*.tmp\r\n", b"*.tmp\r\n*.x", b"*.tmp"])
def test_byte_order_marks_and_line_ends_do_not_matter(orders: Project, content: bytes) -> None:
    orders.write(".lambdaignore", content)
    orders.write("a.tmp", "")
    assert orders.paths() == ["app.py"]


def test_an_ignore_file_that_is_a_folder_is_refused(orders: Project) -> None:
    (orders.source / ".lambdaignore").mkdir()
    with pytest.raises(PackageError, match=r".lambdaignore cannot be read: Is a directory"):
        orders.assemble()


def test_no_default_is_listed_twice() -> None:
    assert len(set(DEFAULTS)) == len(DEFAULTS)
