from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.lock import store
from lambda_ci.lock.requirements import read_requirements
from lambda_ci.model.target import Architecture, Target

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TARGET = Target("python3.12", Architecture.X86_64)
NAME = "0" * 64


def _key(
    folder: Path,
    *,
    text: str = "six==1\n",
    target: Target = TARGET,
    uv: str = "uv 1",
    environ: Mapping[str, str] | None = None,
) -> str:
    (folder / "p").mkdir(exist_ok=True)
    path = folder / "p" / "requirements.txt"
    path.write_text(text)
    world = {"HOME": str(folder), **(environ or {})}
    return store.key(read_requirements(path, target=target, environ=world), target, uv=uv, environ=world)


def test_the_same_input_has_the_same_key(tmp_path: Path) -> None:
    assert _key(tmp_path) == _key(tmp_path)


def test_everything_that_counts_changes_the_key(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "c.txt").write_text("idna==1")
    keys = [
        _key(tmp_path),
        _key(tmp_path, text="six==2\n"),
        _key(tmp_path, text="six==1 # note\n"),
        _key(tmp_path, target=Target("python3.13", Architecture.X86_64)),
        _key(tmp_path, target=Target("python3.12", Architecture.ARM64)),
        _key(tmp_path, uv="uv 2"),
        _key(tmp_path, environ={"UV_INDEX_URL": "https://host/simple"}),
        _key(tmp_path, environ={"UV_EXCLUDE_NEWER": "2026-01-01"}),
        _key(tmp_path, text="six @ https://h/six-1-py3-none-any.whl#sha256=00\n"),
        _key(tmp_path, text="six @ https://h/six-1-py3-none-any.whl#sha256=01\n"),
        _key(tmp_path, text="-c c.txt\nsix==1\n"),
    ]
    (tmp_path / "p" / "c.txt").write_text("idna==2")
    keys.append(_key(tmp_path, text="-c c.txt\nsix==1\n"))
    (tmp_path / "uv.toml").write_text('exclude-newer = "2026-01-01"')
    keys.append(_key(tmp_path))
    (tmp_path / "uv.toml").unlink()
    (tmp_path / "p" / "pyproject.toml").write_text("[tool.uv]\nprerelease = 'allow'\n")
    keys.append(_key(tmp_path))
    (tmp_path / "p" / "pyproject.toml").unlink()
    (tmp_path / ".config" / "uv").mkdir(parents=True)
    (tmp_path / ".config" / "uv" / "uv.toml").write_text('exclude-newer = "2026-01-01"')
    keys.append(_key(tmp_path))
    assert len(set(keys)) == len(keys)


def test_credentials_do_not_go_into_the_key(tmp_path: Path) -> None:
    first = _key(tmp_path, environ={"UV_INDEX_URL": "https://a:b@host/s", "UV_INDEX_X_PASSWORD": "b"})
    second = _key(tmp_path, environ={"UV_INDEX_URL": "https://c:d@host/s", "UV_INDEX_X_PASSWORD": "d"})
    assert first == second


def test_an_odd_configuration_file_is_taken_as_it_is(tmp_path: Path) -> None:
    plain = _key(tmp_path)
    (tmp_path / "p" / "pyproject.toml").write_bytes(b"\xff not toml")
    assert _key(tmp_path) != plain


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    store.save(tmp_path, NAME, "text é\n")
    assert store.load(tmp_path, NAME) == "text é\n"
    assert [path.name for path in (tmp_path / "locks").iterdir()] == [f"{NAME}.toml"]


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"0" * 64 + b"\ntext"])
def test_a_damaged_entry_counts_as_absent_and_is_written_again(tmp_path: Path, content: bytes) -> None:
    store.save(tmp_path, NAME, "text")
    (tmp_path / "locks" / f"{NAME}.toml").write_bytes(content)
    assert store.load(tmp_path, NAME) is None
    store.save(tmp_path, NAME, "text")
    assert store.load(tmp_path, NAME) == "text"


def test_a_cache_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store.save(tmp_path / "file", NAME, "text")
    assert store.load(tmp_path / "file", NAME) is None
    (tmp_path / "locks" / f"{NAME}.toml").mkdir(parents=True)
    store.save(tmp_path, NAME, "text")
    assert store.load(tmp_path, NAME) is None
    assert [path.name for path in (tmp_path / "locks").iterdir()] == [f"{NAME}.toml"]
