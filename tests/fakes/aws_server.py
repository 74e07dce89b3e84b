"""Lambda, S3 and STS on 127.0.0.1 over real HTTP for real boto3 clients; answers strictly, and fails on demand.

with AwsServer() as aws:
    client = boto3.client("lambda", endpoint_url=aws.url, region_name=aws.region, ...)
    aws.faults.add("UpdateFunctionCode", Status(429, "TooManyRequestsException", "Rate Exceeded."), times=2)
    ...
    assert aws.writes == ["UpdateFunctionCode", "PublishVersion"]
    assert aws.functions["orders"].aliases["live"]["FunctionVersion"] == "2"
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from tests.fakes.aws_cloudwatch import FakeCloudWatch
from tests.fakes.aws_codedeploy import FakeCodeDeploy
from tests.fakes.aws_ecr import FakeEcr
from tests.fakes.aws_faults import After, Before, Fault, Faults, Hang, Html, Lost, Reset, Status
from tests.fakes.aws_lambda import ACCOUNT, Answer, Deployed, FakeLambda
from tests.fakes.aws_logs import FakeLogs
from tests.fakes.aws_roles import role_answer
from tests.fakes.aws_s3 import FakeS3
from tests.fakes.aws_strict import AwsRefusal, JsonObject, parse
from tests.fakes.aws_sts import FakeSts
from tests.fakes.aws_tagging import FakeTagging
from tests.fakes.http_server import HttpHandler, HttpServer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.aws_iam import Guard
    from tests.fakes.aws_quota import Quota

__all__ = [
    "CREDENTIALS", "READING", "After", "AwsServer", "Before", "Fault", "Faults", "Hang", "Html", "Lost", "Request",
    "Reset", "Status",
]  # fmt: skip

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-secret"}
READING = ("Get", "Head", "List", "Invoke", "Describe", "BatchGet")


@dataclass(frozen=True)
class Request:
    """``operation`` is AWS's name; ``parameters`` those of the model (S3: the query)."""

    operation: str
    parameters: JsonObject = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    size: int


class JsonService(Protocol):
    """A service that names the operation in a header and speaks JSON."""

    def operation(self, headers: Mapping[str, str], body: bytes) -> tuple[str, JsonObject]:
        """The operation and its parameters, checked. Raises AwsRefusal."""
        ...

    def answer(self, operation: str, request: JsonObject) -> Answer: ...


class AwsServer(HttpServer):
    """A context manager; the port is free to choose by the system."""

    def __init__(self, *, region: str = "eu-west-1") -> None:
        super().__init__(_Handler)
        self.region = region
        self.sts = FakeSts(account=ACCOUNT)
        self.faults = Faults()
        self.requests: list[Request] = []
        self.guard: Guard | Quota | None = None
        """``None``: everybody may do everything."""
        self.lock = threading.RLock()
        self._begin()

    def _begin(self) -> None:
        self.s3 = FakeS3(region=self.region)
        self.cloudwatch = FakeCloudWatch()
        self.lambda_ = FakeLambda(region=self.region, objects=self.s3.content)
        self.ecr = FakeEcr(region=self.region)
        self.lambda_.images = self.ecr.resolve
        self.codedeploy = FakeCodeDeploy(self.lambda_)
        self.logs = FakeLogs()
        self.roles: dict[str, JsonObject] = {}
        """Trust policies, by the name of the role."""
        self.tagging = FakeTagging(self.lambda_)
        self.json_services: dict[str, JsonService] = {
            "ecr": self.ecr,
            "monitoring": self.cloudwatch,
            "codedeploy": self.codedeploy,
            "logs": self.logs,
            "tagging": self.tagging,
        }

    @property
    def functions(self) -> dict[str, Deployed]:
        return self.lambda_.functions

    @property
    def operations(self) -> list[str]:
        return [request.operation for request in self.requests]

    @property
    def writes(self) -> list[str]:
        return [name for name in self.operations if not name.startswith(READING)]

    def reset(self) -> None:
        """As new."""
        with self.lock:
            self._begin()
            self.faults.clear()
            self.requests.clear()

    def answer(self, operation: str, request: _Parsed) -> Answer:
        with self.lock:
            if request.service == "lambda":
                answer = self.lambda_.operations()[operation](request.parameters)
                return self.guard.shown(operation, answer) if self.guard else answer
            if request.service == "s3":
                return self.s3.answer(
                    operation, request.path, query=request.query, headers=request.headers, body=request.body
                )
            if service := self.json_services.get(request.service):
                return service.answer(operation, request.parameters)
            if operation == "GetRole":
                return role_answer(self.roles, request.parameters["RoleName"])
            return self.sts.answer(operation, request.parameters, signed="authorization" in request.headers)


@dataclass(frozen=True)
class _Parsed:
    service: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    parameters: JsonObject


class _Handler(HttpHandler):
    server: AwsServer

    def setup(self) -> None:
        super().setup()
        self.connection.settimeout(30)

    def handle_expect_100(self) -> bool:
        """A client of S3 waits a second for this before it sends a body."""
        goes_on = super().handle_expect_100()
        self.wfile.flush()
        return goes_on

    def _serve(self) -> None:
        aws = self.server
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        url = urlsplit(self.path)
        query: dict[str, str] = {}
        for name, value in parse_qsl(url.query, keep_blank_values=True):  # the parts of a list come one by one
            query[name] = f"{query[name]}\n{value}" if name in query else value
        scope = re.search(r"Credential=[^/]+/\d+/[^/]+/(\w+)/aws4_request", headers.get("authorization", ""))
        service = scope[1] if scope else ""
        try:
            operation, parameters = _operation(
                aws, self.command, service, url.path, query=query, headers=headers, body=body
            )
        except AwsRefusal as refusal:
            with aws.lock:
                aws.requests.append(Request("invalid", {}, headers, len(body)))
            self._refuse(service, refusal)
            return
        with aws.lock:
            aws.requests.append(Request(operation, parameters, headers, len(body)))
            fault = aws.faults.take(operation)
            denied = aws.guard.denied(service, operation, parameters, url.path) if aws.guard else None
        if denied:
            self._refuse(service, denied)
            return
        self._fulfil(operation, _Parsed(service, url.path, query, headers, body, parameters), fault)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = _serve

    def _fulfil(self, operation: str, request: _Parsed, fault: Fault | None) -> None:
        match fault:
            case Status(status, code, message):
                return self._refuse(request.service, AwsRefusal(status, code, message))
            case Html(page, kind):
                return self._send(Answer(payload=page, headers={"Content-Type": kind}))
            case Reset():
                return self.reset()
            case Hang(seconds, done=False):
                self.server.closing.wait(seconds)
                return self.reset()
            case Before(action):
                action()
            case _:
                pass
        answer: Answer | AwsRefusal
        try:
            answer = self.server.answer(operation, request)
        except AwsRefusal as refusal:
            answer = refusal
        if isinstance(fault, After):
            fault.action()
        if isinstance(fault, Hang):
            self.server.closing.wait(fault.seconds)
        if isinstance(fault, (Lost, Hang)):
            return self.reset()
        return self._refuse(request.service, answer) if isinstance(answer, AwsRefusal) else self._send(answer)

    def _refuse(self, service: str, refusal: AwsRefusal) -> None:
        if service in {"sts", "iam", ""}:
            text = f"<Error><Code>{refusal.code}</Code><Message>{escape(refusal.message)}</Message></Error>"
            text = f"<ErrorResponse>{text}<RequestId>r</RequestId></ErrorResponse>"
            return self._send(
                Answer(status=refusal.status, payload=text.encode(), headers={"Content-Type": "text/xml"})
            )
        if service == "s3":
            text = f"<Error><Code>{refusal.code}</Code><Message>{escape(refusal.message)}</Message></Error>"
            return self._send(
                Answer(status=refusal.status, payload=text.encode(), headers={"Content-Type": "application/xml"})
            )
        body = {"__type": refusal.code, "Type": "User", "Message": refusal.message, "message": refusal.message}
        return self._send(Answer(body, status=refusal.status, headers={"x-amzn-ErrorType": refusal.code}))

    def _send(self, answer: Answer) -> None:
        payload = answer.payload if answer.payload is not None else json.dumps(answer.body).encode()
        headers = {"Content-Type": "application/json", **answer.headers}
        bodiless = self.command == "HEAD" or answer.status == 204
        headers.setdefault("Content-Length", "0" if bodiless else str(len(payload)))
        self.send_response(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if not bodiless:
            self.wfile.write(payload)


def _operation(
    aws: AwsServer, method: str, service: str, path: str, *, query: dict[str, str], headers: dict[str, str], body: bytes
) -> tuple[str, JsonObject]:
    if service == "lambda":
        return parse("lambda", method, path, query=query, headers=headers, body=body)
    if service == "s3":
        return aws.s3.operation(method, path, query), dict(query)
    if service == "sts" or headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        return form.pop("Action", ""), form
    if found := aws.json_services.get(service):
        return found.operation(headers, body)
    raise AwsRefusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
