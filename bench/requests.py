"""How many requests a deployment makes, beside those of ``aws-actions/aws-lambda-deploy`` for the same steps.

That action's published flow is kept here as data (its index.js at 7676c85) and replayed with boto3 against the same strict AWS.
It has no alias and no smoke test; it sends configuration and code each time, because it does not await its own comparison.
"""

from __future__ import annotations

import io
import zipfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

from bench.harness import Target
from tests.fakes.aws_server import CREDENTIALS, READING, AwsServer
from tests.fakes.cli import Cli

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from bench.workshop import Workshop

ROLE = "arn:aws:iam::123456789012:role/orders"
HANDLER = "def handler(event, context):\n    return {{'statusCode': 200, 'release': {release}}}\n"
CONFIG = """\
version: 1
defaults:
  runtime: python3.12
  handler: app.handler
  role: {role}
  timeout: {timeout}
  build: {{import-check: never}}
  package: {{bytecode: never}}
  smoke: [{{expect: {{status: 200}}}}]
functions:
{functions}
"""
EXISTS, CREATE = ("GetFunctionConfiguration",), ("CreateFunction", "wait")
UPDATE = ("GetFunctionConfiguration", "UpdateFunctionConfiguration", "wait", "UpdateFunctionCode")
RIVAL = {
    "create": (*EXISTS, *CREATE, *UPDATE),
    "unchanged": (*EXISTS, *UPDATE),
    "code changed": (*EXISTS, *UPDATE),
    "configuration changed": (*EXISTS, *UPDATE),
}
"""Its requests, step by step; ``wait`` asks GetFunctionConfiguration until nothing is in progress."""


@dataclass(frozen=True, kw_only=True)
class Count:
    """Of one step: all requests, those that only wait for Lambda, and those that write."""

    requests: int
    waiting: int
    writes: int

    @property
    def besides(self) -> int:
        return self.requests - self.waiting

    def __str__(self) -> str:
        return f"{self.besides:4} + {self.waiting} waiting, {self.writes} writing"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A report without times."""

    title: str
    lines: Sequence[str]
    targets: Sequence[Target]

    def __str__(self) -> str:
        return "\n".join([self.title, *(f"  {line}" for line in (*self.lines, *map(str, self.targets)))])


def run(workshop: Workshop, *, rounds: int) -> Table:  # noqa: ARG001 - a count is the same each time
    """Create, nothing, code, configuration: ours and theirs."""
    ours, theirs = count_ours(workshop.fresh("requests")), count_theirs()
    lines = [f"{'':24}{'lambda-ci':32}aws-lambda-deploy"]
    lines += [f"{step:24}{ours[step]!s:32}{theirs[step]}" for step in RIVAL]
    targets = [
        Target(what="unchanged", value=ours["unchanged"].requests, limit=2, unit="requests"),
        Target(what="unchanged", value=ours["unchanged"].writes, limit=0, unit="writes"),
        Target(what="code changed, besides waiting", value=ours["code changed"].besides, limit=8, unit="requests"),
    ]
    return Table(title="requests of a deployment, for one function", lines=lines, targets=targets)


def count_ours(folder: Path) -> dict[str, Count]:
    """Each step as a run of the command line, with an alias and a smoke test."""
    found: dict[str, Count] = {}
    with AwsServer() as server:
        cli = project(folder, server, names=["orders"])
        for step, (release, timeout) in {
            "create": (1, 3),
            "unchanged": (1, 3),
            "code changed": (2, 3),
            "configuration changed": (2, 9),
        }.items():
            write(cli, ["orders"], release=release, timeout=timeout)
            server.requests.clear()
            ran = cli("deploy")
            if ran.code:
                raise SystemExit(ran.err)
            found[step] = counted(server.operations)
    return found


def counted(operations: Sequence[str]) -> Count:
    """After the first write GetFunction is asked for nothing but the state."""
    written = next((at for at, name in enumerate(operations) if not name.startswith(READING)), len(operations))
    return Count(
        requests=len(operations),
        waiting=operations[written:].count("GetFunction"),
        writes=sum(not name.startswith(READING) for name in operations),
    )


def count_theirs() -> dict[str, Count]:
    """The flow replayed."""
    found: dict[str, Count] = {}
    with AwsServer() as server, _client(server) as client:
        for step, flow in RIVAL.items():
            server.requests.clear()
            waiting = sum(_replayed(client, name, release=step) for name in flow)
            operations = server.operations
            writes = sum(not name.startswith(READING) for name in operations)
            found[step] = Count(requests=len(operations), waiting=waiting, writes=writes)
            _settled(client)
    return found


def _replayed(client: Any, name: str, *, release: str) -> int:  # noqa: ANN401 - boto3 makes its clients at run time
    """The requests that only waited."""
    code = {"ZipFile": _zip(HANDLER.format(release=repr(release)))}
    requests: dict[str, Callable[[], object]] = {
        "GetFunctionConfiguration": lambda: client.get_function_configuration(FunctionName="orders"),
        "CreateFunction": lambda: client.create_function(
            FunctionName="orders", Role=ROLE, Runtime="python3.12", Handler="app.handler", Code=code, Publish=True
        ),
        "UpdateFunctionConfiguration": lambda: client.update_function_configuration(FunctionName="orders", Timeout=9),
        "UpdateFunctionCode": lambda: client.update_function_code(FunctionName="orders", Publish=True, **code),
    }
    if name == "wait":
        return _settled(client)
    with suppress(client.exceptions.ResourceNotFoundException):
        requests[name]()
    return 0


def _settled(client: Any) -> int:  # noqa: ANN401
    for asked in range(1, 20):
        seen = client.get_function_configuration(FunctionName="orders")
        if seen["State"] == "Active" and seen.get("LastUpdateStatus") != "InProgress":
            return asked
    raise SystemExit("Lambda does not settle")


def project(folder: Path, server: AwsServer, *, names: Sequence[str]) -> Cli:
    """Functions whose smoke tests pass, and the command line for them."""
    for name in names:
        server.lambda_.handlers[name] = lambda _event, _version: {"statusCode": 200}
    environ = {"HOME": str(folder), "LAMBDA_CI_CACHE": str(folder / "cache"), "PATH": "/usr/bin:/bin"}
    return Cli(
        folder, {**environ, **CREDENTIALS, "AWS_ENDPOINT_URL": server.url, "AWS_REGION": server.region}, pace=1.0
    )


def write(cli: Cli, names: Sequence[str], *, release: int, timeout: int = 3) -> None:
    """The files of the project."""
    functions = "\n".join(f"  {name}: {{source: src}}" for name in names)
    cli.write("lambda-ci.yml", CONFIG.format(role=ROLE, timeout=timeout, functions=functions))
    cli.write("src/app.py", HANDLER.format(release=release))


@contextmanager
def _client(server: AwsServer) -> Iterator[Any]:
    own: Any = boto3.session.Session()
    keys = {name.lower(): value for name, value in CREDENTIALS.items()}
    yield own.client("lambda", endpoint_url=server.url, region_name=server.region, **keys)


def _zip(source: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", source)
    return buffer.getvalue()
