"""What stands in for AWS, and what stands before another AWS: requests are remembered, and some of them meet a fault."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from tests.fakes.aws_faults import After, Before, Faults, Hang, Html, Lost, Reset, Status
from tests.fakes.aws_strict import AwsRefusal
from tests.fakes.forwarding import ForwardingHandler
from tests.fakes.http_server import HttpServer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from http.server import BaseHTTPRequestHandler

    from tests.fakes.aws_faults import Fault
    from tests.fakes.aws_strict import JsonObject
    from tests.fakes.forwarding import Answer

READING = ("Get", "Head", "List", "Invoke", "Describe", "BatchGet")
_SCOPE = re.compile(r"Credential=[^/]+/\d+/[^/]+/(\w+)/aws4_request")


@dataclass(frozen=True)
class Request:
    """``operation`` is AWS's name; ``parameters`` those of the model (S3: the query)."""

    operation: str
    parameters: JsonObject = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    size: int


class AwsFront(HttpServer):
    """A context manager on a port of its own. ``requests`` are those that arrived; ``faults`` what the next ones meet."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(handler)
        self.faults = Faults()
        self.requests: list[Request] = []
        self.lock = threading.RLock()

    @property
    def operations(self) -> list[str]:
        return [request.operation for request in self.requests]

    @property
    def writes(self) -> list[str]:
        return [name for name in self.operations if not name.startswith(READING)]


class AwsFrontHandler(ForwardingHandler):
    server: AwsFront

    def fulfil(self, service: str, fault: Fault | None, carry_out: Callable[[], Answer]) -> None:
        """Answer as ``carry_out`` does, or as the fault has it."""
        match fault:
            case Status(status, code, message):
                return self.refuse(service, AwsRefusal(status, code, message))
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
        answer = carry_out()
        if isinstance(fault, After):
            fault.action()
        if isinstance(fault, Hang):
            self.server.closing.wait(fault.seconds)
        return self.reset() if isinstance(fault, (Lost, Hang)) else self.send(*answer)

    def refuse(self, service: str, refusal: AwsRefusal) -> None:
        self.send(*refused(service, refusal))


def service_of(headers: Mapping[str, str]) -> str:
    """The service that a request was signed for; empty where it was not signed."""
    scope = _SCOPE.search(headers.get("authorization", ""))
    return scope[1] if scope else ""


def refused(service: str, refusal: AwsRefusal) -> Answer:
    """An error, in the form of the service."""
    error = f"<Error><Code>{refusal.code}</Code><Message>{escape(refusal.message)}</Message></Error>"
    if service == "s3":
        return refusal.status, [("Content-Type", "application/xml")], error.encode()
    if service in {"sts", "iam", ""}:
        whole = f"<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>"
        return refusal.status, [("Content-Type", "text/xml")], whole.encode()
    body = {"__type": refusal.code, "Type": "User", "Message": refusal.message, "message": refusal.message}
    headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", refusal.code)]
    return refusal.status, headers, json.dumps(body).encode()
