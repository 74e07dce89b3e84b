"""One project, and an AWS account of its own on LocalStack: empty at first, reached through a proxy that records and fails."""

from __future__ import annotations

import contextlib
import itertools
import json
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import boto3
import yaml
from botocore.config import Config

from tests.fakes.aws_proxy import AwsProxy
from tests.fakes.cli import Cli

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

    from tests.fakes.cli import Ran
    from tests.localstack.server import LocalStack

REGION = "eu-west-1"
RUNTIME = "python3.12"
NAME = "orders"
PATIENT = 60
"""Seconds that a function may take: a busy machine starts many at once."""
_NUMBERS = itertools.count(100_000_000_000)
WORKS = """\
import os

def handler(event, context):
    print("a line of the log")
    return {"statusCode": 200, "answer": %r, "version": context.function_version, "colour": os.environ.get("COLOUR")}
"""


@dataclass
class Account:
    """``spec``: what is declared of the function; ``put`` writes it, with the code."""

    number: str
    proxy: AwsProxy
    stack: LocalStack
    cli: Cli
    spec: dict[str, Any] = field(default_factory=dict)
    project: dict[str, Any] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        """What reaches AWS through the proxy."""
        return {
            "AWS_ACCESS_KEY_ID": self.number,
            "AWS_SECRET_ACCESS_KEY": "not-a-secret",
            "AWS_ENDPOINT_URL": self.proxy.url,
            "AWS_REGION": REGION,
        }

    @cached_property
    def client(self) -> LambdaClient:
        """Past the proxy: what others do, and what is looked at afterwards."""
        return _session().client("lambda", **self._keys(), region_name=REGION)

    def s3(self, region: str = REGION) -> S3Client:
        config = Config(s3={"addressing_style": "path"})
        return _session().client("s3", **self._keys(), region_name=region, config=config)

    def _keys(self) -> dict[str, Any]:
        return {
            "endpoint_url": self.stack.url,
            "aws_access_key_id": self.number,
            "aws_secret_access_key": "not-a-secret",
        }

    def put(self, answer: str = "first", *, code: str = "", project: dict[str, Any] | None = None, **spec: Any) -> None:  # noqa: ANN401
        """The project's files. Members stay declared until they are declared otherwise; ``code`` is the handler's module."""
        self.spec |= {key.replace("_", "-"): value for key, value in spec.items()}
        self.project |= project or {}
        function = {
            "source": "src",
            "handler": "app.handler",
            "runtime": RUNTIME,
            "role": f"arn:aws:iam::{self.number}:role/orders",
            "build": {"import-check": "never"},  # What cannot be imported is to get as far as AWS.
            "timeout": PATIENT,
            "smoke": [{"name": "pings", "payload": {"ping": True}, "expect": {"status": 200}}],
            **self.spec,
        }
        document = {"version": 1, "project": "shop", **self.project, "functions": {NAME: function}}
        self.cli.write("lambda-ci.yml", yaml.safe_dump(document))
        self.cli.write("src/app.py", code or WORKS % answer)

    def deploy(self, answer: str = "", **changes: Any) -> Ran:  # noqa: ANN401
        """``lambda-ci deploy --json`` of these files, after ``put`` where something is given."""
        if answer or changes:
            self.put(answer or "first", **changes)
        self.proxy.requests.clear()
        return self.cli("deploy", "--json")

    def alias(self, name: str = "live") -> str:
        """The version that callers get; empty where there is no alias."""
        client = self.client
        try:
            return client.get_alias(FunctionName=NAME, Name=name)["FunctionVersion"]
        except client.exceptions.ResourceNotFoundException:
            return ""

    def versions(self) -> list[str]:
        found = self.client.list_versions_by_function(FunctionName=NAME)["Versions"]
        return [one["Version"] for one in found if one["Version"] != "$LATEST"]

    def configuration(self, qualifier: str = "") -> Any:  # noqa: ANN401 - compared by key
        chosen = f"{NAME}{qualifier and ':'}{qualifier}"
        return self.client.get_function(FunctionName=chosen)["Configuration"]

    def answer(self, qualifier: str = "live") -> Any:  # noqa: ANN401 - JSON
        """What callers get."""
        return json.load(self.client.invoke(FunctionName=NAME, Qualifier=qualifier, Payload=b"{}")["Payload"])

    def settled(self) -> None:
        """Nothing is in progress."""
        self.client.get_waiter("function_updated_v2").wait(
            FunctionName=NAME, WaiterConfig={"Delay": 1, "MaxAttempts": 300}
        )


@contextlib.contextmanager
def opened(stack: LocalStack, folder: Path) -> Iterator[Account]:
    """An account that nobody used before, and a project in ``folder``. What was deployed is deleted: it keeps LocalStack busy."""
    number = str(next(_NUMBERS))
    with AwsProxy(stack.url) as proxy:
        cli = Cli(folder, {"HOME": str(folder), "LAMBDA_CI_CACHE": str(folder / "cache"), "PATH": "/usr/bin:/bin"})
        account = Account(number=number, proxy=proxy, stack=stack, cli=cli)
        cli.environ |= account.environ
        yield account
        with contextlib.suppress(account.client.exceptions.ResourceNotFoundException):
            account.client.delete_function(FunctionName=NAME)


@cache
def _session() -> boto3.session.Session:
    """One for all, because it reads the service models only once."""
    return boto3.session.Session()
