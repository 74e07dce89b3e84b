"""The directory of a zip file is read as zipfile reads it, and nothing else is taken for one."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.deploy.package_diff.zip_directory import Entry, Foreign, entries, locate, unpacked

PATHS = st.lists(st.sampled_from(["a", "é", "b.py", "x y"]), min_size=1, max_size=3).map("/".join)
FILES = st.dictionaries(PATHS, st.tuples(st.binary(max_size=50), st.sampled_from([0, 8])), max_size=6)


def zipped(files: dict[str, tuple[bytes, int]], comment: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.comment = comment
        for path, (content, method) in files.items():
            archive.writestr(zipfile.ZipInfo(path), content, compress_type=method)
        archive.mkdir("folder")
    return buffer.getvalue()


def read(content: bytes, *, tail: int) -> list[Entry]:
    directory = locate(content[-tail:], len(content))
    return entries(content[directory.start : directory.start + directory.size], directory.count)


@given(files=FILES, comment=st.sampled_from([b"", b"a comment"]), tail=st.integers(100, 5000))
def test_it_is_read_as_zipfile_reads_it(files: dict[str, tuple[bytes, int]], comment: bytes, tail: int) -> None:
    content = zipped(files, comment)
    found = {entry.path: entry for entry in read(content, tail=tail)}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        expected = {info.filename: (info.file_size, info.compress_size, info.CRC) for info in archive.infolist()}
    del expected["folder/"]
    assert {path: (one.size, one.compressed_size, one.crc) for path, one in found.items()} == expected
    for path, entry in found.items():
        assert unpacked(content[entry.offset :], entry, most=1000) == files[path][0]


@given(st.binary(max_size=300), st.integers(0, 300), st.binary(max_size=4))
def test_damage_is_foreign_or_harmless(noise: bytes, place: int, changed: bytes) -> None:
    content = bytearray(zipped({"a.py": (b"x" * 40, 8), "b.py": (b"y", 0)}))
    content[place : place + len(changed)] = changed
    for data in (noise, bytes(content), bytes(content[:place]), noise + bytes(content)):
        with suppress(Foreign):
            for entry in read(data, tail=len(data) or 1):
                unpacked(data[entry.offset :], entry, most=1000)


def test_more_than_was_stated_is_not_unpacked() -> None:
    content = zipped({"a": (b"x" * 1000, 8)})
    [entry] = read(content, tail=len(content))
    with pytest.raises(Foreign):
        unpacked(content[entry.offset :], entry, most=999)
