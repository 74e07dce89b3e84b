"""Ports for programs that have to be told one."""

from __future__ import annotations

import random
import socket

LOWEST, HIGHEST = 20_000, 32_000
"""Below those that the kernel gives to whoever asks for any: until the program has its port, nobody else is given it."""


def reserved() -> int:
    """A port of 127.0.0.1 that is free."""
    while True:
        port = random.randrange(LOWEST, HIGHEST)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
