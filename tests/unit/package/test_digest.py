from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from lambda_ci.package.digest import Digest

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_that_of_the_file_however_its_growth_was_told(tmp_path: Path) -> None:
    content = bytes(range(256)) * 5000
    with (tmp_path / "some").open("x+b", buffering=0) as file, Digest(file.fileno()) as digest:
        for start in range(0, len(content), 300_001):
            file.write(content[start : start + 300_001])
            digest.upto(file.tell())
        digest.upto(file.tell())
        assert digest.finish() == hashlib.sha256(content).digest()


def test_nothing_has_the_digest_of_nothing(tmp_path: Path) -> None:
    with (tmp_path / "some").open("x+b", buffering=0) as file, Digest(file.fileno()) as digest:
        assert digest.finish() == hashlib.sha256().digest()


def test_a_file_that_became_shorter_is_an_error_and_not_another_digest(tmp_path: Path) -> None:
    with (tmp_path / "some").open("x+b", buffering=0) as file, Digest(file.fileno()) as digest:
        file.write(b"12345")
        digest.upto(6)
        with pytest.raises(OSError, match="shorter"):
            digest.finish()
