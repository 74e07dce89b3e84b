"""What others have put into a wheel: shared libraries (auditwheel), and the SBOMs that tell of them (PEP 770)."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from lambda_ci.model.inventory import Document, Library, Part
from lambda_ci.package.file import read
from lambda_ci.package.inventory.wording import line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambda_ci.package.file import File

_LIBRARY = re.compile(r"[^/]+\.libs/[^/]+\.so(\.[0-9.]+)?")
_DOCUMENT = re.compile(r"[^/]+\.dist-info/sboms/.+")
_LARGEST_DOCUMENT = 16 << 20
_MOST_PARTS = 1000
_KINDS = {
    "application", "framework", "library", "container", "platform", "operating-system", "device", "device-driver",
    "firmware", "file", "machine-learning-model", "data", "cryptographic-asset",
}  # fmt: skip
"""CycloneDX 1.6, component.type."""
_PURL = re.compile(r"pkg:[a-z][a-z0-9.+-]*/[A-Za-z0-9._~%:/@?=&+!$'()*,;#-]+")


def libraries(files: Sequence[File]) -> tuple[Library, ...]:
    """The libraries in ``NAME.libs``, sorted by path. Raises PackageError where the wheel is damaged."""
    found = sorted((file for file in files if _LIBRARY.fullmatch(file.path)), key=lambda file: file.path)
    return tuple(Library(path=file.path, size=file.size, sha256=_sha256(file)) for file in found)


def documents(files: Sequence[File]) -> tuple[Document, ...]:
    """The SBOMs in ``dist-info/sboms``, sorted by path. Raises PackageError where the wheel is damaged."""
    found = sorted((file for file in files if _DOCUMENT.fullmatch(file.path)), key=lambda file: file.path)
    return tuple(
        Document(path=file.path, sha256=_sha256(file), parts=tuple(_parts(file))[:_MOST_PARTS]) for file in found
    )


def _sha256(file: File) -> str:
    digest = hashlib.sha256()
    for chunk in file.source.content(file):
        digest.update(chunk)
    return digest.hexdigest()


def _parts(file: File) -> Iterator[Part]:
    """The components of a CycloneDX document in JSON, those inside of others as well."""
    if file.size > _LARGEST_DOCUMENT:
        return
    try:
        content = json.loads(read(file))
    except (ValueError, RecursionError):
        return
    if isinstance(content, dict) and content.get("bomFormat") == "CycloneDX":
        yield from _of(content)


def _of(holder: dict[str, Any], depth: int = 0) -> Iterator[Part]:
    inside = holder.get("components")
    for one in inside if isinstance(inside, list) and depth < 20 else ():
        if isinstance(one, dict):
            yield from _part(one)
            yield from _of(one, depth + 1)


def _part(one: dict[str, Any]) -> Iterator[Part]:
    name, purl = line(one.get("name"), 200), line(one.get("purl"), 500)
    if name:
        kind = one.get("type")
        yield Part(
            kind=kind if isinstance(kind, str) and kind in _KINDS else "library",
            name=name,
            version=line(one.get("version"), 200),
            purl=purl if _PURL.fullmatch(purl) else "",
        )
