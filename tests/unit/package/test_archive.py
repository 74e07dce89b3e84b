"""What a wheel may look like, and what is refused."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import PackageError
from tests.fakes.wheels import Entry, archive, put, readable

if TYPE_CHECKING:
    from tests.fakes.project import Project

INFO = ["demo-1.0.dist-info/METADATA", "demo-1.0.dist-info/WHEEL"]


def test_data_folders_go_where_pip_puts_them(orders: Project) -> None:
    orders.wheel(
        "demo",
        {
            "demo-1.0.data/purelib/pure.py": b"",
            "demo-1.0.data/platlib/plat/__init__.py": b"",
            "demo-1.0.data/data/share/demo/file.txt": b"",
            "demo-1.0.data/scripts/demo": b"",
            "demo-1.0.data/headers/demo.h": b"",
            "demo/real.py": b"",
            "weird.data": b"a file at the top is no data folder",
        },
    )
    assert orders.paths() == [
        "app.py",
        "demo/real.py",
        "plat/__init__.py",
        "pure.py",
        "share/demo/file.txt",
        "weird.data",
    ]


def test_an_unknown_data_scheme_is_refused(orders: Project) -> None:
    orders.wheel("demo", {"demo-1.0.data/etc/passwd": b""})
    with pytest.raises(PackageError, match=r"demo-1.0-py3-none-any.whl cannot be used.*unknown place \('etc'"):
        orders.assemble()


def test_folders_are_left_out(orders: Project) -> None:
    orders.wheel(
        "demo",
        {"demo/": Entry(mode=0o040755, method=0), "demo/a.py": b"", "demo-1.0.data/": b"", "demo-1.0.data/data/": b""},
    )
    assert orders.paths() == ["app.py", "demo/a.py"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../evil.py", "`..`"),
        ("demo/../../evil.py", "`..`"),
        ("/etc/passwd", "absolute"),
        ("C:/evil.py", "drive letter"),
        ("demo\\evil.py", "backslash"),
        ("demo/ev\nil.py", "control character"),
        ("demo/ev\0il.py", "control character"),
        ("demo//evil.py", "empty part"),
        ("./evil.py", "empty part, or `.`"),
        ("demo/..", "`..`"),
        ("", "empty part"),
        ("..", "`..`"),
        ("../", "`..`"),
        ("demo/" + "x" * 256, "longer"),
        ("d/" * 2500 + "x", "longer"),
        ("demo-1.0.data/data/../../evil", "`..`"),
    ],
)
def test_paths_that_lead_elsewhere_are_refused(orders: Project, path: str, reason: str) -> None:
    orders.wheel("demo", {path: b"evil"})
    with pytest.raises(PackageError, match=r"demo-1.0-py3-none-any.whl cannot be used: its member") as caught:
        orders.assemble()
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (Entry(b"/etc/passwd", mode=0o120777), "symbolic link"),
        (Entry(b"", mode=0o010644), "no regular file"),
        (Entry(b"", mode=0o040755), "no regular file"),
        (Entry(b"x", flags=0x1), "encrypted"),
        (Entry(b"x", flags=0x41), "encrypted"),
        (Entry(b"x", flags=0x20), "method"),
        (Entry(b"x", method=9, raw=b"x"), "method 9"),
        (Entry(b"x", method=93, raw=b"x"), "method 93"),
        (Entry(b"x", method=0, size=5), "two different sizes"),
        (Entry(b"x", local_name=b"other"), "another name"),
        (Entry(b"x", local_name=b"evi1"), "another name"),
        (Entry(b"x", offset=0), "overlaps|another name"),
        (Entry(b"x", offset=10_000_000), "beyond"),
        (Entry(b"x", compressed_size=10_000_000), "overlaps"),
        (Entry(b"x", compressed_size=100), "overlaps"),
    ],
)
def test_members_that_are_not_what_they_seem_are_refused(orders: Project, entry: Entry, reason: str) -> None:
    orders.wheel("demo", {"first.py": b"x", "evil": entry})
    with pytest.raises(PackageError, match=f"demo-1.0-py3-none-any.whl.*({reason})"):
        orders.assemble()


@pytest.mark.parametrize("method", [12, 14])
def test_other_compressions_are_unpacked_and_stored(orders: Project, method: int) -> None:
    content = bytes(2_500_000)
    orders.wheel("demo", {"demo.bin": Entry(content, method=method)})
    package = orders.assemble()
    with zipfile.ZipFile(package.path) as opened:
        assert opened.read("demo.bin") == content
        assert opened.getinfo("demo.bin").compress_type == zipfile.ZIP_STORED


@pytest.mark.parametrize(
    "entry",
    [
        Entry(b"content", method=12, crc=1),
        Entry(b"content", method=12, size=3),
        Entry(b"content", method=12, size=9),
        Entry(b"content", method=14, raw=b"garbage"),
        Entry(b"content", method=12, raw=b"BZhgarbage"),
    ],
)
def test_what_cannot_be_unpacked_is_refused(orders: Project, entry: Entry) -> None:
    orders.wheel("demo", {"demo.bin": entry})
    with pytest.raises(PackageError, match=r"demo-1.0-py3-none-any.whl"):
        orders.assemble()
    assert list(orders.output_dir.glob("*")) == []


@pytest.mark.parametrize(
    "entry", [Entry(b"x" * 99, zip64=True), Entry(b"x" * 99, descriptor=True), Entry(b"x" * 99, local_extra=bytes(40))]
)
def test_zip64_data_descriptors_and_extra_fields_are_taken_away(orders: Project, entry: Entry) -> None:
    orders.wheel("demo", {"a.bin": entry, "b.bin": entry})
    content = orders.assemble().path.read_bytes()
    assert readable(content)["b.bin"] == b"x" * 99
    assert b"PK\7\x08" not in content


def test_a_wheel_after_other_bytes_is_read(orders: Project) -> None:
    orders.wheel("demo", {"demo.py": b"x = 1"}, prefix=b"#!/usr/bin/env python\n")
    assert readable(orders.assemble().path.read_bytes())["demo.py"] == b"x = 1"


def test_members_in_any_order_are_read(orders: Project) -> None:
    orders.wheel("demo", [(f"m/{number}.bin", bytes([number]) * (number * 30_000)) for number in (9, 3, 60, 0, 12)])
    members = readable(orders.assemble().path.read_bytes())
    assert all(members[f"m/{number}.bin"] == bytes([number]) * (number * 30_000) for number in (9, 3, 60, 0, 12))


def test_headers_lie_anywhere_between_members_of_any_size(orders: Project) -> None:
    sizes = [0, 1, *range(900, 1000, 7), 32_700, 32_768, 40_000, 3, *range(8_000, 9_000, 130), 100_000, 5]
    contents = {f"m/{number:03}.bin": bytes([number]) * size for number, size in enumerate(sizes)}
    orders.wheel("demo", {path: Entry(content, method=0) for path, content in contents.items()})
    members = readable(orders.assemble().path.read_bytes())
    assert {path: members[path] for path in contents} == contents


def test_old_names_are_read_as_pip_reads_them(orders: Project) -> None:
    orders.wheel("demo", {"x": Entry(b"1", name=b"caf\x82.txt")})
    assert "café.txt" in orders.paths()


def test_names_that_are_not_utf8_although_they_say_so_are_refused(orders: Project) -> None:
    orders.wheel("demo", {"x": Entry(b"1", name=b"caf\xff.txt", flags=0x800)})
    with pytest.raises(PackageError, match="not a readable zip"):
        orders.assemble()


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\5\6", bytes(5000), b"PK\3\4" + bytes(100)])
def test_what_is_no_zip_is_refused_by_name(orders: Project, content: bytes) -> None:
    orders.wheels.append(put(orders.root / "cache", content))
    with pytest.raises(PackageError, match=r"demo-1.0-py3-none-any.whl is not a readable zip file"):
        orders.assemble()


def test_truncated_wheels_are_refused(orders: Project) -> None:
    whole = archive({"demo.py": b"x" * 100, "other.py": b"y"})
    for length in range(1, len(whole), 7):
        orders.wheels[:] = [put(orders.root / "cache", whole[:length])]
        with pytest.raises(PackageError, match=r"demo-1.0-py3-none-any.whl"):
            orders.assemble()


def test_a_wheel_that_is_gone_is_reported(orders: Project) -> None:
    orders.wheel("demo", {"demo.py": b""})
    orders.wheels[0].path.unlink()
    with pytest.raises(PackageError, match=r"demo-1.0-py3-none-any.whl cannot be read: .*No such file"):
        orders.assemble()


def test_an_empty_zip_is_an_empty_wheel(orders: Project) -> None:
    orders.wheels.append(put(orders.root / "cache", archive({})))
    assert orders.paths() == ["app.py"]
