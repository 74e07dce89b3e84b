"""Which CodeArtifact domains a build gets packages from and has no credentials for, and the netrc that gives them to uv."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters.index_credentials import of_name, of_netrc
from lambda_ci.lock.indexes import indexes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_HOST = re.compile(
    r"https://(?P<userinfo>[^\s/@\"']*@)?(?P<host>(?P<domain>[a-z0-9][a-z0-9-]*)-(?P<owner>[0-9]{12})"
    r"\.d\.codeartifact\.(?P<region>[a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws))(?=[/:\s\"']|$)"
)
_INCLUDE = re.compile(r"(?m)^\s*(?:-r|-c|--requirements?|--constraints?)[\s=]*(?P<path>\S+)")


@dataclass(frozen=True, kw_only=True, order=True)
class Domain:
    """A CodeArtifact domain and the host that serves its repositories."""

    host: str
    name: str
    owner: str
    region: str


def domains(files: Iterable[Path], environ: Mapping[str, str]) -> list[Domain]:
    """Those that the files, what they include, uv's configuration or the environment name without credentials. What cannot be
    read is for others to say."""
    texts = [text for path in files for text in _with_included(path, set())]
    configured = [
        url
        for path in files
        for name, url in indexes((), root=path.absolute().parent, environ=environ)
        if of_name(name, environ) is None
    ]
    found = {
        Domain(host=match["host"], name=match["domain"], owner=match["owner"], region=match["region"])
        for text in [*texts, *configured]
        for match in _HOST.finditer(text)
        if not match["userinfo"] and not of_netrc(f"https://{match['host']}/", environ)
    }
    return sorted(found - _authorised(files, environ))


def netrc_text(tokens: Mapping[Domain, str], *, user: str, environ: Mapping[str, str]) -> str:
    """The user's own netrc with an entry for each domain before it."""
    entries = [f"machine {domain.host} login {user} password {token}\n" for domain, token in tokens.items()]
    path = Path(environ.get("NETRC") or f"{environ.get('HOME', '')}/.netrc")
    try:
        return "".join(entries) + path.read_text("utf-8")
    except (OSError, ValueError):
        return "".join(entries)


def _authorised(files: Iterable[Path], environ: Mapping[str, str]) -> set[Domain]:
    """Domains of named indexes that have credentials in the environment."""
    return {
        Domain(host=match["host"], name=match["domain"], owner=match["owner"], region=match["region"])
        for path in files
        for name, url in indexes((), root=path.absolute().parent, environ=environ)
        if of_name(name, environ)
        for match in _HOST.finditer(url)
    }


def _with_included(path: Path, seen: set[Path]) -> Iterator[str]:
    if path in seen:
        return
    seen.add(path)
    try:
        text = path.read_text("utf-8", errors="replace")
    except (OSError, ValueError):
        return
    yield text
    if path.suffix in {".txt", ".in"}:
        for match in _INCLUDE.finditer(text):
            yield from _with_included(path.parent / match["path"], seen)
