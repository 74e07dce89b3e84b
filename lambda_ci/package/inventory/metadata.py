"""METADATA (core metadata) to what a bill of materials says. Nothing that a wheel can hold makes it fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambda_ci.model.inventory import Link, Metadata, Need
from lambda_ci.package.inventory.licences import licence
from lambda_ci.package.inventory.wording import address, line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_KINDS = {
    **dict.fromkeys(("homepage", "home", "website"), "website"),
    **dict.fromkeys(("documentation", "docs"), "documentation"),
    **dict.fromkeys(("source", "sourcecode", "repository", "code", "github"), "vcs"),
    **dict.fromkeys(("changelog", "changes", "changehistory", "releasenotes", "whatsnew", "history"), "release-notes"),
    **dict.fromkeys(("issues", "bugtracker", "tracker", "issuetracker", "bugreports", "bugs"), "issue-tracker"),
}
"""By the label of a Project-URL, lower case and without punctuation (packaging.python.org, well-known project URLs)."""
_MOST = 2000
"""Dependencies of one distribution."""


def parse(content: bytes) -> Metadata:
    """What METADATA says; what cannot be understood is left out."""
    from packaging.metadata import parse_email

    try:
        raw, _ = parse_email(content)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return Metadata()
    return _metadata(dict(raw))


def _metadata(raw: Mapping[str, Any]) -> Metadata:
    author = raw.get("author") or raw.get("author_email") or raw.get("maintainer") or raw.get("maintainer_email")
    return Metadata(
        name=line(raw.get("name"), 200),
        version=line(raw.get("version"), 200),
        summary=line(raw.get("summary")),
        author=line(author, 200),
        licence=licence(raw.get("license_expression", ""), raw.get("license", ""), raw.get("classifiers", [])),
        links=tuple(_links(raw.get("home_page", ""), raw.get("project_urls", {}))),
        needs=tuple(_needs(raw.get("requires_dist", [])[:_MOST])),
    )


def _links(home: str, urls: Mapping[str, str]) -> Iterator[Link]:
    """One of each kind; what has no well-known label is left out."""
    seen: set[str] = set()
    for label, url in [("homepage", home), *urls.items()]:
        kind = _KINDS.get("".join(character for character in label.lower() if character.isalnum()), "")
        if kind and kind not in seen and (found := address(url)):
            seen.add(kind)
            yield Link(kind=kind, url=found)


def _needs(declared: Sequence[str]) -> Iterator[Need]:
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    for words in declared:
        try:
            one = Requirement(words)
        except (InvalidRequirement, RecursionError):
            continue
        extras = tuple(sorted(map(canonicalize_name, one.extras)))
        yield Need(name=canonicalize_name(one.name), extras=extras, marker=str(one.marker or ""))
