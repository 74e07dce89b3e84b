"""Wheels of every odd kind, as they are found in the wild: what is in them, and what a package must hold of them."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.elf import AARCH64, elf
from tests.fakes.wheels import Entry, archive

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Files = Sequence[tuple[str, bytes | Entry]]

HERE = f"cp{sys.version_info.major}{sys.version_info.minor}"
LINUX = "manylinux_2_17_x86_64"
MODULE = b"def name():\n    return __name__\n"
PKGUTIL = b"__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
SETUPTOOLS = (
    b"try:\n    __import__('pkg_resources').declare_namespace(__name__)\nexcept ImportError:\n"
    b"    __path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
)


@dataclass(frozen=True, kw_only=True)
class Odd:
    """``wheels``: by name of the distribution, tag and members. ``imports``: modules that a fresh Python must find.

    ``present``: where members end up that do not keep their path. ``absent``: members that have no place in a package.
    """

    wheels: Mapping[str, tuple[str, Files]]
    imports: tuple[str, ...] = ()
    moved: Mapping[str, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()

    def expected(self) -> dict[str, tuple[bytes, int]]:
        """The content and the mode of each file that the package must have, by path."""
        found: dict[str, tuple[bytes, int]] = {}
        for name, (_, files) in self.wheels.items():
            for path, content in [*files, *_info(name)]:
                if path not in self.absent:
                    found[self.moved.get(path, path)] = (_content(content), _mode(content))
        return found


def _content(content: bytes | Entry) -> bytes:
    return content.content if isinstance(content, Entry) else content


def _mode(content: bytes | Entry) -> int:
    return 0o755 if isinstance(content, Entry) and content.mode & 0o111 else 0o644


def _info(name: str) -> list[tuple[str, bytes]]:
    info = f"{name}-1.0.dist-info"
    return [
        (f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode()),
        (f"{info}/WHEEL", b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
        (f"{info}/RECORD", b""),
    ]


def content_of(name: str, files: Files) -> bytes:
    """The bytes of a wheel with these members."""
    return archive([*files, *_info(name)])


def one(*files: tuple[str, bytes | Entry], tag: str = "py3-none-any", imports: Sequence[str] = ("odd",), **more: object) -> Odd:  # fmt: skip
    return Odd(wheels={"odd": (tag, files)}, imports=tuple(imports), **more)  # type: ignore[arg-type]


def _namespaces(first: bytes | None, second: bytes | None) -> Odd:
    """Two distributions with a part of the package ``space`` each, declared in two ways."""
    wheels = {}
    for name, declared in (("one", first), ("two", second)):
        files: list[tuple[str, bytes | Entry]] = [(f"space/{name}.py", MODULE)]
        wheels[name] = ("py3-none-any", files + ([("space/__init__.py", declared)] if declared is not None else []))
    return Odd(wheels=wheels, imports=("space.one", "space.two"))


WORKING: Mapping[str, Odd] = {
    "abi3": one(("odd/__init__.py", MODULE), ("odd/_core.abi3.so", elf(needed=["libc.so.6"])), tag=f"cp38-abi3-{LINUX}"),
    "compressed pure tags": one(("odd.py", MODULE), tag="py2.py3-none-any"),
    "compressed tags": one(
        ("odd/__init__.py", MODULE),
        (f"odd/_core.{HERE.replace('cp3', 'cpython-3')}-x86_64-linux-gnu.so", elf(needed=["libc.so.6"], symbols=["PyInit__core"])),
        tag=f"cp310.{HERE}-cp310.{HERE}-{LINUX}.manylinux2014_x86_64",
    ),
    "data directories": one(
        ("odd/__init__.py", MODULE),
        ("odd-1.0.data/purelib/odd_pure.py", MODULE),
        ("odd-1.0.data/platlib/odd_plat/__init__.py", MODULE),
        ("odd-1.0.data/data/share/odd/table.csv", b"1,2\n"),
        ("odd-1.0.data/scripts/odd", b"#!python\n"),
        ("odd-1.0.data/headers/odd.h", b"int odd;\n"),
        imports=("odd", "odd_pure", "odd_plat"),
        moved={
            "odd-1.0.data/purelib/odd_pure.py": "odd_pure.py",
            "odd-1.0.data/platlib/odd_plat/__init__.py": "odd_plat/__init__.py",
            "odd-1.0.data/data/share/odd/table.csv": "share/odd/table.csv",
        },
        absent=frozenset({"odd-1.0.data/scripts/odd", "odd-1.0.data/headers/odd.h"}),
    ),
    "wrong modes": one(
        ("odd/__init__.py", Entry(MODULE, mode=0o100000)),
        ("odd/all.py", Entry(MODULE, mode=0o100777)),
        ("odd/setuid.sh", Entry(b"#!/bin/sh\n", mode=0o104755)),
        ("odd/sticky.txt", Entry(b"text", mode=0o101000)),
        ("odd/unreadable.txt", Entry(b"text", mode=0o100200)),
        imports=("odd", "odd.all"),
    ),
    "made on Windows": one(
        ("odd/", Entry(method=0, mode=0, system=0)),
        ("odd/__init__.py", Entry(MODULE, mode=0, system=0)),
        ("odd/data.txt", Entry(b"a\r\nb\r\n", mode=0, system=10)),
        absent=frozenset({"odd/"}),
    ),
    "namespace, implicit": _namespaces(None, None),
    "namespace, pkgutil": _namespaces(PKGUTIL, PKGUTIL),
    "namespace, setuptools": _namespaces(SETUPTOOLS, SETUPTOOLS),
    "namespace, implicit and pkgutil": _namespaces(None, PKGUTIL),
    "names beyond ASCII": one(
        ("odd/__init__.py", MODULE),
        ("odd/größe_数.py", MODULE),
        ("odd/🚀 data/ü ñ.txt", "ü".encode()),
        imports=("odd", "odd.größe_数"),
    ),
    "zip64": one(("odd/__init__.py", Entry(MODULE, zip64=True)), ("odd/stored.txt", Entry(b"x" * 99, method=0, zip64=True))),
    "20,000 files": one(
        ("odd/__init__.py", MODULE), *((f"odd/d{n % 100}/file{n}.txt", b"%d" % n) for n in range(20_000))
    ),
    "a member twice, the same": one(("odd/__init__.py", MODULE), ("odd/__init__.py", Entry(MODULE, method=0))),
    "stored": one(("odd/__init__.py", Entry(MODULE, method=0))),
    "bzip2": one(("odd/__init__.py", Entry(MODULE, method=12)), ("odd/big.bin", Entry(b"slow" * 99_999, method=12))),
    "lzma": one(("odd/__init__.py", Entry(MODULE, method=14)), ("odd/big.bin", Entry(b"slow" * 99_999, method=14))),
    "data descriptors": one(
        ("odd/__init__.py", Entry(MODULE, descriptor=True)), ("odd/stored.txt", Entry(b"text", method=0, descriptor=True))
    ),
    "empty files": one(("odd/__init__.py", b""), ("odd/empty.txt", Entry(b"", method=0))),
}  # fmt: skip

REFUSED: Mapping[str, tuple[Odd, int, str]] = {
    "backslashes": (one(("odd\\__init__.py", MODULE)), 4, "contains a backslash"),
    "a member twice, different": (one(("odd/__init__.py", MODULE), ("odd/__init__.py", b"")), 4, "different contents"),
    "wrong architecture by its tag": (one(("odd.py", MODULE), tag=f"{HERE}-{HERE}-manylinux_2_17_aarch64"), 3, "x86_64"),
    "wrong architecture in truth": (
        one(("odd/__init__.py", MODULE), ("odd/_core.abi3.so", elf(machine=AARCH64)), tag=f"cp38-abi3-{LINUX}"),
        4,
        "arm64",
    ),
    "too new a C library by its tag": (one(("odd.py", MODULE), tag="cp38-abi3-manylinux_2_99_x86_64"), 3, "glibc"),
    "too new a C library in truth": (
        one(
            ("odd/__init__.py", MODULE),
            ("odd/_core.abi3.so", elf(needed=["libc.so.6"], versions={"libc.so.6": ["GLIBC_2.99"]})),
            tag=f"cp38-abi3-{LINUX}",
        ),
        4,
        "GLIBC_2.99",
    ),
    "a path that leads elsewhere": (one(("../odd.py", MODULE)), 4, "`..`"),
}  # fmt: skip
