"""What a function runs, a zip or a container image: how the declared one is compared with the live one, and shown. Pure.

A zip is told by its digest (``CodeSha256``). An image is told by the digest of its manifest, which only GetFunction answers
(``Code.ResolvedImageUri``): whether the tag it was deployed by has moved since does not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from lambda_ci.model.artifact import ImagePackage, Package
from lambda_ci.model.change import FieldChange

if TYPE_CHECKING:
    from lambda_ci.deploy.live import Live

AnyPackage: TypeAlias = Package | ImagePackage


def runs(live: Live, package: AnyPackage) -> bool:
    """Whether the function runs this package."""
    if isinstance(package, ImagePackage):
        return bool(package.digest) and live.image.endswith(f"@{package.digest}")
    return live.code_sha256 == package.code_sha256


def code_fields(package: AnyPackage, live: Live | None) -> tuple[FieldChange, ...]:
    """What an update of the code changes."""
    if isinstance(package, ImagePackage):
        return (FieldChange(field="image", before=_cut(live.image) if live else "", after=package.shown),)
    digests = FieldChange(
        field="code-sha256", before=live.code_sha256[:12] if live else "", after=package.code_sha256[:12]
    )
    sizes = FieldChange(field="code-size", before=f"{live.code_size}" if live else "", after=f"{package.size}")
    return digests, sizes


def _cut(uri: str) -> str:
    """A digest is recognised by its first 12 digits."""
    repository, _, digest = uri.partition("@")
    return f"{repository}@{digest[:19]}" if digest else repository
