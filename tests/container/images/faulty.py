"""A proxy before a real registry that answers some requests with errors of its own."""

from __future__ import annotations

import http.client
import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

from tests.fakes.aws_ecr import RealRegistry

if TYPE_CHECKING:
    from types import TracebackType

_HOP = {"connection", "content-length", "transfer-encoding", "host"}


@dataclass
class Fault:
    """The next ``times`` requests of this kind. ``done``: the registry gets the request all the same."""

    method: str
    part: str
    status: int
    times: int
    code: str = "UNKNOWN"
    text: str = "the registry is out of order"
    done: bool = False


class FaultyRegistry:
    """A context manager on a port of its own; ``seen`` is the registry as its users see it."""

    def __init__(self, behind: RealRegistry) -> None:
        self.behind = behind
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str]] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.registry = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def seen(self) -> RealRegistry:
        address = f"127.0.0.1:{self._server.server_address[1]}"
        return RealRegistry(address, self.behind.username, self.behind.password)

    def count(self, method: str, part: str) -> int:
        return sum(one == method and part in path for one, path in self.requests)

    def take(self, method: str, path: str) -> Fault | None:
        self.requests.append((method, path))
        found = next((one for one in self.faults if one.times and one.method == method and one.part in path), None)
        if found:
            found.times -= 1
        return found

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    registry: FaultyRegistry

    def handle_error(self, *_: object) -> None:
        """Broken connections are wanted here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _serve(self) -> None:
        fault = self.server.registry.take(self.command, self.path)
        body = self._body()
        if fault is None or fault.done:
            answer = self._forward(body)
            if fault is None:
                self._send(*answer)
                return
        errors = json.dumps({"errors": [{"code": fault.code, "message": fault.text}]}).encode()
        self._send(fault.status, [("Content-Type", "application/json")], errors)

    do_GET = do_PUT = do_POST = do_PATCH = do_HEAD = do_DELETE = _serve

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """The Host header stays, so that the places which the registry names lead here again."""
        connection = http.client.HTTPConnection(self.server.registry.behind.address, timeout=60)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in _HOP - {"host"}:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        told = {name.lower(): value for name, value in headers}
        for name, value in headers:
            if name.lower() not in _HOP:
                self.send_header(name, value)
        length = told.get("content-length", "0") if self.command == "HEAD" else str(len(body))
        self.send_header("Content-Length", length)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
