from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import BuildError
from lambda_ci.lock.pylock import read_pylock

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 'lock-version = "1.0"\ncreated-by = "test"\n'
WHEEL = '{url = "https://host/six-1.0-py3-none-any.whl", hashes = {sha256 = "00"}}'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lock-version = [", "not valid TOML"),
        ("", "lock-version"),
        ('lock-version = "2.0"\ncreated-by = "x"\npackages = []\n', "lock version"),
        (HEAD, "packages"),
        (HEAD + '[[packages]]\nname = "Six"\n', r"at packages\[0\]\.name"),
        (HEAD + f'[[packages]]\nname = "six"\nwheels = [{WHEEL}]\nversion = "x"\n', r"at packages\[0\]\.version"),
        (HEAD + f'[[packages]]\nname = "other"\nwheels = [{WHEEL}]\n', r"at packages\[0\]\.wheels\[0\]"),
        (
            HEAD + '[[packages]]\nname = "six"\nwheels = [{url = "https://h/s-1-py3-none-any.whl"}]\n',
            r"wheels\[0\]\.hashes",
        ),
        (HEAD + '[[packages]]\nname = "six"\n', r"at packages\[0\]|Exactly one"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "pylock.toml"
    path.write_text(text)
    with pytest.raises(BuildError, match=words) as caught:
        read_pylock(path)
    assert str(path) in caught.value.what


def test_a_binary_or_missing_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "pylock.toml"
    with pytest.raises(BuildError, match="No such file"):
        read_pylock(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BuildError, match="not UTF-8"):
        read_pylock(path)


def test_a_valid_lock_is_read(tmp_path: Path) -> None:
    path = tmp_path / "pylock.prod.toml"
    path.write_text(HEAD + f'[[packages]]\nname = "six"\nversion = "1.0"\nwheels = [{WHEEL}]\n')
    assert [package.name for package in read_pylock(path).packages] == ["six"]
