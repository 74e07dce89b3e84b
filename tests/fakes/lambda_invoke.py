"""Lambda's Invoke API on 127.0.0.1, for real boto3 clients: it answers as told, also with faults, and remembers what arrived."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from botocore.config import Config

from tests.fakes.http_server import HttpHandler, HttpServer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda import LambdaClient

VERSION_ARN = "arn:aws:lambda:eu-west-1:123456789012:function:orders:7"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One invocation as it arrived. ``function`` is decoded; ``qualifier`` is empty where there is none."""

    function: str
    qualifier: str
    kind: str
    log: str
    payload: bytes


@dataclass(frozen=True, kw_only=True)
class Answer:
    """``hold``: keep silent until the endpoint closes. ``length``: promise another number of bytes than are sent."""

    status: int = 200
    body: bytes = b"null"
    headers: Mapping[str, str] = field(default_factory=dict)
    hold: bool = False
    cut: bool = False
    length: int | None = None


def succeeded(value: object = None, *, log: bytes = b"", version: str = "7") -> Answer:
    return raw(json.dumps(value).encode(), log=log, version=version)


def raw(body: bytes, *, log: bytes = b"", version: str = "7") -> Answer:
    return Answer(body=body, headers=_headers(log, version))


def failed(document: object, *, log: bytes = b"", version: str = "7") -> Answer:
    """The function failed: HTTP 200, and a header that says so."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Answer(body=body, headers={**_headers(log, version), "X-Amz-Function-Error": "Unhandled"})


def refused(status: int, code: str, message: str, **members: str) -> Answer:
    """AWS refused the call."""
    body = {"Type": "User" if status < 500 else "Service", "Message": message, **members}
    return Answer(status=status, body=json.dumps(body).encode(), headers={"x-amzn-ErrorType": code})


def accepted() -> Answer:
    """The answer to an event."""
    return Answer(status=202, body=b"")


SILENCE = Answer(hold=True)
CUT = Answer(cut=True)
TORN = Answer(body=b'{"half', length=100)


def _headers(log: bytes, version: str) -> dict[str, str]:
    headers = {"X-Amz-Executed-Version": version, "Content-Type": "application/json"}
    return {**headers, "X-Amz-Log-Result": base64.b64encode(log).decode()} if log else headers


class InvokeEndpoint(HttpServer):
    """A context manager. Gives the answers one after the other, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__(_Handler)
        self.answers = list(answers)
        self.requests: list[Request] = []
        self.connections = 0
        self._lock = threading.Lock()
        self._arrived = threading.Event()

    def __exit__(self, *exception: object) -> None:
        """Who did not wait for the answer may be gone before the request was read."""
        if self._is_silent:
            self._arrived.wait(60)
        super().__exit__(*exception)

    @property
    def _is_silent(self) -> bool:
        return any(answer.hold for answer in self.answers)

    def client(self, *, attempts: int = 1) -> LambdaClient:
        """Impatient only where the answer never comes: a busy machine is late with the others."""
        patience = 0.3 if self._is_silent else 60
        config = Config(connect_timeout=60, read_timeout=patience, retries={"total_max_attempts": attempts})
        return _session().client("lambda", endpoint_url=self.url, config=config)

    def next(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            self._arrived.set()
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@cache
def _session() -> boto3.session.Session:
    """One for all, because it reads the service model only once."""
    return boto3.session.Session("AKIAEXAMPLE", "secret", region_name="eu-west-1")


class _Handler(HttpHandler):
    server: InvokeEndpoint

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        answer = self.server.next(self._request())
        if answer.hold:
            self.server.closing.wait()
        if answer.hold or answer.cut:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(answer.length or len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        self.close_connection = answer.length is not None

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        return Request(
            function=unquote(parts.path.split("/")[3]),
            qualifier=parse_qs(parts.query).get("Qualifier", [""])[0],
            kind=self.headers.get("X-Amz-Invocation-Type", ""),
            log=self.headers.get("X-Amz-Log-Type", ""),
            payload=self.body(),
        )
