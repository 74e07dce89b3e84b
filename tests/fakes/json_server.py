"""A server for JSON: routes are patterns of ``METHOD path``, answers what their functions return. It keeps what it was asked."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.http_server import HttpHandler, HttpServer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Asked:
    """One request; ``path`` with what is in the pattern's groups as ``names``."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    headers: Mapping[str, str]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reply:
    """``lost``: carried out, but the connection breaks instead of an answer."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    lost: bool = False


class JsonServer(HttpServer):
    """A context manager. ``faults`` are answers for the next requests that match, given instead of the route's, or after it when lost."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.routes: dict[str, Callable[[Asked], Reply]] = {}
        self.asked: list[Asked] = []
        self.faults: list[tuple[str, Reply]] = []

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        line = f"{asked.method} {asked.path}"
        fault = next((one for one in self.faults if re.fullmatch(one[0], line)), None)
        if fault:
            self.faults.remove(fault)
            if not fault[1].lost:
                return fault[1]
        reply = self._routed(asked, line)
        return fault[1] if fault else reply

    def _routed(self, asked: Asked, line: str) -> Reply:
        for pattern, route in self.routes.items():
            if found := re.fullmatch(pattern, line):
                return route(Asked(**{**vars(asked), "names": found.groups()}))
        return Reply(404, {"message": "404 Not Found"})

    @property
    def writes(self) -> list[str]:
        """``METHOD path`` of everything but GET."""
        return [f"{one.method} {one.path}" for one in self.asked if one.method != "GET"]


class _Handler(HttpHandler):
    server: JsonServer

    def _any(self) -> None:
        parts = urlsplit(self.path)
        content = self.body()
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = json.loads(content) if content else None
        reply = self.server.answer(Asked(self.command, parts.path, dict(parse_qsl(parts.query)), body, headers))
        if reply.lost:
            self.reset()
            return
        sent = b"" if reply.body is None else json.dumps(reply.body).encode()
        self.send(reply.status, {"Content-Type": "application/json", **reply.headers}.items(), sent)

    do_GET = do_POST = do_PUT = do_DELETE = _any
