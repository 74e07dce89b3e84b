"""What holds for every package, and for every wheel that is not what it should be."""

from __future__ import annotations

import contextlib
import tempfile
import zipfile
import zlib
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_ci.errors import PackageError
from tests.fakes.project import HANDLER, Project
from tests.fakes.wheels import Entry, archive, put

PARTS = st.sampled_from(["a", "b", "Z", "é", "🚀", "_", "a b", "x.py", "~", "￿"])
PATHS = st.lists(PARTS, min_size=1, max_size=3).map("/".join)
CONTENTS = st.one_of(st.binary(max_size=40), st.sampled_from([b"", b"same", bytes(range(256)) * 300, bytes(1_100_000)]))
TREES = st.dictionaries(PATHS, CONTENTS, max_size=5)


def clashes(trees: list[dict[str, bytes]]) -> bool:
    """Whether two trees disagree about a path, or one has a file where another has a folder."""
    merged: dict[str, bytes] = {}
    for tree in trees:
        if any(merged.setdefault(path, content) != content for path, content in tree.items()):
            return True
    return any(other.startswith(path + "/") for path in merged for other in merged)


def consistent(tree: dict[str, bytes]) -> bool:
    return not clashes([tree])


@settings(max_examples=60, deadline=None)
@given(
    own=TREES.filter(consistent),
    wheels=st.lists(st.tuples(TREES, st.sampled_from([0, 8, 12]), st.booleans()), max_size=3),
)
def test_a_package_is_the_sorted_union_of_its_sources_or_refused_for_a_clash(
    own: dict[str, bytes], wheels: list[tuple[dict[str, bytes], int, bool]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        for path, content in (own | {"app.py": HANDLER.encode()}).items():
            project.write(path, content)
        for number, (tree, method, odd) in enumerate(wheels):
            files = {path: Entry(content, method=method, descriptor=odd, zip64=odd) for path, content in tree.items()}
            project.wheel(f"wheel{number}", files)
        if clashes([own, *(tree for tree, _, _ in wheels)]):
            with contextlib.suppress(PackageError):
                project.assemble()
                raise AssertionError("the clash was not seen")
            return
        expected = own | {path: content for tree, _, _ in wheels for path, content in tree.items()}
        check(project, expected | {"app.py": HANDLER.encode()})


def check(project: Project, expected: dict[str, bytes]) -> None:
    first = project.assemble()
    content = first.path.read_bytes()
    assert project.assemble() == first
    assert first.path.read_bytes() == content
    with zipfile.ZipFile(first.path) as opened:
        names = opened.namelist()
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in names if ".dist-info/" not in name} == expected
    assert names == sorted(set(names), key=str.encode)
    assert names == [member.path for member in first.members]


WHEEL = archive(
    {
        "demo/": Entry(mode=0o40755, method=0),
        "demo/__init__.py": b"x = 1\n" * 20,
        "demo/stored.bin": Entry(b"stored", method=0),
        "demo/slow.bin": Entry(b"slow" * 30, method=12),
        "demo/far.bin": Entry(b"far" * 30, zip64=True),
        "demo/é.txt": Entry(b"late", descriptor=True),
        "demo-1.0.data/purelib/pure.py": b"",
        "demo-1.0.data/scripts/tool": b"#!python",
    },
    prefix=b"prefix",
)
NUMBERS = st.sampled_from([0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF, len(WHEEL)])
MUTATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(0, len(WHEEL) - 1), st.integers(0, 255)),
        st.tuples(st.sampled_from(["16", "32", "64"]), st.integers(0, len(WHEEL) - 1), NUMBERS),
        st.tuples(st.sampled_from(["cut", "double"]), st.integers(0, len(WHEEL) - 1), st.integers(0, 60)),
    ),
    min_size=1,
    max_size=4,
)


def mutated(content: bytes, mutations: list[tuple[str, int, int]]) -> bytes:
    data = bytearray(content)
    for kind, position, value in mutations:
        match kind:
            case "set":
                data[position : position + 1] = bytes([value])
            case "16" | "32" | "64":
                width = int(kind) // 8
                data[position : position + width] = (value & (1 << 8 * width) - 1).to_bytes(width, "little")
            case "cut":
                del data[position : position + value]
            case "double":
                data[position:position] = data[position : position + value]
    return bytes(data)


@settings(max_examples=200, deadline=None)
@given(mutations=MUTATIONS)
def test_a_damaged_wheel_is_refused_or_copied_as_it_is(mutations: list[tuple[str, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        project.write("app.py", HANDLER)
        project.wheels.append(put(project.root / "cache", mutated(WHEEL, mutations)))
        try:
            package = project.assemble()
        except PackageError:
            assert not list(project.output_dir.glob("*"))
            return
        with zipfile.ZipFile(package.path) as opened, zipfile.ZipFile(project.wheels[0].path) as wheel:
            assert opened.namelist() == sorted(set(opened.namelist()), key=str.encode)
            assert read(opened, "app.py") == HANDLER.encode()
            for name in set(wheel.namelist()) & set(opened.namelist()):
                assert read(opened, name) == read(wheel, name)


def read(archive: zipfile.ZipFile, name: str) -> bytes | None:
    """The content, or nothing where it is damaged."""
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        return None
