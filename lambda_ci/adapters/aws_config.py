"""How clients of AWS behave: timeouts, retries, proxies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambda_ci import __version__

if TYPE_CHECKING:
    from botocore.config import Config

_LOOPBACK = re.compile(r"https?://(127\.|localhost[:/]|\[::1\])")
"""Endpoints on this machine, which no proxy reaches."""

_CONNECTIONS = 32
"""Kept open: threads share a client, and botocore's ten would have the others shake hands again for each request."""


def client_config(endpoint: str | None, *, read: float, attempts: int, connect: float) -> Config:
    """``read`` and ``connect``: seconds to wait; ``attempts``: how often a request is made at most."""
    from botocore.config import Config

    here = _LOOPBACK.match(endpoint or "")
    return Config(
        proxies={} if here else None,
        use_fips_endpoint=False if here else None,
        use_dualstack_endpoint=False if here else None,
        connect_timeout=connect,
        read_timeout=read,
        retries={"mode": "standard", "total_max_attempts": attempts},
        tcp_keepalive=True,
        max_pool_connections=_CONNECTIONS,
        user_agent_extra=f"lambda-ci/{__version__}",
    )
