"""HTTP to servers on this machine. Proxies are for the outside: none is asked here, whatever the environment says."""

from __future__ import annotations

import http.client
import urllib.request


def get(url: str, *, timeout: float) -> bytes | None:
    """The body of a 200 answer; ``None`` when there is no server, none in time (seconds), or another status."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=timeout) as answer:
            return bytes(answer.read()) if answer.status == http.HTTPStatus.OK else None
    except (OSError, http.client.HTTPException):
        return None
