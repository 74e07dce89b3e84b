"""The program ``keyring``, asked as uv asks it (docs.astral.sh/uv, HTTP credentials): it wants a user name."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lambda_ci.adapters import process

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS = 60.0


def password(url: str, user: str, *, environ: Mapping[str, str]) -> str:
    """The password for an address: by the whole of it, then by its host. Empty where keyring knows none or is not installed.

    Raises BuildError when it is late.
    """
    program = shutil.which("keyring", path=environ.get("PATH", ""))
    if program is None:
        return ""
    for place in (url, urlsplit(url).netloc.rpartition("@")[2]):
        answer = process.run([program, "get", place, user], env=environ, timeout=_SECONDS)
        if answer.returncode == 0 and answer.stdout.strip():
            return answer.stdout.strip()
    return ""
