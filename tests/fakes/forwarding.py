"""What proxies before a real server share: a request goes on as it came, and its answer comes back as it was."""

from __future__ import annotations

import http.client
from http import HTTPStatus

from tests.fakes.http_server import HttpHandler

Answer = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers, body."""

_HOP = {"connection", "content-length", "expect", "keep-alive", "transfer-encoding"}


class ForwardingHandler(HttpHandler):
    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def forward(self, upstream: str, body: bytes) -> Answer:
        """``upstream`` is host and port. The Host header goes along: signatures are over it, and addresses in answers lead here."""
        connection = http.client.HTTPConnection(upstream, timeout=120)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in _HOP:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        told = {name.lower(): value for name, value in headers}
        for name, value in headers:
            if name.lower() not in _HOP:
                self.send_header(name, value)
        bodiless = self.command == "HEAD" or status == HTTPStatus.NO_CONTENT
        if status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", told.get("content-length", "0") if bodiless else str(len(body)))
        self.end_headers()
        if not bodiless:
            self.wfile.write(body)
