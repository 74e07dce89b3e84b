"""Whether an answer is AWS's. botocore does not look: a proxy's page with status 200 would pass for success."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping


def check(answer: Mapping[str, Any], doing: str, *members: str) -> None:
    """Raises ``AwsError`` where it is a web page, or lacks a member that AWS always gives."""
    kind = content_type(answer)
    if "html" in kind or any(name not in answer for name in members):
        raise foreign(doing, f"content type {kind or 'unknown'}")


def complete(answer: Mapping[str, object], *members: str, doing: str) -> None:
    """Raises ``AwsError`` where Lambda's answer is a web page or lacks one of the members that it always gives; lists may be empty."""
    kind = content_type(answer)
    # The digest of an image is told by its address as well.
    told = {"CodeSha256"} if answer.get("PackageType") == "Image" else set()
    missing = [name for name in members if answer.get(name) in (None, "") and name not in told]
    if missing or "html" in kind:
        found = f"content type {kind or 'unknown'}" + (f", without {', '.join(missing)}" if missing else "")
        raise foreign(doing, found)


def member(answer: Mapping[str, Any], name: str, doing: str) -> Any:  # noqa: ANN401 - as AWS answers
    """One that AWS always gives. Raises ``AwsError`` where it is missing."""
    if name not in answer:
        raise foreign(doing, f"without {name}")
    return answer[name]


def content_type(answer: Mapping[str, Any]) -> str:
    """Empty where botocore does not say."""
    return str(answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("content-type", ""))


def foreign(doing: str, found: str) -> AwsError:
    """``doing``: what was asked for, after "could not"; ``found``: what is wrong with the answer."""
    return AwsError(
        f"could not {doing}: the answer is not one of AWS ({found})",
        why="Something else answered with success: a proxy, a captive portal, or a wrong endpoint.",
        fix="check the proxy (HTTPS_PROXY) and the endpoint, then run this again: it goes on where this stopped",
    )
