"""A project before an AWS that judges every request, and what is learned from its denials."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from lambda_ci.deploy.iam.policy import document, policy
from lambda_ci.inputs.settings import Sources, load
from tests.fakes.aws_lambda import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.model.settings import Settings
    from tests.fakes.aws_iam import Guard
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.aws_strict import JsonObject
    from tests.fakes.cli import Cli, Ran

ORDERS = """\
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
"""One function, whose package takes nothing but its file."""
_ADVICE = re.compile(r"add to a policy of (?:that|this run's) identity: (?=\{)")
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

    def write(self, release: int, *, more: str = "", head: str = ORDERS) -> None:
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
            found = advised(ran.err)
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


def advised(err: str) -> list[JsonObject]:
    """The statements that a run says are missing."""
    return [json.JSONDecoder().raw_decode(err, one.end())[0] for one in _ADVICE.finditer(err)]


def actions(statements: Any) -> set[str]:  # noqa: ANN401 - JSON
    return {action for one in statements for action in one["Action"]}
