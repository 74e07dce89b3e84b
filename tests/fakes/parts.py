"""A server that sends parts of files as S3 does for presigned addresses, or as less able servers do.

    with PartServer() as server:
        url = server.url(server.add(content))
        server.behaviour = "whole"

Every request is kept in ``asked``, as the value of its Range header.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, Self

Behaviour = Literal["good", "whole", "headless", "denied", "missing", "nameless", "more", "redirect", "broken"]
SECRET = "X-Amz-Signature=0123456789abcdef"


@dataclass
class PartServer:
    """A context manager. ``behaviour`` holds for every request from then on."""

    behaviour: Behaviour = "good"
    asked: list[str] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.parts = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def add(self, content: bytes) -> str:
        name = str(len(self.files))
        self.files[name] = content
        return name

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/{name}?{SECRET}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    parts: PartServer

    def handle_error(self, *_: object) -> None:
        """Clients that go away are expected."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        parts = self.server.parts
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
            self._send(statuses[parts.behaviour], content, {"Location": f"/elsewhere?{SECRET}"})
        else:
            self._part(asked, content)

    def _part(self, asked: str, content: bytes) -> None:
        found = re.fullmatch(r"bytes=(\d*)-(\d*)", asked)
        assert found
        first, last = found[1], found[2]
        start = int(first) if first else max(0, len(content) - int(last))
        end = min(int(last) if first else len(content) - 1, len(content) - 1)
        part = content[start : end + 1]
        if self.server.parts.behaviour == "more":
            part += b"\0" * (1 << 20)
        named = (
            {}
            if self.server.parts.behaviour == "nameless"
            else {"Content-Range": f"bytes {start}-{end}/{len(content)}"}
        )
        self._send(206, part, named)

    def _send(self, status: int, payload: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)
