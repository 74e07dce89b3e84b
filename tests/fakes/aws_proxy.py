"""A reverse proxy before another AWS (LocalStack): checks and records requests as ``AwsServer`` does, and fails on demand.

with AwsProxy(localstack.url) as proxy:
    proxy.faults.add("UpdateFunctionCode", Lost())
    ...
    assert proxy.operations == ["GetFunction", "GetFunction"]
"""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.aws_faults import After, Before, Faults, Hang, Html, Lost, Reset, Status
from tests.fakes.aws_s3 import FakeS3
from tests.fakes.aws_server import READING, Request
from tests.fakes.aws_strict import AwsRefusal, JsonObject, parse
from tests.fakes.forwarding import ForwardingHandler
from tests.fakes.http_server import HttpServer

if TYPE_CHECKING:
    from tests.fakes.aws_faults import Fault

_NAMES = FakeS3(region="")


class AwsProxy(HttpServer):
    """A context manager on a port of its own. Requests that AWS's model does not allow are refused, not forwarded."""

    def __init__(self, upstream: str) -> None:
        super().__init__(_Handler)
        self.upstream = urlsplit(upstream).netloc
        self.faults = Faults()
        self.requests: list[Request] = []
        self.lock = threading.Lock()

    @property
    def operations(self) -> list[str]:
        return [request.operation for request in self.requests]

    @property
    def writes(self) -> list[str]:
        return [name for name in self.operations if not name.startswith(READING)]


class _Handler(ForwardingHandler):
    server: AwsProxy

    def _serve(self) -> None:
        proxy = self.server
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.body()
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
                return self.send(200, [("Content-Type", kind)], page)
            case Reset():
                return self.reset()
            case Hang(seconds, done=False):
                self.server.closing.wait(seconds)
                return self.reset()
            case Before(action):
                action()
            case _:
                pass
        answer = self.forward(self.server.upstream, body)
        if isinstance(fault, After):
            fault.action()
        if isinstance(fault, Hang):
            self.server.closing.wait(fault.seconds)
        if isinstance(fault, (Lost, Hang)):
            return self.reset()
        return self.send(*answer)

    def _refuse(self, service: str, refusal: Status) -> None:
        if service == "s3":
            text = f"<Error><Code>{refusal.code}</Code><Message>{refusal.message}</Message></Error>"
            return self.send(refusal.status, [("Content-Type", "application/xml")], text.encode())
        body = json.dumps({"Type": "User", "Message": refusal.message}).encode()
        return self.send(refusal.status, [("x-amzn-ErrorType", refusal.code)], body)
