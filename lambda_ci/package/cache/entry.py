"""What is told of a package that another machine made: a document beside it, read strictly, because it comes from outside.

SHA-256 of the rest, in hex, on the first line; JSON after it
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from lambda_ci.model.artifact import Bytecode, LedgerLine, Making, Package, Saving, Wheel
from lambda_ci.model.inventory import Maker, Metadata

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lambda_ci.package.wheel_pool import WheelPool

FORMAT: Final = 1
"""To be raised whenever the document changes."""
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Count = Annotated[int, Field(ge=0)]
_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.!+-]+$")]
"""Of a file, which leads nowhere else."""


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class WheelEntry(_Strict):
    """A wheel that the package was made from. ``metadata`` is ``None`` where no bill of materials was wanted."""

    name: str
    version: str
    filename: _Name
    sha256: _Digest
    size: _Count
    made: Making | None
    metadata: Metadata | None

    def wheel(self, folder: Path) -> Wheel:
        """As if it lay in ``folder``, where it need not be."""
        told = self.model_dump(include={"name", "version", "filename", "sha256", "size"})
        return Wheel(**told, path=folder / self.filename, made=self.made)


class Entry(_Strict):
    """One package: ``file`` is the zip's name; sizes are in bytes; ``members`` are path, size, compressed size, mode, distribution."""

    format: Literal[1]
    file: _Name
    sha256: _Digest
    size: _Count
    unpacked_size: _Count
    warnings: tuple[str, ...]
    ledger: tuple[LedgerLine, ...]
    savings: tuple[Saving, ...]
    members: tuple[tuple[str, int, int, int, str], ...]
    bytecode: Bytecode
    wheels: tuple[WheelEntry, ...]
    maker: Maker

    @property
    def has_metadata(self) -> bool:
        """Whether a bill of materials can be written without the wheels."""
        return all(one.metadata is not None for one in self.wheels)

    def package(self, name: str, path: Path, pool: WheelPool) -> Package:
        """The package, whose content at ``path`` has been checked. What AWS calls its digest is not believed but computed."""
        code_sha256 = base64.b64encode(bytes.fromhex(self.sha256)).decode()
        return Package(
            function=name,
            path=path,
            sha256=self.sha256,
            code_sha256=code_sha256,
            size=self.size,
            unpacked_size=self.unpacked_size,
            members=tuple(map(pool.member, self.members)),
            ledger=self.ledger,
            savings=self.savings,
            bytecode=self.bytecode,
            warnings=self.warnings,
        )


def entry(package: Package, wheels: Sequence[Wheel], said: Mapping[str, Metadata], maker: Maker) -> Entry:
    """What to tell of a package. ``said``: by the sha256 of a wheel, what it says of itself."""
    return Entry(
        format=FORMAT,
        file=package.path.name,
        sha256=package.sha256,
        size=package.size,
        unpacked_size=package.unpacked_size,
        warnings=package.warnings,
        ledger=package.ledger,
        savings=package.savings,
        members=tuple((one.path, one.size, one.compressed_size, one.mode, one.distribution) for one in package.members),
        bytecode=package.bytecode,
        wheels=tuple(
            WheelEntry(
                name=one.name,
                version=one.version,
                filename=one.filename,
                sha256=one.sha256,
                size=one.size,
                made=one.made,
                metadata=said.get(one.sha256),
            )
            for one in wheels
        ),
        maker=maker,
    )


def dump(told: Entry) -> bytes:
    """The document."""
    content = told.model_dump_json().encode()
    return hashlib.sha256(content).hexdigest().encode() + b"\n" + content


def load(document: bytes) -> Entry | None:
    """``None`` for what is damaged or is no such document."""
    checksum, _, content = document.partition(b"\n")
    if checksum.decode("ascii", "replace") != hashlib.sha256(content).hexdigest():
        return None
    try:
        return Entry.model_validate_json(content)
    except ValueError:
        return None
