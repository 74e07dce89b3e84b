from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.elf import elf

if TYPE_CHECKING:
    from tests.fakes.slimmed import Slimmed
    from tests.fakes.wheels import Entry

LINUX = "cp311-cp311-manylinux_2_17_x86_64"
LIBRARY = elf(soname="libx.so.2")
MODULE = "demo/_demo.cpython-311-x86_64-linux-gnu.so"


def three_names(slimmed: Slimmed, files: dict[str, bytes | Entry], *, library: bytes = LIBRARY) -> set[str]:
    """The names that are left of one library with three of them."""
    names = ["demo/libx.so", "demo/libx.so.2", "demo/libx.so.2.1.0"]
    slimmed.wheel("demo", {"demo/__init__.py": b"", **dict.fromkeys(names, library), **files}, tag=LINUX)
    return {path for path in slimmed.slim("duplicates") if "libx" in path}


def test_the_name_that_a_binary_needs_stays(slimmed: Slimmed) -> None:
    assert three_names(slimmed, {MODULE: elf(needed=["libx.so.2"])}) == {"demo/libx.so.2"}
    [saving] = slimmed.package(slim=("duplicates",)).savings
    assert (saving.rule, saving.files, saving.size) == ("duplicates", 2, 2 * len(LIBRARY))


def test_the_soname_stays_where_no_binary_asks(slimmed: Slimmed) -> None:
    assert three_names(slimmed, {}) == {"demo/libx.so.2"}


def test_every_name_that_code_mentions_stays(slimmed: Slimmed) -> None:
    slimmed.project.write("app.py", "import ctypes\nctypes.CDLL('demo/libx.so')\ndef handler(e, c): ...\n")
    code = b"ctypes.CDLL(os.path.join(here, 'libx.so.2.1.0'))"
    assert len(three_names(slimmed, {"demo/load.py": code})) == 3


def test_a_library_that_nothing_names_keeps_all_its_names(slimmed: Slimmed) -> None:
    assert len(three_names(slimmed, {}, library=elf())) == 3


def test_other_content_another_folder_and_modules_are_no_duplicates(slimmed: Slimmed) -> None:
    module = elf(symbols=["PyInit_a"])
    files: dict[str, bytes | Entry] = {
        "demo/liby.so.1": elf(soname="liby.so.1", padding=8),
        "demo/liby.so": elf(soname="liby.so.1", padding=16),
        "other/libx.so": LIBRARY,
        "demo/a.so": module,
        "demo/b.cpython-311-x86_64-linux-gnu.so": module,
        "demo/c.abi3.so": module,
    }
    three_names(slimmed, files)
    assert files.keys() <= slimmed.slim("duplicates")


def test_a_library_in_a_wheel_above_counts_for_those_below(slimmed: Slimmed) -> None:
    slimmed.wheel("user", {"user/_u.cpython-311-x86_64-linux-gnu.so": elf(needed=["libx.so"])}, tag=LINUX)
    assert three_names(slimmed, {}) == {"demo/libx.so", "demo/libx.so.2"}
