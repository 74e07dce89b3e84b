"""What the program that compiles makes of zip files, in a process of its own as for a build."""

from __future__ import annotations

import importlib.util
import random
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

from tests.fakes.compiling import Bench, names
from tests.fakes.wheels import Entry, put

if TYPE_CHECKING:
    from pathlib import Path

TAG = sys.implementation.cache_tag
MANY = {f"many/m{number}.py": f"x = {number}\n".encode() * 400 for number in range(300)}
"""Enough source for several processes."""


def test_every_python_file_gets_bytecode_where_python_looks_for_it(bench: Bench) -> None:
    files: dict[str, bytes | Entry] = {
        "top.py": b"x = 1",
        "pkg/__init__.py": b"",
        "pkg/a.b.py": b"y = 2",
        "pkg/data.txt": b"",
        "pkg/typed.pyi": b"z: int",
        "pkg/é.py": Entry(b"u = 'x'", method=0),
        "pkg-1.0.data/purelib/pkg/pure.py": b"",
        "pkg-1.0.data/platlib/plat.py": b"",
        "pkg-1.0.data/data/etc/conf.py": b"",
        "pkg-1.0.data/scripts/run.py": b"",
        "pkg-1.0.data/headers/pkg/h.py": b"",
    }
    (overlay,) = bench.wheels(bench.wheel("pkg", files))
    assert names(overlay) == [
        f"etc/__pycache__/conf.{TAG}.pyc",
        f"pkg/__pycache__/__init__.{TAG}.pyc",
        f"pkg/__pycache__/a.b.{TAG}.pyc",
        f"pkg/__pycache__/pure.{TAG}.pyc",
        f"pkg/__pycache__/é.{TAG}.pyc",
        f"__pycache__/plat.{TAG}.pyc",
        f"__pycache__/top.{TAG}.pyc",
    ]


def test_bytecode_is_believed_whatever_the_times_are(bench: Bench) -> None:
    source = b"def f(): raise RuntimeError\n"
    (overlay,) = bench.wheels(bench.wheel("one", {"one.py": source}))
    with zipfile.ZipFile(overlay.path) as archive:
        (info,) = archive.infolist()
        data = archive.read(info)
    assert data[:4] == importlib.util.MAGIC_NUMBER
    assert int.from_bytes(data[4:8], "little") == 0b01, "unchecked hash"
    assert data[8:16] == importlib.util.source_hash(source)
    assert b"/var/task/one.py" in data
    assert info.date_time == (1980, 1, 1, 0, 0, 0)
    assert info.external_attr >> 16 == 0o100644


def test_python_imports_it_from_a_folder_that_cannot_be_written(bench: Bench, tmp_path: Path) -> None:
    wheel = bench.wheel("one", {"one/__init__.py": b"from one.two import x", "one/two.py": b"x = __file__, __cached__"})
    (overlay,) = bench.wheels(wheel)
    task = tmp_path / "task"
    for path in (wheel.path, overlay.path):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(task)
    before = {path: path.stat().st_mtime_ns for path in task.rglob("*.pyc")}
    (task / "one/two.py").write_text("x = 'the source was compiled'")
    command = [sys.executable, "-c", "import one; print(one.x)"]
    done = subprocess.run(command, cwd=task, capture_output=True, text=True, check=True)
    assert str(task / "one/two.py") in done.stdout
    assert {path: path.stat().st_mtime_ns for path in task.rglob("*.pyc")} == before


def test_what_does_not_compile_is_left_out(bench: Bench) -> None:
    files: dict[str, bytes | Entry] = {
        "good.py": b"x = '\\d'; assert (x, 1)",
        "python2.py": b"print 'hello'",
        "template.py": b"class {{ name }}: ...",
        "binary.py": b"\0\xff",
        "latin.py": b"x = '\xe9'",
        "deep.py": b"(" * 300 + b")" * 300,
        "huge.py": b"#" * (17 << 20),
        f"{'n' * 245}.py": b"",
    }
    (overlay,) = bench.wheels(bench.wheel("mixed", files))
    assert names(overlay) == [f"__pycache__/good.{TAG}.pyc"]


def test_members_that_cannot_be_read_are_left_to_those_who_report_them(bench: Bench) -> None:
    wheel = bench.wheel(
        "broken", {"good.py": b"", "bad.py": Entry(b"x = 1", crc=7), "odd.py": Entry(b"x", method=99, raw=b"x")}
    )
    nothing = put(bench.cache / "no", b"this is no zip file", name="no")
    overlays = bench.wheels(wheel, nothing)
    assert [names(overlay) for overlay in overlays] == [[f"__pycache__/good.{TAG}.pyc"], []]


def test_the_bytes_do_not_depend_on_what_else_is_compiled_nor_on_its_order(bench: Bench, tmp_path: Path) -> None:
    one = {"one.py": b"class A:\n    def f(self): self.b = 'A.<locals>'\n", **MANY}
    shuffled = list(one.items())
    random.Random(7).shuffle(shuffled)
    alone = Bench(tmp_path / "alone")
    alone.folder.mkdir()
    (expected,) = alone.wheels(alone.wheel("one", one))
    others = [bench.wheel(f"w{number}", {f"é{number}.py": b"b = '%'; A = 'A.<locals>', self"}) for number in range(3)]
    *_, found = bench.wheels(*others, bench.wheel("one", dict(shuffled)))
    assert found.sha256 == expected.sha256
