"""User names and passwords for package indexes, where uv finds them: variables of an index's name, netrc, and what
``uv auth login`` keeps.

Source: docs.astral.sh/uv, package indexes ("Providing credentials directly") and HTTP credentials.
"""

from __future__ import annotations

import netrc
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lambda_ci.adapters.url import origin_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def of_name(name: str, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """Those of a named index. Its name is in capitals there, with ``_`` for all but letters and digits."""
    if not name:
        return None
    prefix = f"UV_INDEX_{re.sub(r'[^A-Za-z0-9]', '_', name).upper()}_"
    user, password = environ.get(f"{prefix}USERNAME", ""), environ.get(f"{prefix}PASSWORD", "")
    return (user, password) if user or password else None


def of_netrc(url: str, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """What netrc has for a host, its default included. One that cannot be read has nothing."""
    path = Path(environ.get("NETRC") or f"{environ.get('HOME', '')}/.netrc")
    try:
        found = netrc.netrc(path).authenticators(urlsplit(url).hostname or "")
    except (OSError, ValueError, netrc.NetrcParseError):
        return None
    return (found[0], found[2] or "") if found else None


def of_store(url: str, environ: Mapping[str, str], *, user: str = "") -> tuple[str, str] | None:
    """What ``uv auth login`` keeps for an address, the longest beginning of it first; of ``user`` where one is given. A store
    that cannot be read has nothing."""
    data = environ.get("XDG_DATA_HOME") or f"{environ.get('HOME', '')}/.local/share"
    folder = Path(environ.get("UV_CREDENTIALS_DIR") or f"{data}/uv/credentials")
    fitting = [one for one in _stored(folder / "credentials.toml") if _covers(one[0], url) and user in {"", one[1]}]
    service = max(fitting, key=lambda one: len(one[0]), default=None)
    return service[1:] if service else None


def _stored(path: Path) -> Iterator[tuple[str, str, str]]:
    """The address, user name and password of each."""
    try:
        known = tomllib.loads(path.read_text("utf-8")).get("credential", [])
    except (OSError, ValueError, RecursionError):
        return
    for one in known if isinstance(known, list) else ():
        if isinstance(one, dict) and one.get("scheme") == "basic":
            yield str(one.get("service", "")), str(one.get("username", "")), str(one.get("password", ""))


def _covers(service: str, url: str) -> bool:
    """Whether an address is at or below that of a service."""
    if origin_of(service) != origin_of(url):
        return False
    below, above = (f"{urlsplit(one).path.rstrip('/')}/" for one in (url, service))
    return below.startswith(above)
