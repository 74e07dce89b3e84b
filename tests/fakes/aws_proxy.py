"""A reverse proxy before another AWS (LocalStack): checks and records requests as ``AwsServer`` does, and fails on demand.

with AwsProxy(localstack.url) as proxy:
    proxy.faults.add("UpdateFunctionCode", Lost())
    ...
    assert proxy.operations == ["GetFunction", "GetFunction"]
"""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.aws_front import AwsFront, AwsFrontHandler, Request, service_of
from tests.fakes.aws_s3 import FakeS3
from tests.fakes.aws_strict import AwsRefusal, JsonObject, parse

_NAMES = FakeS3(region="")


class AwsProxy(AwsFront):
    """Requests that AWS's model does not allow are refused, not forwarded."""

    def __init__(self, upstream: str) -> None:
        super().__init__(_Handler)
        self.upstream = urlsplit(upstream).netloc


class _Handler(AwsFrontHandler):
    server: AwsProxy

    def _serve(self) -> None:
        proxy = self.server
        headers = {name.lower(): value for name, value in self.headers.items()}
        body, service = self.body(), service_of(headers)
        operation, parameters = self._identified(service, headers, body)
        with proxy.lock:
            proxy.requests.append(Request(operation, parameters, headers, len(body)))
            fault = proxy.faults.take(operation)
        if operation == "invalid":
            self.refuse(service, AwsRefusal(400, "ValidationException", str(parameters)))
        else:
            self.fulfil(service, fault, lambda: self.forward(proxy.upstream, body))

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = _serve

    def _identified(self, service: str, headers: dict[str, str], body: bytes) -> tuple[str, JsonObject]:
        """The operation and its parameters."""
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        try:
            if service in {"lambda", "scheduler"}:
                return parse(service, self.command, url.path, query=query, headers=headers, body=body)
            if target := headers.get("x-amz-target"):
                return target.partition(".")[2], json.loads(body)
            if service == "sts":
                return dict(parse_qsl(body.decode()))["Action"], {}
            return _NAMES.operation(self.command, url.path, query), {**query}
        except AwsRefusal as refusal:
            return "invalid", {"message": refusal.message}
