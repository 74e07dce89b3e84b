from __future__ import annotations

import io
import os
import tarfile
import zipfile
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_ci.errors import BuildError
from lambda_ci.image.archive import DOCKERFILE, EPOCH, Sink, pack_context, pack_package

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import IO


def package(files: Mapping[str, bytes], *, mode: int = 0o644) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            info.external_attr = mode << 16
            archive.writestr(info, content)
    return buffer


def packed(path: Path) -> bytes:
    out = io.BytesIO()
    pack_package(path, out)
    return out.getvalue()


def members(data: bytes) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return archive.getmembers()


def test_a_package_is_the_same_tar_whatever_the_order_and_the_times_in_it(tmp_path: Path) -> None:
    files = {"app.py": b"x = 1\n", "lib/deep/a.so": b"\x7fELF", "lib/b.py": b""}
    (tmp_path / "a.zip").write_bytes(package(files).getvalue())
    (tmp_path / "b.zip").write_bytes(package(dict(reversed(files.items()))).getvalue())
    first = packed(tmp_path / "a.zip")
    assert first == packed(tmp_path / "b.zip")
    found = members(first)
    assert [one.name for one in found] == ["lib", "lib/deep", "app.py", "lib/b.py", "lib/deep/a.so"]
    assert {(one.mtime, one.uid, one.gid, one.uname) for one in found} == {(EPOCH, 0, 0, "")}
    assert [one.mode for one in found] == [0o755, 0o755, 0o644, 0o644, 0o644]


def test_programs_stay_programs(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(package({"run": b""}, mode=0o755).getvalue())
    assert [one.mode for one in members(packed(tmp_path / "a.zip"))] == [0o755]


NAMES = st.from_regex(r"[a-zé☃]{1,130}(/[a-z]{1,20}){0,2}\.py", fullmatch=True)


@settings(max_examples=30)
@given(st.dictionaries(NAMES, st.binary(max_size=50), max_size=5))
def test_every_file_of_a_package_arrives_with_its_content(files: dict[str, bytes]) -> None:
    out = io.BytesIO()
    pack_package(cast("Path", package(files)), out)  # a file object serves zipfile as well as a path
    with tarfile.open(fileobj=io.BytesIO(out.getvalue())) as archive:
        found = {one.name: archive.extractfile(one) for one in archive if one.isfile()}
        assert {name: file.read() for name, file in found.items() if file} == files


def test_the_digest_of_a_context_does_not_depend_on_umask_times_or_machine(tmp_path: Path) -> None:
    def digest(folder: Path, mode: int) -> str:
        folder.mkdir()
        (folder / "app.py").write_text("x")
        (folder / "app.py").chmod(mode)
        os.utime(folder / "app.py", (mode, mode))
        (folder / "link").symlink_to("app.py")
        sink = Sink()
        pack_context(folder, ["app.py", "link"], b"FROM a", cast("IO[bytes]", sink))
        return sink.sha256

    assert digest(tmp_path / "a", 0o600) == digest(tmp_path / "b", 0o664)
    assert digest(tmp_path / "c", 0o700) != digest(tmp_path / "d", 0o600)


def test_a_context_has_files_folders_links_and_the_dockerfile_and_no_sockets(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/app.py").write_text("x")
    (tmp_path / "link").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    out = io.BytesIO()
    pack_context(tmp_path, ["link", "pipe", "src", "src/app.py"], b"FROM a", out)
    found = {one.name: one for one in members(out.getvalue())}
    assert list(found) == ["link", "src", "src/app.py", DOCKERFILE]
    assert (found["link"].issym(), found["link"].linkname) == (True, "nowhere")


def test_a_file_that_vanishes_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="gone cannot be put into the build"):
        pack_context(tmp_path, ["gone"], b"", io.BytesIO())
