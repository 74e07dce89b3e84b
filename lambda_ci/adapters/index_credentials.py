"""User names and passwords for package indexes, where uv finds them: variables of an index's name, and netrc.

Source: docs.astral.sh/uv, package indexes ("Providing credentials directly") and HTTP credentials.
"""

from __future__ import annotations

import netrc
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


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
