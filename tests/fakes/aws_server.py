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
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.aws_cloudwatch import FakeCloudWatch
from tests.fakes.aws_codedeploy import FakeCodeDeploy
from tests.fakes.aws_ecr import FakeEcr
from tests.fakes.aws_events import FakeEvents
from tests.fakes.aws_faults import After, Before, Fault, Faults, Hang, Html, Lost, Reset, Status
from tests.fakes.aws_front import READING, AwsFront, AwsFrontHandler, Request, refused, service_of
from tests.fakes.aws_lambda import ACCOUNT, Answer, Deployed, FakeLambda
from tests.fakes.aws_logs import FakeLogs
from tests.fakes.aws_roles import role_answer
from tests.fakes.aws_s3 import FakeS3
from tests.fakes.aws_scheduler import FakeScheduler
from tests.fakes.aws_strict import AwsRefusal, JsonObject, parse
from tests.fakes.aws_sts import FakeSts
from tests.fakes.aws_tagging import FakeTagging

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes import forwarding
    from tests.fakes.aws_iam import Guard
    from tests.fakes.aws_quota import Quota

__all__ = [
    "CREDENTIALS", "READING", "After", "AwsServer", "Before", "Fault", "Faults", "Hang", "Html", "Lost", "Request",
    "Reset", "Status",
]  # fmt: skip

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-secret"}


class JsonService(Protocol):
    """A service that names the operation in a header and speaks JSON."""

    def operation(self, headers: Mapping[str, str], body: bytes) -> tuple[str, JsonObject]:
        """The operation and its parameters, checked. Raises AwsRefusal."""
        ...

    def answer(self, operation: str, request: JsonObject) -> Answer: ...


class AwsServer(AwsFront):
    """Begins with an account that has nothing in it."""

    def __init__(self, *, region: str = "eu-west-1") -> None:
        super().__init__(_Handler)
        self.region = region
        self.sts = FakeSts(account=ACCOUNT)
        self.guard: Guard | Quota | None = None
        """``None``: everybody may do everything."""
        self._begin()

    def _begin(self) -> None:
        self.s3 = FakeS3(region=self.region)
        self.cloudwatch = FakeCloudWatch()
        self.lambda_ = FakeLambda(region=self.region, objects=self.s3.content)
        self.ecr = FakeEcr(region=self.region)
        self.lambda_.images = self.ecr.resolve
        self.codedeploy = FakeCodeDeploy(self.lambda_)
        self.logs = FakeLogs()
        self.events = FakeEvents(region=self.region)
        self.scheduler = FakeScheduler(region=self.region)
        self.roles: dict[str, JsonObject] = {}
        """Trust policies, by the name of the role."""
        self.tagging = FakeTagging(self.lambda_)
        self.json_services: dict[str, JsonService] = {
            "ecr": self.ecr,
            "monitoring": self.cloudwatch,
            "codedeploy": self.codedeploy,
            "logs": self.logs,
            "events": self.events,
            "tagging": self.tagging,
        }

    @property
    def functions(self) -> dict[str, Deployed]:
        return self.lambda_.functions

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
            if request.service == "scheduler":
                return self.scheduler.answer(operation, request.parameters)
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


class _Handler(AwsFrontHandler):
    server: AwsServer

    def setup(self) -> None:
        super().setup()
        self.connection.settimeout(300)

    def handle_expect_100(self) -> bool:
        """A client of S3 waits a second for this before it sends a body."""
        goes_on = super().handle_expect_100()
        self.wfile.flush()
        return goes_on

    def _serve(self) -> None:
        aws = self.server
        headers = {name.lower(): value for name, value in self.headers.items()}
        body, service = self.body(), service_of(headers)
        url = urlsplit(self.path)
        query: dict[str, str] = {}
        for name, value in parse_qsl(url.query, keep_blank_values=True):  # the parts of a list come one by one
            query[name] = f"{query[name]}\n{value}" if name in query else value
        try:
            operation, parameters = _operation(
                aws, self.command, service, url.path, query=query, headers=headers, body=body
            )
        except AwsRefusal as refusal:
            with aws.lock:
                aws.requests.append(Request("invalid", {}, headers, len(body)))
            self.refuse(service, refusal)
            return
        with aws.lock:
            aws.requests.append(Request(operation, parameters, headers, len(body)))
            fault = aws.faults.take(operation)
            denied = aws.guard.denied(service, operation, parameters, url.path) if aws.guard else None
        if denied:
            self.refuse(service, denied)
            return
        request = _Parsed(service, url.path, query, headers, body, parameters)
        self.fulfil(service, fault, lambda: self._answer(operation, request))

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = _serve

    def _answer(self, operation: str, request: _Parsed) -> forwarding.Answer:
        try:
            answer = self.server.answer(operation, request)
        except AwsRefusal as refusal:
            return refused(request.service, refusal)
        payload = answer.payload if answer.payload is not None else json.dumps(answer.body).encode()
        return answer.status, [*{"Content-Type": "application/json", **answer.headers}.items()], payload


def _operation(
    aws: AwsServer, method: str, service: str, path: str, *, query: dict[str, str], headers: dict[str, str], body: bytes
) -> tuple[str, JsonObject]:
    if service in {"lambda", "scheduler"}:
        return parse(service, method, path, query=query, headers=headers, body=body)
    if service == "s3":
        return aws.s3.operation(method, path, query), dict(query)
    if service == "sts" or headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        return form.pop("Action", ""), form
    if found := aws.json_services.get(service):
        return found.operation(headers, body)
    raise AwsRefusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
