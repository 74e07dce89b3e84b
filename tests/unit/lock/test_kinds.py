from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import BuildError
from lambda_ci.lock.kinds import Kind, kind_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("pylock.toml", Kind.PYLOCK),
        ("pylock.prod.toml", Kind.PYLOCK),
        ("uv.lock", Kind.UV),
        ("poetry.lock", Kind.POETRY),
        ("Pipfile.lock", Kind.PIPFILE),
        ("pyproject.toml", Kind.PROJECT),
        ("app.py", Kind.SCRIPT),
        ("requirements.txt", Kind.REQUIREMENTS),
        ("base.in", Kind.REQUIREMENTS),
        ("requirements", Kind.REQUIREMENTS),
    ],
)
def test_the_name_tells_the_kind_without_a_look_inside(tmp_path: Path, name: str, kind: Kind) -> None:
    assert kind_of(tmp_path / name) is kind


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("deps.toml", 'lock-version = "1.0"\n', Kind.PYLOCK),
        ("pylock.a.b.toml", 'lock-version = "1.0"\n', Kind.PYLOCK),
        ("prod.lock", '[metadata]\nlock-version = "2.1"\ncontent-hash = "0"\n', Kind.POETRY),
        ("prod.lock", '{"_meta": {}, "default": {}}', Kind.PIPFILE),
    ],
)
def test_under_another_name_the_content_tells(tmp_path: Path, name: str, text: str, kind: Kind) -> None:
    (tmp_path / name).write_text(text)
    assert kind_of(tmp_path / name) is kind


@pytest.mark.parametrize("text", ["", "[tool]\n", "[]", "\x00", "[" * 100_000, "version = 1\n"])
def test_what_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "some.lock").write_text(text)
    with pytest.raises(BuildError, match="not a dependency file"):
        kind_of(tmp_path / "some.lock")


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"cannot read .*gone\.toml"):
        kind_of(tmp_path / "gone.toml")
