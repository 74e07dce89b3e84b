"""A reverse proxy before another AWS (LocalStack): checks and records requests as ``AwsServer`` does, and fails on demand.

with AwsProxy(localstack.url) as proxy:
    proxy.faults.add("UpdateFunctionCode", Lost())
    ...
    assert proxy.operations == ["GetFunction", "GetFunction"]
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.aws_faults import After, Before, Faults, Hang, Html, Lost, Reset, Status
from tests.fakes.aws_s3 import FakeS3
from tests.fakes.aws_server import READING, Request
from tests.fakes.aws_strict import AwsRefusal, JsonObject, parse

if TYPE_CHECKING:
    from tests.fakes.aws_faults import Fault

_HOP = {"connection", "content-length", "expect", "keep-alive", "transfer-encoding"}
_NAMES = FakeS3(region="")


class AwsProxy:
    """A context manager on a port of its own. Requests that AWS's model does not allow are refused, not forwarded."""

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream).netloc
        self.faults = Faults()
        self.requests: list[Request] = []
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def operations(self) -> list[str]:
        return [request.operation for request in self.requests]

    @property
    def writes(self) -> list[str]:
        return [name for name in self.operations if not name.startswith(READING)]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    proxy: AwsProxy

    def handle_error(self, *_: object) -> None:
        """Broken connections are wanted here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _serve(self) -> None:
        proxy = self.server.proxy
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        service, operation, parameters = self._identified(headers, body)
        with proxy.lock:
            proxy.requests.append(Request(operation, parameters, headers, len(body)))
            fault = proxy.faults.take(operation)
        if operation == "invalid":
            self._refuse(service, Status(400, "ValidationException", str(parameters)))
        else:
            self._fulfil(service, body, fault)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = _serve

    def _identified(self, headers: dict[str, str], body: bytes) -> tuple[str, str, JsonObject]:
        """The service, the operation and its parameters."""
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        scope = re.search(r"Credential=[^/]+/\d+/[^/]+/(\w+)/aws4_request", headers.get("authorization", ""))
        service = scope[1] if scope else ""
        try:
            if service == "lambda":
                return service, *parse("lambda", self.command, url.path, query=query, headers=headers, body=body)
            if service == "sts":
                return service, dict(parse_qsl(body.decode()))["Action"], {}
            return service, _NAMES.operation(self.command, url.path, query), {**query}
        except AwsRefusal as refusal:
            return service, "invalid", {"message": refusal.message}

    def _fulfil(self, service: str, body: bytes, fault: Fault | None) -> None:
        match fault:
            case Status():
                return self._refuse(service, fault)
            case Html(page, kind):
                return self._send(200, [("Content-Type", kind)], page)
            case Reset():
                return self._break()
            case Hang(seconds, done=False):
                self.server.proxy.closing.wait(seconds)
                return self._break()
            case Before(action):
                action()
            case _:
                pass
        answer = self._forward(body)
        if isinstance(fault, After):
            fault.action()
        if isinstance(fault, Hang):
            self.server.proxy.closing.wait(fault.seconds)
        if isinstance(fault, (Lost, Hang)):
            return self._break()
        return self._send(*answer)

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """The answer of the AWS behind; the Host header goes along, because the signature is over it."""
        connection = http.client.HTTPConnection(self.server.proxy.upstream, timeout=120)
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

    def _refuse(self, service: str, refusal: Status) -> None:
        if service == "s3":
            text = f"<Error><Code>{refusal.code}</Code><Message>{refusal.message}</Message></Error>"
            return self._send(refusal.status, [("Content-Type", "application/xml")], text.encode())
        body = json.dumps({"Type": "User", "Message": refusal.message}).encode()
        return self._send(refusal.status, [("x-amzn-ErrorType", refusal.code)], body)

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        told = {name.lower(): value for name, value in headers}
        for name, value in headers:
            if name.lower() not in _HOP:
                self.send_header(name, value)
        bodiless = self.command == "HEAD" or status == http.HTTPStatus.NO_CONTENT
        if status != http.HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", told.get("content-length", "0") if bodiless else str(len(body)))
        self.end_headers()
        if not bodiless:
            self.wfile.write(body)

    def _break(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
