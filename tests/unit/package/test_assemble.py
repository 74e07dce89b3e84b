from __future__ import annotations

import base64
import hashlib
import os
import stat
import subprocess
import sys
import threading
import tracemalloc
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import PackageError
from lambda_ci.package.assemble import Contents, assemble, files_of
from lambda_ci.package.file import File
from lambda_ci.package.limits import check, ledger
from lambda_ci.package.sources import Folder, own_files
from lambda_ci.package.wheel_pool import WheelPool
from lambda_ci.package.writer import write
from tests.fakes.wheels import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.fakes.project import Project


def test_a_package_holds_the_wheels_files_and_the_functions_own(orders: Project) -> None:
    orders.wheel("demo", {"demo/__init__.py": b"x = 1\n", "demo/data.bin": bytes(5000)})
    package = orders.assemble()
    with zipfile.ZipFile(package.path) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            "app.py",
            "demo-1.0.dist-info/METADATA",
            "demo-1.0.dist-info/WHEEL",
            "demo/__init__.py",
            "demo/data.bin",
        ]
        assert archive.read("demo/data.bin") == bytes(5000)
    assert package.path == orders.output_dir / "orders.zip"


def test_the_compressed_bytes_of_a_wheel_are_copied_as_they_are(orders: Project) -> None:
    packed = Entry(b"a" * 1000).packed
    orders.wheel("demo", {"demo.py": Entry(b"a" * 1000)})
    assert packed in orders.assemble().path.read_bytes()


def test_the_package_says_what_is_on_disk(orders: Project) -> None:
    package = orders.assemble()
    content = package.path.read_bytes()
    assert package.size == len(content)
    assert package.sha256 == hashlib.sha256(content).hexdigest()
    assert base64.b64decode(package.code_sha256).hex() == package.sha256
    with zipfile.ZipFile(package.path) as archive:
        assert package.unpacked_size == sum(info.file_size for info in archive.infolist())
        assert [(m.path, m.size, m.compressed_size) for m in package.members] == [
            (info.filename, info.file_size, info.compress_size) for info in archive.infolist()
        ]


def test_members_have_normalised_times_modes_and_systems(orders: Project) -> None:
    orders.write("tool.sh", "#!/bin/sh\n").chmod(0o700)
    orders.write("secret.txt", "x").chmod(0o600)
    orders.wheel(
        "demo", {"demo.py": Entry(b"", mode=0o100600), "run": Entry(b"", mode=0o100755), "none": Entry(mode=0)}
    )
    package = orders.assemble()
    with zipfile.ZipFile(package.path) as archive:
        modes = {
            info.filename: info.external_attr >> 16 for info in archive.infolist() if "dist-info" not in info.filename
        }
        assert {(i.create_system, i.date_time, i.flag_bits, i.extra) for i in archive.infolist()} == {
            (3, (1980, 1, 1, 0, 0, 0), 0, b"")
        }
    readable, executable = stat.S_IFREG | 0o644, stat.S_IFREG | 0o755
    assert modes == {
        "app.py": readable,
        "demo.py": readable,
        "none": readable,
        "run": executable,
        "secret.txt": readable,
        "tool.sh": executable,
    }
    assert {m.mode for m in package.members} == {0o644, 0o755}


def test_only_names_beyond_ascii_are_marked_as_utf8_and_the_order_is_that_of_the_bytes(orders: Project) -> None:
    orders.write("ä/z.txt", "1")
    orders.wheel("demo", {"🚀.py": b"", "zz.py": b"", "Z.py": b"", "￿.py": b""})
    with zipfile.ZipFile(orders.assemble().path) as archive:
        names = archive.namelist()
        assert {info.filename: bool(info.flag_bits & 0x800) for info in archive.infolist()} == {
            name: not name.isascii() for name in names
        }
    assert names == sorted(names, key=str.encode)


def test_the_ledger_lists_distributions_by_size(orders: Project) -> None:
    orders.wheel("small", {"small.py": b"1"}, version="2.0")
    orders.wheel("large", {"large.bin": bytes(10_000)})
    ledger = orders.assemble().ledger
    assert [(line.distribution, line.version, line.files) for line in ledger] == [
        ("large", "1.0", 3),
        ("small", "2.0", 3),
        ("", "", 1),
    ]
    assert ledger[0].size > 10_000 > ledger[0].compressed_size


def test_a_single_file_is_a_source_too(orders: Project) -> None:
    orders.write("other.py", "")
    function = replace(orders.function, source=orders.source / "app.py")
    own = files_of(function, output_dir=orders.output_dir)
    package = assemble(function, Contents(wheels=[], own=own), WheelPool(), output_dir=orders.output_dir)
    assert [member.path for member in package.members] == ["app.py"]


def test_a_package_over_the_limit_is_refused_with_what_weighs_most(orders: Project) -> None:
    orders.wheel("giant", {"giant.bin": Entry(b"x", size=200 << 20)})
    orders.wheel("middle", {"middle.bin": Entry(b"x", size=60 << 20)})
    with pytest.raises(PackageError) as caught:
        orders.assemble()
    lines = str(caught.value).splitlines()
    assert "260.0 MiB unzipped" in lines[0]
    assert "200.0 MiB" in lines[1]
    assert "giant 1.0" in lines[1]
    assert "middle 1.0" in lines[2]
    assert "own files" in lines[3]
    assert not orders.output_dir.exists()


def test_a_package_just_at_the_limit_is_built(orders: Project) -> None:
    orders.wheel("giant", {"giant.bin": Entry(b"x", size=(250 << 20) - 200)})
    assert orders.assemble().unpacked_size <= 250 << 20


def test_more_files_than_a_zip_can_hold_are_refused(orders: Project) -> None:
    for wheel in range(2):
        orders.wheel(f"many{wheel}", {f"m{wheel}/{number}": Entry(method=0) for number in range(33_000)})
    with pytest.raises(PackageError, match="66,005 files"):
        orders.assemble()


def test_compressed_sizes_beyond_four_gigabytes_are_refused() -> None:
    sizes = [
        File(path=f"{n}", size=1, compressed_size=1 << 31, method=8, mode=0o644, crc=0, offset=0, source=Folder(""))
        for n in range(2)
    ]
    with pytest.raises(PackageError, match="4 GiB"):
        check(sizes, ledger(sizes))


class Interrupted(Folder):
    """A source whose reading is interrupted at one file."""

    def packed(self, file: File) -> tuple[int, Iterable[bytes]]:
        if file.path == "large.bin":
            raise KeyboardInterrupt
        return super().packed(file)


def test_nothing_is_left_behind_when_the_build_is_interrupted(orders: Project) -> None:
    before = orders.assemble().path.read_bytes()
    orders.write("large.bin", bytes(3 << 20))
    source = Interrupted(str(orders.source))
    files = [replace(file, source=source) for file in own_files(orders.function, keep_out=())]
    with pytest.raises(KeyboardInterrupt):
        write(files, orders.output_dir / "orders.zip")
    assert [path.name for path in orders.output_dir.iterdir()] == ["orders.zip"]
    assert (orders.output_dir / "orders.zip").read_bytes() == before


def test_an_output_that_is_a_folder_is_refused(orders: Project) -> None:
    (orders.output_dir / "orders.zip").mkdir(parents=True)
    with pytest.raises(PackageError, match=r"orders.zip is a folder"):
        orders.assemble()


def test_an_output_folder_that_is_a_file_is_refused(orders: Project) -> None:
    orders.output_dir.write_text("")
    with pytest.raises(PackageError, match=r"orders.zip cannot be written: (Not a directory|File exists)"):
        orders.assemble()


FULL = """
import resource, sys
from pathlib import Path
from tests.fakes.project import Project
project = Project(Path(sys.argv[1]))
project.write("app.py", "handler = print")
project.write("large.bin", bytes(3 << 20))
resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, 2 << 20))
try:
    project.assemble()
except Exception as error:
    print(type(error).__name__, error)
"""


def test_a_disk_that_takes_no_more_is_reported_and_nothing_is_left(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, timeout=300, check=True
    )
    assert done.stdout.startswith(f"PackageError {tmp_path}/dist/orders.zip cannot be written: File too large")
    assert list((tmp_path / "dist").iterdir()) == []


@pytest.mark.parametrize("name", ["../escape", "a/b", ".", "..", ".hidden", "nul\0"])
def test_a_function_name_that_is_no_file_name_is_refused(orders: Project, name: str) -> None:
    orders.name = name
    with pytest.raises(PackageError, match="cannot name a file"):
        orders.assemble()


def test_builds_to_the_same_output_at_once_do_not_disturb_each_other(orders: Project) -> None:
    orders.wheel("demo", {"demo.bin": bytes(range(256)) * 4000})
    expected = orders.assemble().sha256
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(orders.assemble().sha256)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8
    assert hashlib.sha256((orders.output_dir / "orders.zip").read_bytes()).hexdigest() == expected
    assert [path.name for path in orders.output_dir.iterdir()] == ["orders.zip"]


def test_the_package_is_readable_by_others_as_the_umask_says(orders: Project) -> None:
    path: Path = orders.assemble().path
    assert path.stat().st_mode & 0o444 == 0o444


def test_memory_does_not_grow_with_the_package(orders: Project) -> None:
    orders.write("model.bin", bytes(20 << 20))
    orders.wheel("demo", {"large.bin": Entry(bytes(20 << 20), method=0), "deflated.bin": os.urandom(5 << 20)})
    orders.assemble()
    tracemalloc.start()
    try:
        orders.assemble()
        assert tracemalloc.get_traced_memory()[1] < 6 << 20
    finally:
        tracemalloc.stop()


def test_the_dispatch_library_is_put_in_on_demand_and_nothing_else_of_lambda_ci(orders: Project) -> None:
    orders.spec["dispatch"] = True
    package = orders.assemble()
    ours = [member.path for member in package.members if member.path.startswith("lambda_ci")]
    assert "lambda_ci/dispatch/__init__.py" in ours
    assert {path.rpartition("/")[0] for path in ours} == {"lambda_ci/dispatch"}
    assert [line.distribution for line in package.ledger if line.distribution] == ["lambda-ci"]


def test_a_function_imports_the_dispatch_library_from_its_package_alone(orders: Project) -> None:
    orders.spec["dispatch"] = True
    task = orders.root / "task"
    with zipfile.ZipFile(orders.assemble().path) as archive:
        archive.extractall(task)
    program = "import sys; sys.path.insert(0, sys.argv[1]); import lambda_ci.dispatch as d; print(d.__file__)"
    command = [sys.executable, "-I", "-S", "-c", program, str(task)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"{task}/lambda_ci/dispatch/__init__.py"
