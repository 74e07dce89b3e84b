"""Requests of real boto3 clients answered in this process: nothing is sent, and no time passes in a fault.

wire = Wire(aws, server)
wire.fault = Hang(60, done=True); wire.place = 3     # what becomes of the fourth request from here on
with wire.connected(): ...
"""

from __future__ import annotations

import io
import itertools
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.httpsession import URLLib3Session

from tests.fakes.aws_faults import Hang, Html, Lost, Reset, Status
from tests.fakes.aws_strict import AwsRefusal, parse
from tests.fakes.deployment import Killed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from botocore.awsrequest import AWSPreparedRequest
    from botocore.client import BaseClient

    from lambda_ci.adapters.aws import Aws
    from tests.fakes.aws_lambda_state import Answer
    from tests.fakes.aws_server import AwsServer

_NAMES = {"cloudwatch": "monitoring"}


@dataclass(frozen=True)
class Kill:
    """The process ends when the request has been carried out: no answer, and no request after it."""


Struck = Status | Reset | Lost | Hang | Html | Kill


@dataclass
class Wire:
    """Between the clients of ``aws`` and ``server``, which is not connected to. ``asked``: the operations since it was set up."""

    aws: Aws
    server: AwsServer
    fault: Struck | None = None
    place: int = 0
    asked: list[str] = field(default_factory=list)

    def begin(self, fault: Struck | None = None, *, place: int = 0) -> None:
        """Count from here on; ``fault`` strikes the request number ``place``, from 0."""
        self.fault, self.place, self.asked = fault, place, []

    @contextmanager
    def connected(self) -> Iterator[None]:
        aws = self.aws
        clients: list[Any] = [
            aws.lambda_client(),
            aws.upload_client(),
            aws.publishing_client(),
            aws.cloudwatch().client,
            aws.codedeploy().client,
        ]
        for client in clients:
            client.meta.events.register_first("before-send", self._send, unique_id="wire")
        try:
            yield
        finally:
            for client in clients:
                client.meta.events.unregister("before-send", unique_id="wire")

    def _send(self, request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse:
        service, operation = event_name.split(".")[1:]
        number = len(self.asked)
        self.asked.append(operation)
        fault = self.fault if number == self.place else None
        if isinstance(self.fault, Kill) and number > self.place:
            raise Killed
        match fault:
            case Status():
                return _refused(request, AwsRefusal(fault.status, fault.code, fault.message))
            case Html():
                return _response(request, 200, {"Content-Type": fault.kind}, fault.page)
            case Reset():
                raise ConnectionClosedError(endpoint_url=request.url)
            case Hang(done=False):
                raise ReadTimeoutError(endpoint_url=request.url, error="timed out")
        response = self._carried_out(_NAMES.get(service, service), request)
        match fault:
            case Lost():
                raise ConnectionClosedError(endpoint_url=request.url)
            case Hang():
                raise ReadTimeoutError(endpoint_url=request.url, error="timed out")
            case Kill():
                raise Killed
        return response

    def _carried_out(self, service: str, request: AWSPreparedRequest) -> AWSResponse:
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        body = _bytes(request.body)
        try:
            answer = self._answer(service, request, headers, body)
        except AwsRefusal as refusal:
            return _refused(request, refusal)
        payload = answer.payload if answer.payload is not None else json.dumps(answer.body).encode()
        content = b"" if answer.status == 204 else payload
        return _response(request, answer.status, {"Content-Type": "application/json", **answer.headers}, content)

    def _answer(self, service: str, request: AWSPreparedRequest, headers: dict[str, str], body: bytes) -> Answer:
        if service == "lambda":
            url = urlsplit(request.url)
            query = dict(parse_qsl(url.query, keep_blank_values=True))
            operation, parameters = parse("lambda", request.method, url.path, query=query, headers=headers, body=body)
            return self.server.lambda_.operations()[operation](parameters)
        found = self.server.json_services[service]
        return found.answer(*found.operation(headers, body))


def unanswered(clients: Sequence[BaseClient], operation: str, *, after: int = 0, done: bool = False) -> None:
    """The request for ``operation`` after so many by these clients gets no answer in time; the others go to the server.

    ``done``: it went there as well, and was carried out.
    """
    asked = itertools.count()

    def wait(request: AWSPreparedRequest, **_: object) -> None:
        if next(asked) != after:
            return
        if done:
            URLLib3Session(timeout=60).send(request)
        raise ReadTimeoutError(endpoint_url=request.url, error="timed out")

    for client in clients:
        client.meta.events.register_first(f"before-send.*.{operation}", wait)


class _Raw(io.BytesIO):
    """As botocore reads urllib3's answers."""

    def stream(self) -> Iterator[bytes]:
        yield self.read()


def _refused(request: AWSPreparedRequest, refusal: AwsRefusal) -> AWSResponse:
    body = {"__type": refusal.code, "Type": "User", "Message": refusal.message, "message": refusal.message}
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": refusal.code}
    return _response(request, refusal.status, headers, json.dumps(body).encode())


def _response(request: AWSPreparedRequest, status: int, headers: dict[str, str], payload: bytes) -> AWSResponse:
    told = HTTPHeaders()
    for name, value in headers.items():
        told[name] = value
    return AWSResponse(request.url, status, told, _Raw(payload))


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _bytes(body: object) -> bytes:
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    return body.encode() if isinstance(body, str) else b""
