from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import PackageError
from lambda_ci.package.assemble import files_of
from lambda_ci.package.cache.key import measured
from lambda_ci.package.file import read_as
from tests.fakes.project import HANDLER, Project

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_that_was_replaced_since_it_was_hashed_is_refused(tmp_path: Path) -> None:
    project = Project(tmp_path)
    source = project.write("app.py", HANDLER)
    (file,), ((path, _mode, digest),) = measured(files_of(project.function, output_dir=project.output_dir))
    assert (path, digest) == ("app.py", hashlib.sha256(HANDLER.encode()).hexdigest())
    assert read_as(file, digest) == HANDLER.encode()
    source.write_text(HANDLER.replace("event", "evens"))
    with pytest.raises(PackageError, match="changed while it was being packaged"):
        read_as(file, digest)


@pytest.mark.parametrize("size", [10, 3 << 20])
def test_a_file_that_changed_after_it_was_hashed_is_not_packaged(tmp_path: Path, size: int) -> None:
    project = Project(tmp_path)
    source = project.write("data.bin", b"a" * size)
    (file,), _ = measured(files_of(project.function, output_dir=project.output_dir))
    source.write_bytes(b"b" * size)
    crc, chunks = file.source.packed(file)
    assert crc == file.crc
    with pytest.raises(PackageError, match="changed while it was being packaged"):
        list(chunks)
