"""Whether an answer is AWS's: a proxy's page with status 200 must not pass for success."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_answers import content_type, foreign

if TYPE_CHECKING:
    from collections.abc import Mapping


def complete(answer: Mapping[str, object], *members: str, doing: str) -> None:
    """Raises ``AwsError`` where the answer is a web page or lacks one of the members that AWS always gives; lists may be empty."""
    kind = content_type(answer)
    # The digest of an image is told by its address as well.
    told = {"CodeSha256"} if answer.get("PackageType") == "Image" else set()
    missing = [name for name in members if answer.get(name) in (None, "") and name not in told]
    if missing or "html" in kind:
        found = f"content type {kind or 'unknown'}" + (f", without {', '.join(missing)}" if missing else "")
        raise foreign(doing, found)
