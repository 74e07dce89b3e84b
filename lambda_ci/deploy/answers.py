"""Whether an answer is AWS's: a proxy's page with status 200 must not pass for success."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, cast

from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Metadata(TypedDict, total=False):
    HTTPHeaders: dict[str, str]


def complete(answer: Mapping[str, object], *members: str, doing: str) -> None:
    """Raises ``AwsError`` where the answer is a web page or lacks one of the members that AWS always gives."""
    metadata = cast("_Metadata", answer.get("ResponseMetadata", {}))
    kind = metadata.get("HTTPHeaders", {}).get("content-type", "")
    # The digest of an image is told by its address as well.
    told = {"CodeSha256"} if answer.get("PackageType") == "Image" else set()
    missing = [name for name in members if not answer.get(name) and name not in told]
    if missing or "html" in kind:
        found = f"content type {kind or 'unknown'}" + (f", without {', '.join(missing)}" if missing else "")
        raise AwsError(
            f"could not {doing}: the answer is not one of AWS ({found})",
            why="Something else answered with success: a proxy, a captive portal, or a wrong endpoint.",
            fix="check the proxy (HTTPS_PROXY) and the endpoint, then run this again: it goes on where this stopped",
        )
