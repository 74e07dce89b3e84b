"""Package URLs (purl, ECMA-427) of distributions."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from lambda_ci.model.inventory import Component

_RUNS = re.compile(r"[-_.]+")
_SHORT = re.compile(r"([\w.-]+@)?(?P<host>[\w.-]+):(?!//)(?P<path>.+)")


def purl(component: Component) -> str:
    """``pkg:pypi/name@version``; where it does not come from an index, with the address that it comes from.

    A folder or a repository of this machine is ``pkg:generic/…``: on PyPI that name may be somebody else's, with vulnerabilities
    of its own.
    """
    name = quote(_RUNS.sub("-", component.name).lower(), safe="")
    version = f"@{quote(component.version, safe='')}" if component.version else ""
    kind = "generic" if _is_own(component) else "pypi"
    return f"pkg:{kind}/{name}{version}{_qualifiers(component)}"


def _is_own(component: Component) -> bool:
    origin = component.origin
    return bool(origin.direct and not (origin.url or origin.filename))


def _qualifiers(component: Component) -> str:
    origin = component.origin
    if not origin.direct or not origin.url:
        return ""
    if origin.commit:
        return f"?vcs_url={quote(f'{repository(origin.url)}@{origin.commit}', safe=':/')}"
    return f"?download_url={quote(origin.url, safe=':/')}"


def repository(url: str) -> str:
    """The address of a git repository as SPDX writes it: ``git+https://…``; ``git@host:path`` is ssh."""
    if short := _SHORT.fullmatch(url):
        url = f"ssh://{short['host']}/{short['path']}"
    return quoted(url if url.startswith("git+") else f"git+{url}")


@cache  # The links of a distribution are in the papers of every function that has it.
def quoted(url: str) -> str:
    """The address with only the characters that a URI has (RFC 3986)."""
    return quote(url, safe="%:/?#[]@!$&'()*+,;=~")
