"""The errand's own parts; what it does as a whole is tested with real Pythons."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.package.import_check.supervise import Folders, has_room, remove, unpack

if TYPE_CHECKING:
    from pathlib import Path

HERE = Folders("/root-of-it", real=False)


def packed(path: Path, files: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> str:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (0o755 if name.startswith("bin/") else 0o644) << 16
            archive.writestr(info, content, compress_type=method)
    return str(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_files_come_out_as_they_went_in_and_cannot_be_written_to(tmp_path: Path, method: int) -> None:
    files = {"app.py": b"x = 1\n", "pkg/data": bytes(range(256)) * 999, "bin/run": b"#!", "pkg/empty": b""}
    unpack(packed(tmp_path / "a.zip", files, method=method), str(tmp_path / "task"))
    assert {name: (tmp_path / "task" / name).read_bytes() for name in files} == files
    modes = {name: (tmp_path / "task" / name).stat().st_mode & 0o777 for name in files}
    assert modes == {"app.py": 0o444, "pkg/data": 0o444, "bin/run": 0o555, "pkg/empty": 0o444}


def test_of_two_layers_the_last_counts(tmp_path: Path) -> None:
    for number in (b"1", b"2"):
        unpack(packed(tmp_path / "a.zip", {"python/a.py": number}), str(tmp_path / "opt"))
    assert (tmp_path / "opt/python/a.py").read_bytes() == b"2"


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/a"])
def test_nothing_is_written_elsewhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="outside of itself"):
        unpack(packed(tmp_path / "a.zip", {name: b""}), str(tmp_path / "task"))


def test_lambdas_folders_are_replaced_in_variables_and_put_back_in_texts() -> None:
    value = "/var/task/lib:/opt:/optional:s3://x/opt/y:/var/runtime"
    mapped = HERE.mapped(value)
    assert mapped == "/root-of-it/task/lib:/root-of-it/opt:/optional:s3://x/opt/y:/root-of-it/runtime"
    assert HERE.unmapped(mapped) == value
    assert Folders("/root-of-it", real=True).mapped(value) == value


@given(st.text())
def test_what_names_none_of_them_stays_as_it_is(text: str) -> None:
    value = text.replace("/", "")
    assert HERE.mapped(value) == HERE.unmapped(value) == value


def test_memory_is_not_filled() -> None:
    assert not has_room(1 << 50)


def test_removing_twice_is_no_error(tmp_path: Path) -> None:
    folder = tmp_path / "root"
    (folder / "task").mkdir(parents=True)
    (folder / "task/a").write_text("")
    (folder / "task").chmod(0o555)
    folders = Folders(str(folder), real=False)
    remove(folders)
    remove(folders)
    assert not folder.exists()
