"""Inventories of packages, as the package stage makes them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.model.artifact import LedgerLine, Making, Member, Package
from lambda_ci.model.inventory import (
    Component,
    Document,
    Inventory,
    Library,
    Licence,
    Link,
    Maker,
    Metadata,
    Need,
    Origins,
    Part,
    Place,
    Repository,
    Run,
)
from lambda_ci.model.target import Architecture, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

TARGET = Target("python3.12", Architecture.ARM64)
SHA = "ab" * 32
COMMIT = "0123456789abcdef0123456789abcdef01234567"
INDEX = "https://index.example"


def component(name: str, *needs: Need, version: str = "1.0", **metadata: object) -> Component:
    said = replace(Metadata(name=name, version=version, needs=needs), **metadata)  # type: ignore[arg-type]
    filename = f"{name}-{version}-py3-none-any.whl"
    origin = Place(filename=filename, url=f"{INDEX}/files/{filename}", digests=(("sha256", SHA),))
    return Component(name=name, version=version, filename=filename, sha256=SHA, metadata=said, origin=origin)


def inventory(components: Sequence[Component]) -> Inventory:
    ledger = [
        LedgerLine(distribution=one.name, version=one.version, files=2, size=10, compressed_size=5)
        for one in components
    ]
    ledger.append(LedgerLine(distribution="", version="", files=1, size=7, compressed_size=7))
    package = Package(
        function="orders",
        path=Path("dist/orders.zip"),
        sha256="cd" * 32,
        code_sha256="zc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc0=",
        size=100,
        unpacked_size=200,
        members=(Member(path="app.py", size=7, compressed_size=7, mode=0o644, distribution=""),),
        ledger=tuple(ledger),
    )
    return Inventory(package=package, target=TARGET, components=tuple(components))


FULL = replace(
    component(
        "numpy",
        Need(name="typing-extensions", marker='python_version < "3.13"'),
        Need(name="winlib", marker='sys_platform == "win32"'),
        summary="Arrays",
        author="Somebody Ünïcode",
        licence=Licence(expression="BSD-3-Clause AND MIT"),
        links=(Link(kind="website", url="https://numpy.example"), Link(kind="vcs", url="https://git.example/numpy")),
        libraries=(Library(path="numpy.libs/libgfortran-040039e1.so.5.0.0", size=9, sha256=SHA),),
        documents=(
            Document(
                path="numpy-1.0.dist-info/sboms/auditwheel.cdx.json",
                sha256=SHA,
                parts=(
                    Part(kind="library", name="numpy", version="1.0", purl="pkg:pypi/numpy@1.0?file_name=x"),
                    Part(kind="library", name="libgfortran", version="11.5.0", purl="pkg:rpm/almalinux/libgfortran@11.5.0"),
                    Part(kind="library", name="libgfortran", version="11.5.0", purl="pkg:rpm/almalinux/libgfortran@11.5.0"),
                ),
            ),
        ),
    ),
    made=Making(backend="container", image="images.example/python:3.12", digest=f"sha256:{SHA}"),
    origin=Place(filename="numpy-1.0.tar.gz", url=f"{INDEX}/numpy-1.0.tar.gz", digests=(("sha256", SHA), ("md5", "00"))),
)  # fmt: skip
FROM_GIT = replace(
    component("tool", version="2+local"),
    origin=Place(url="https://git.example/tool.git", commit=COMMIT, direct=True),
    made=Making(backend="in place"),
)
FROM_FOLDER = replace(component("mine"), origin=Place(path="libs/mine", direct=True), made=Making(backend="in place"))
DIRECT = replace(
    component("named"), origin=Place(filename="named.whl", url="https://files.example/a b.whl", direct=True)
)
VENDORED = Component(name="vendored", version="3", metadata=Metadata(licence=Licence(names=("BSD", "MIT License"))))
ALL = (FULL, FROM_GIT, FROM_FOLDER, DIRECT, VENDORED, component("typing-extensions"))
ORIGINS = Origins(
    parameters={"function": "orders", "handler": "app.handler"},
    lock="requirements.txt, resolved by uv",
    files=(("src/requirements.txt", SHA),),
    maker=Maker(
        version="0.1.0",
        repository=Repository(commit=COMMIT, url="https://git.example/shop", dirty=False),
        run=Run(
            builder="https://git.example/actions/runner/github-hosted",
            invocation="https://git.example/shop/actions/runs/1",
        ),
    ),
)
