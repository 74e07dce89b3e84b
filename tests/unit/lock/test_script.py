from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import BuildError
from lambda_ci.lock.script import read_script
from lambda_ci.lock.selection import Selection
from tests.fakes.building import AL2023, LockBench
from tests.fakes.index import Index

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = "# /// script\n# requires-python = '>=3.11'\n# dependencies = ['demo==1.0']\n# ///\n\ndef handler(e, c): ...\n"


def test_a_script_is_resolved_from_its_own_metadata(tmp_path: Path) -> None:
    with Index() as index:
        index.add("demo-1.0-py3-none-any.whl")
        bench = LockBench(folder=tmp_path, index=index, extra={})
        assert bench.versions(SCRIPT, name="app.py") == {"demo": "1.0"}
        asked = len(index.requests)
        assert bench.versions(f"{SCRIPT}# other code\n", name="app.py") == {"demo": "1.0"}
        assert len(index.requests) == asked


@pytest.mark.parametrize("text", [SCRIPT, SCRIPT.replace("\n", "\r\n"), f"\ufeff{SCRIPT}"])
def test_line_ends_and_marks_do_not_matter(tmp_path: Path, text: str) -> None:
    (tmp_path / "app.py").write_bytes(text.encode())
    assert read_script(tmp_path / "app.py", target=AL2023).pins == {"demo"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no script metadata"),
        ("# /// script\n# dependencies = []\n", "has no script metadata"),
        ("# /// other\n# x = 1\n# ///\n", "has no script metadata"),
        (f"{SCRIPT}\n{SCRIPT}", "has two script metadata blocks"),
        ("# /// script\n# dependencies = [\n# ///\n", "is not valid TOML"),
        (SCRIPT.replace(">=3.11", ">=3.13"), r"does not allow python3\.12"),
        (
            SCRIPT.replace("# ///\n\n", "# [tool.uv.sources]\n# demo = { path = 'demo' }\n# ///\n"),
            "because of `sources`",
        ),
        (SCRIPT.replace("# ///\n\n", "# [[tool.uv.index]]\n# url = 'file:///x'\n# ///\n"), "because of `index`"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "app.py").write_text(text)
    with pytest.raises(BuildError, match=words):
        read_script(tmp_path / "app.py", target=AL2023)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes(b"\xff")
    with pytest.raises(BuildError, match="not UTF-8"):
        read_script(tmp_path / "app.py", target=AL2023)


def test_it_has_neither_groups_nor_extras(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(SCRIPT)
    for selection in (Selection(groups=("dev",)), Selection(extras=("s3",))):
        with pytest.raises(BuildError, match=r"app\.py has no"):
            read_script(tmp_path / "app.py", target=AL2023, selection=selection)
