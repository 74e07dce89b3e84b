"""A server on a free port of 127.0.0.1 in a thread of its own, and what every handler of such a server needs."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable


class HttpServer(ThreadingHTTPServer):
    """A context manager. Handlers find what they serve as attributes of a subclass."""

    daemon_threads = True
    request_queue_size = 128
    """Beyond it the kernel lets a connection wait for a second and more; many come at once, and a busy machine is late to take them."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.closing = threading.Event()
        """Set when nobody waits for an answer any more."""
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def handle_error(self, *_: object) -> None:
        """Broken connections are wanted in tests."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()
        self._thread.join()


class HttpHandler(BaseHTTPRequestHandler):
    """Quiet, quick, and able to break a connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_: object) -> None:
        """Nothing: the log belongs to the test."""

    def body(self) -> bytes:
        """What the client sent, in one piece or in chunks."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def send(self, status: int, headers: Iterable[tuple[str, str]], body: bytes = b"") -> None:
        """An answer. One without a body (to HEAD) tells the length that is in ``headers``."""
        told = {"date": ("Date", self.date_time_string()), **{name.lower(): (name, value) for name, value in headers}}
        bodiless = self.command == "HEAD" or status == HTTPStatus.NO_CONTENT
        _, length = told.pop("content-length", ("", "0"))
        self.send_response_only(status)
        for name, value in told.values():
            self.send_header(name, value)
        if status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", length if bodiless else str(len(body)))
        self.end_headers()
        if not bodiless:
            self.wfile.write(body)

    def reset(self) -> None:
        """The client sees "connection reset by peer"."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
