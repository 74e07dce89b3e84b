from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lambda_ci.package.import_check import cache
from lambda_ci.package.import_check.report import Ended
from tests.fakes.reports import raised, report

if TYPE_CHECKING:
    from pathlib import Path

NAME = cache.key(["sha256"], {"TABLE": "orders"})


def test_a_check_is_found_again(tmp_path: Path) -> None:
    made = report(Ended.RAISED, raised=raised(KeyError, "'TABLE'"))
    cache.keep(tmp_path, NAME, made)
    assert cache.find(tmp_path, NAME) == made


def test_everything_that_counts_is_in_the_key() -> None:
    others = [
        cache.key(["sha256", ""], {"TABLE": "orders"}),
        cache.key(["other"], {"TABLE": "orders"}),
        cache.key(["sha256"], {"TABLE": "others"}),
        cache.key(["sha256"], {}),
    ]
    assert len({NAME, *others}) == 5
    assert cache.key(["a"], {"A": "1", "B": "2"}) == cache.key(["a"], {"B": "2", "A": "1"})


def test_no_value_of_a_variable_is_written(tmp_path: Path) -> None:
    cache.keep(tmp_path, cache.key([], {"KEY": "hunter2"}), report())
    assert all("hunter2" not in path.name + path.read_text() for path in tmp_path.rglob("*.json"))


def test_damage_counts_as_absent(tmp_path: Path) -> None:
    assert cache.find(tmp_path, NAME) is None
    cache.keep(tmp_path, NAME, report())
    (path,) = tmp_path.rglob("*.json")
    whole = json.loads(path.read_text())
    for damage in (b"", b"[]", b"\xff", b'{"format": 1}', json.dumps({**whole, "format": 0}).encode()):
        path.write_bytes(damage)
        assert cache.find(tmp_path, NAME) is None


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "import-checks").write_text("a file")
    cache.keep(tmp_path, NAME, report())
    assert cache.find(tmp_path, NAME) is None
