"""A server that sends parts of files as S3 does for presigned addresses, or as less able servers do.

    with PartServer() as server:
        url = server.presigned(server.add(content))
        server.behaviour = "whole"

Every request is kept in ``asked``, as the value of its Range header.
"""

from __future__ import annotations

import re
from typing import Literal

from tests.fakes.http_server import HttpHandler, HttpServer

Behaviour = Literal["good", "whole", "headless", "denied", "missing", "nameless", "more", "redirect", "broken"]
SECRET = "X-Amz-Signature=0123456789abcdef"


class PartServer(HttpServer):
    """A context manager. ``behaviour`` holds for every request from then on."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.behaviour: Behaviour = "good"
        self.asked: list[str] = []
        self.authorizations: list[str | None] = []
        self.files: dict[str, bytes] = {}

    def add(self, content: bytes) -> str:
        name = str(len(self.files))
        self.files[name] = content
        return name

    def presigned(self, name: str) -> str:
        return f"{self.url}/{name}?{SECRET}"


class _Handler(HttpHandler):
    server: PartServer

    def do_GET(self) -> None:
        parts = self.server
        asked = self.headers.get("Range", "")
        parts.asked.append(asked)
        parts.authorizations.append(self.headers.get("Authorization"))
        content = parts.files.get(self.path.partition("?")[0].lstrip("/"), b"")
        statuses = {"denied": 403, "missing": 404, "redirect": 302, "whole": 200}
        if parts.behaviour == "broken":
            self.close_connection = True
            self.connection.close()
        elif parts.behaviour == "headless":
            self.close_connection = True
            self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + content)
        elif parts.behaviour in statuses:
            self.send(statuses[parts.behaviour], [("Location", f"/elsewhere?{SECRET}")], content)
        else:
            self._part(asked, content)

    def _part(self, asked: str, content: bytes) -> None:
        found = re.fullmatch(r"bytes=(\d*)-(\d*)", asked)
        assert found
        first, last = found[1], found[2]
        start = int(first) if first else max(0, len(content) - int(last))
        end = min(int(last) if first else len(content) - 1, len(content) - 1)
        part = content[start : end + 1]
        if self.server.behaviour == "more":
            part += b"\0" * (1 << 20)
        named = {} if self.server.behaviour == "nameless" else {"Content-Range": f"bytes {start}-{end}/{len(content)}"}
        self.send(206, named.items(), part)
