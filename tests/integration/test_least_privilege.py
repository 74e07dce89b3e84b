"""The least policy: beginning with nothing, what each denial says is added until the run succeeds. What was added is then just what
the policy of the configuration has: every action of it is needed, and together they suffice.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from lambda_ci.deploy.policy import document, policy
from lambda_ci.deploy.rights.table import RIGHTS
from lambda_ci.inputs.settings import Sources, load
from tests.fakes.aws_iam import Guard
from tests.fakes.aws_lambda import ACCOUNT
from tests.fakes.aws_server import CREDENTIALS, AwsServer
from tests.fakes.cli import Cli

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from lambda_ci.model.settings import Settings
    from tests.fakes.aws_strict import JsonObject
    from tests.fakes.cli import Ran

HEAD = """\
version: 1
project: shop
functions:
  orders:
    source: src
    handler: app.handler
    runtime: python3.12
    role: arn:aws:iam::123456789012:role/orders
    build: {import-check: never}
    package: {bytecode: never}
    smoke: [{expect: {status: 200}}]
"""
ADVICE = re.compile(r"add to a policy of (?:that|this run's) identity: (?=\{)")
MOST = 40
"""Denials in a row."""


@dataclass
class Account:
    """A project, an AWS that judges every request, and what one has learned from its denials."""

    cli: Cli
    aws: AwsServer
    guard: Guard
    learned: dict[str, list[JsonObject]] = field(default_factory=dict)
    """Statements, by verb."""
    documented: dict[str, set[str]] = field(default_factory=dict)

    def write(self, release: int, *, more: str = "", head: str = HEAD) -> None:
        self.cli.write("lambda-ci.yml", head + more)
        self.cli.write(
            "src/app.py", f"def handler(event, context):\n    return {{'statusCode': 200, 'release': {release}}}\n"
        )

    def settings(self) -> Settings:
        sources = Sources(flags={}, inputs=None, environ=self.cli.environ, cwd=self.cli.folder)
        return load(sources, today=date(2026, 11, 21))

    def least(self, verb: str) -> Any:  # noqa: ANN401 - JSON
        statements = policy(self.settings(), account=ACCOUNT, region=self.aws.region, verbs={verb})
        return document(statements)["Statement"]

    def learn(self, verb: str, *argv: str, given: Sequence[JsonObject] = ()) -> Ran:
        """Run it with nothing but what its denials have said so far (and what is ``given``), until it succeeds."""
        self.guard.policy = self.learned.setdefault(verb, [*given])
        self.documented.setdefault(verb, set()).update(actions(self.least(verb)))
        for _ in range(MOST):
            ran = self.cli(verb, *argv)
            if ran.code == 0:
                return ran
            assert ran.code == 5, ran.err
            found = [json.JSONDecoder().raw_decode(ran.err, advice.end())[0] for advice in ADVICE.finditer(ran.err)]
            assert found, ran.err
            assert found == found[:1] * len(found), f"one statement in the words of the denial:\n{ran.err}"
            assert found[0] not in self.guard.policy, f"a statement that helps:\n{ran.err}"
            self.guard.policy.append(found[0])
        raise AssertionError("denials without end")

    def plain(self, verb: str) -> list[JsonObject]:
        """What the verb needs for a function with nothing more, which the first test proves."""
        self.write(1)
        return [{**one, "Action": action} for one in self.least(verb) for action in one["Action"]]

    def run(self, verb: str, *argv: str) -> Ran:
        """With the documented policy, and nothing else."""
        self.guard.policy = self.least(verb)
        ran = self.cli(verb, *argv)
        assert ran.code == 0, ran.err
        return ran


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    environ = {"HOME": str(tmp_path), "LAMBDA_CI_CACHE": str(tmp_path / "cache"), "PATH": "/usr/bin:/bin"}
    with AwsServer() as aws:
        aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}
        aws.guard = Guard(region=aws.region)
        cli = Cli(tmp_path, environ | {**CREDENTIALS, "AWS_ENDPOINT_URL": aws.url, "AWS_REGION": aws.region})
        yield Account(cli, aws, aws.guard)


def actions(statements: Any) -> set[str]:  # noqa: ANN401 - JSON
    return {action for one in statements for action in one["Action"]}


def helpful(verb: str) -> set[str]:
    """Actions that a run of the verb does without: not denied, only poorer."""
    return {action for right in RIGHTS if right.without and verb in right.verbs for action in right.actions}


def agrees(account: Account) -> None:
    """What was learned is what is documented, but for what a run does without."""
    for verb, statements in account.learned.items():
        learned = {one["Action"] for one in statements}
        assert learned == account.documented[verb] - (helpful(verb) - learned), verb


def test_a_function_from_its_creation_to_its_end(account: Account) -> None:
    account.write(1)
    account.learn("plan")
    account.learn("deploy")
    account.write(2, more="    timeout: 9\n")
    account.learn("deploy")
    account.learn("plan")
    account.learn("status")
    account.learn("invoke")
    account.learn("rollback")
    account.learn("rollback", "--to", "2")
    account.write(3)
    account.aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 500}
    account.guard.policy = account.least("deploy")
    assert account.cli("deploy").code == 6
    account.aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}
    account.learn("rollback", "--to", "3")
    account.learn("deploy")
    account.learn("prune", "--keep", "1")
    account.learn("destroy", "--yes")
    agrees(account)


def test_what_an_alias_carries(account: Account) -> None:
    """Made, changed, and removed."""
    account.aws.cloudwatch.alarms["late"] = "OK"
    account.cli.write("shared/shared.py", "")
    layers = HEAD.replace("functions:", "layers: {shared: {source: shared}}\nfunctions:")
    more = """\
    layers: [shared]
    tags: {team: web}
    url: {auth-type: NONE}
    reserved-concurrency: 5
    provisioned-concurrency: 1
    async: {maximum-retry-attempts: 1}
    log-retention-in-days: 14
    recursive-loop: Allow
    runtime-management: {update-runtime-on: FunctionUpdate}
    rollout: {strategy: canary, percent: 20, minutes: 0.001, alarms: [late]}
"""
    known = account.plain("deploy")
    account.write(1, head=layers, more=more)
    account.learn("deploy", given=known)
    account.aws.functions.clear()
    account.learn("plan")
    account.learn("deploy")
    account.write(
        2, head=layers, more=more.replace("NONE", "NONE, cors: {max-age: 9}").replace("web", "") + "    timeout: 9\n"
    )
    account.learn("plan")
    account.learn("deploy")
    nothing = re.sub(
        r"(url|reserved-concurrency|provisioned-concurrency|async|log-retention-in-days): .*", r"\1: none", more
    )
    account.write(2, head=layers, more=nothing + "    timeout: 9\n")
    account.learn("plan")
    account.learn("deploy")
    agrees(account)


def test_what_calls_an_alias(account: Account) -> None:
    """Made, changed, removed, and taken along at the end."""
    more = """\
    triggers:
      - schedule: {expression: rate(1 hour), name: a}
      - schedule: {expression: rate(1 hour), name: b}
      - permission: {principal: s3.amazonaws.com, source-arn: "arn:aws:s3:::b", source-account: "123456789012"}
"""
    known = {verb: account.plain(verb) for verb in ("plan", "deploy", "destroy")}
    account.write(1, more=more)
    account.learn("plan", given=known["plan"])
    account.learn("deploy", given=known["deploy"])
    account.write(1, more=more.replace("name: b", "name: c"))
    account.learn("plan")
    account.learn("deploy")
    account.learn("destroy", "--yes", given=known["destroy"])
    assert account.aws.events.rules == {}
    agrees(account)


def test_code_alone_takes_less(account: Account) -> None:
    account.write(1)
    account.run("deploy")
    account.write(2, more="    mode: code-only\n")
    account.learn("plan")
    account.learn("deploy")
    assert account.documented["plan"] - helpful("plan") == {"lambda:GetFunction"}
    assert not {"iam:PassRole", "lambda:UpdateFunctionConfiguration"} & account.documented["deploy"]
    account.aws.functions["orders"].aliases.clear()
    account.learn("deploy")
    agrees(account)


def test_a_package_for_the_bucket(account: Account) -> None:
    """A bucket that was created and has no mark yet is somebody else's, so that the right to mark it is given from the start."""
    account.aws.s3.buckets.clear()
    known = account.plain("deploy")
    head = HEAD.replace("functions:", "staging: {bucket: artifacts, create: true}\nfunctions:")
    account.write(1, head=head)
    (account.cli.folder / "src" / "weight").write_bytes(random.Random(0).randbytes(52_500_000))
    marking = ("s3:PutBucketTagging", "s3:GetBucketTagging")
    known += [{"Effect": "Allow", "Action": one, "Resource": "arn:aws:s3:::artifacts"} for one in marking]
    account.learn("deploy", given=known)
    account.write(2, head=head, more="    timeout: 9\n")
    account.learn("deploy")
    agrees(account)
