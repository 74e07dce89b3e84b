"""Whether a package carries bytecode. Without it Python compiles every module at every cold start, because it cannot write there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.model.artifact import Bytecode
from lambda_ci.model.platform import facts
from lambda_ci.model.size import byte_count
from lambda_ci.package.budget import human, zip_size
from lambda_ci.package.overlays import with_bytecode
from lambda_ci.package.sources import MOST_FILES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.model.artifact import Compiled
    from lambda_ci.model.spec.packages import PackageSpec
    from lambda_ci.package.file import File


def with_what_fits(
    spec: PackageSpec, sources: Sequence[File], bytecode: Sequence[File], compiled: Compiled, *, room: int | None
) -> tuple[tuple[File, ...], Bytecode]:
    """The files of the package, with their bytecode where there is one and it may be in it, and what is said about that.

    ``room``: the bytes that Lambda has for it unpacked, or no limit. Where bytecode is required it is in it in any case, and
    the limits are the business of those who check them.
    """
    if not compiled.place or spec.bytecode == "never":
        return tuple(sources), Bytecode(why=compiled.why)
    files = with_bytecode(sources, bytecode)
    why = too_much(spec, sources, files, room=room) if spec.bytecode == "auto" else ""
    if why:
        return tuple(sources), Bytecode(why=why)
    there = set(map(id, sources))
    added = [file for file in files if id(file) not in there]
    told = Bytecode(
        place=compiled.place,
        image=compiled.image,
        files=len(added),
        size=sum(file.size for file in added),
        compressed_size=sum(file.compressed_size for file in added),
    )
    return files, told


def too_much(spec: PackageSpec, before: Sequence[File], after: Sequence[File], *, room: int | None) -> str:
    """Why a package is better off without bytecode, in words; empty where it is not."""
    unpacked, zipped, without = sum(file.size for file in after), zip_size(after), zip_size(before)
    most = byte_count(spec.max_unpacked_size) if spec.max_unpacked_size is not None else None
    if len(after) > MOST_FILES:
        return f"with it the package would have {len(after):,} files, more than a zip file for Lambda can hold"
    for limit, whose in ((room, "Lambda has room for"), (most, "max-unpacked-size is")):
        if limit is not None and unpacked > limit:
            return f"with it the package would have {human(unpacked)} unzipped, and {whose} {human(limit)}"
    if spec.max_size is not None and zipped > byte_count(spec.max_size):
        return f"with it the zip would have {human(zipped)}, and max-size is {human(byte_count(spec.max_size))}"
    direct = facts().limits.direct_upload
    if without <= direct < zipped:
        return f"with it the zip would have {human(zipped)}, and Lambda takes {human(direct)} without S3"
    return ""
