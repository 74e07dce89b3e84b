"""Source archives on Pythons that know tarfile's filters, and on those that do not (Debian 12 has 3.11.2)."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from lambda_ci.wheels.builders.tree import extract

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(tarfile, "data_filter"), reason="compares with tarfile's own filter")


def _archive(*members: tuple[str, bytes, int, str]) -> io.BytesIO:
    """Name, type, mode and target of each member; files hold their own name."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, kind, mode, link in members:
            member = tarfile.TarInfo(name)
            member.type, member.mode, member.linkname, member.uid, member.uname = kind, mode, link, 12345, "nobody"
            member.size = len(name) if kind == tarfile.REGTYPE else 0
            archive.addfile(member, io.BytesIO(name.encode()))
    target.seek(0)
    return target


def _tree(archive: io.BytesIO, folder: Path, *, filtering: bool) -> dict[str, tuple[int, int, bytes]]:
    folder.mkdir()
    archive.seek(0)
    with tarfile.open(fileobj=archive) as tarred:
        extract(tarred, folder, filtering=filtering)
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, path.stat().st_uid, path.read_bytes()) for path in files
    }


ORDINARY = (
    ("demo", tarfile.DIRTYPE, 0o777, ""),
    ("demo/plain.py", tarfile.REGTYPE, 0o666, ""),
    ("demo/tool.sh", tarfile.REGTYPE, 0o4755, ""),
    ("demo/odd", tarfile.REGTYPE, 0o011, ""),
    ("demo/none", tarfile.REGTYPE, 0o000, ""),
    ("demo/link.py", tarfile.SYMTYPE, 0o777, "plain.py"),
    ("demo/hard.py", tarfile.LNKTYPE, 0o644, "demo/plain.py"),
)


@pytest.mark.filterwarnings("ignore:Python 3.14 will, by default, filter:DeprecationWarning")
def test_what_is_extracted_is_the_same(tmp_path: Path) -> None:
    archive = _archive(*ORDINARY)
    with_filter = _tree(archive, tmp_path / "filtered", filtering=True)
    assert _tree(archive, tmp_path / "plain", filtering=False) == with_filter
    assert len(with_filter) == 6


@pytest.mark.parametrize(
    "member",
    [
        ("/etc/evil", tarfile.REGTYPE, 0o644, ""),
        ("demo/../../evil", tarfile.REGTYPE, 0o644, ""),
        ("demo/link", tarfile.SYMTYPE, 0o777, "../../evil"),
        ("demo/link", tarfile.SYMTYPE, 0o777, "/etc/passwd"),
        ("demo/hard", tarfile.LNKTYPE, 0o644, "../evil"),
        ("demo/device", tarfile.CHRTYPE, 0o644, ""),
        ("demo/pipe", tarfile.FIFOTYPE, 0o644, ""),
    ],
)
def test_what_leads_elsewhere_is_refused_before_anything_is_written(
    tmp_path: Path, member: tuple[str, bytes, int, str]
) -> None:
    archive = _archive(("demo/plain.py", tarfile.REGTYPE, 0o644, ""), member)
    with pytest.raises(ValueError, match="leads elsewhere"):
        _tree(archive, tmp_path / "plain", filtering=False)
    assert list((tmp_path / "plain").iterdir()) == []
