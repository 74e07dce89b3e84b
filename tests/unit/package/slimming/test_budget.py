from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.errors import PackageError
from lambda_ci.model.size import byte_count

if TYPE_CHECKING:
    from tests.fakes.slimmed import Slimmed


@pytest.fixture
def large(slimmed: Slimmed) -> Slimmed:
    for index in range(20):
        slimmed.wheel(f"demo{index}", {f"demo{index}/data.bin": bytes([index]) * (index + 1) * 10_000})
    return slimmed


def test_a_package_within_its_budget_is_built(large: Slimmed) -> None:
    size = large.package().size
    assert large.package(max_size=size, max_unpacked_size="10 MB").size == size


@pytest.mark.parametrize("over", [1, 1000])
def test_a_larger_zip_is_refused_with_what_is_in_it(large: Slimmed, over: int) -> None:
    size = large.package().size
    before = large.project.assemble().path.read_bytes()
    with pytest.raises(PackageError) as caught:
        large.package(max_size=size - over)
    assert "The zip of the package has" in caught.value.what
    assert "than `max-size` allows" in caught.value.what
    assert "demo19 1.0" in caught.value.what
    assert "6 more" in caught.value.what
    assert caught.value.exit_code == 4
    assert (large.project.output_dir / "orders.zip").read_bytes() == before


def test_both_limits_are_said_at_once(large: Slimmed) -> None:
    with pytest.raises(PackageError) as caught:
        large.package(max_size="1 KiB", max_unpacked_size="1.5 MB")
    first, second, *_ = caught.value.what.splitlines()
    assert "max-size" in first
    assert second.startswith("The package unpacked has 2.0 MiB")
    assert second.endswith("more than `max-unpacked-size` allows (1.4 MiB):")


def test_what_is_left_out_does_not_count(slimmed: Slimmed) -> None:
    slimmed.wheel("demo", {"demo/__init__.py": b"", "demo/tests/test_a.py": b"x" * 100_000})
    with pytest.raises(PackageError):
        slimmed.package(max_unpacked_size="50 kB".upper())
    assert slimmed.package(max_unpacked_size="50 KB", slim=("tests",)).unpacked_size < 50_000


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("0", 0), ("52428800", 52428800), ("20 MB", 20_000_000), ("20MiB", 20 << 20), ("1.5 GB", 1_500_000_000),
        ("1KiB", 1024), ("2 KB", 2000), ("3 B", 3), ("0.1 KiB", 102), (7, 7),
    ],
)  # fmt: skip
def test_sizes_are_read_as_people_write_them(text: str | int, count: int) -> None:
    assert byte_count(text) == count


@pytest.mark.parametrize(
    "text", ["", "MB", "-1", "1 mb", "1e3", "1,5 MB", "1  MB", "1.", ".5 MB", "1 M", "٣ MB", "1\n"]
)
def test_nothing_else_is_a_size(text: str) -> None:
    with pytest.raises(ValueError, match="no amount of bytes"):
        byte_count(text)


@given(st.text(max_size=20))
def test_any_text_is_a_size_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert byte_count(text) >= 0
