"""The least policy: beginning with nothing, what each denial says is added until the run succeeds. What was added is then just what
the policy of the configuration has: every action of it is needed, and together they suffice.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest

from lambda_ci.deploy.iam.table import RIGHTS
from tests.fakes.aws_iam import Guard
from tests.fakes.aws_server import CREDENTIALS, AwsServer
from tests.fakes.cli import Cli
from tests.fakes.least_privilege import ORDERS, Account

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


QUEUE = "arn:aws:sqs:eu-west-1:123456789012:a"


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    environ = {"HOME": str(tmp_path), "LAMBDA_CI_CACHE": str(tmp_path / "cache"), "PATH": "/usr/bin:/bin"}
    with AwsServer() as aws:
        aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}
        aws.guard = Guard(region=aws.region)
        cli = Cli(tmp_path, environ | {**CREDENTIALS, "AWS_ENDPOINT_URL": aws.url, "AWS_REGION": aws.region})
        yield Account(cli, aws, aws.guard)


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
    layers = ORDERS.replace("functions:", "layers: {shared: {source: shared}}\nfunctions:")
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


def test_what_lambda_polls(account: Account) -> None:
    """Made, changed, removed, and taken along at the end, one of them while it is still being made."""
    sources = account.aws.lambda_.sources
    account.guard.mapped = sources.called
    more = """\
    triggers:
      - event-source: arn:aws:sqs:eu-west-1:123456789012:a
      - event-source: arn:aws:sqs:eu-west-1:123456789012:b
      - permission: {principal: sns.amazonaws.com, source-arn: "arn:aws:sns:eu-west-1:123456789012:b"}
"""
    known = {verb: account.plain(verb) for verb in ("plan", "deploy", "status", "destroy")}
    account.write(1, more=more)
    account.learn("plan", given=known["plan"])
    account.learn("deploy", given=known["deploy"])
    account.learn("status", given=known["status"])
    changed = more.replace(
        "source: arn:aws:sqs:eu-west-1:123456789012:a", f"source: {{source-arn: {QUEUE}, batch-size: 2}}"
    )
    account.write(1, more=changed.replace("12:b", "12:c"))
    account.learn("plan")
    account.learn("deploy")
    account.learn("destroy", "--yes", given=known["destroy"])
    assert {one.described["State"] for one in sources.mappings.values()} == {"Deleting"}
    agrees(account)


def test_mappings_of_other_functions_are_out_of_reach(account: Account) -> None:
    sources = account.aws.lambda_.sources
    account.guard.mapped = sources.called
    account.write(1, more="    triggers: [{event-source: 'arn:aws:sqs:eu-west-1:123456789012:a'}]\n")
    account.run("plan")
    account.run("deploy")
    (uuid,) = sources.mappings
    account.guard.policy, named = account.least("deploy"), {"UUID": uuid}
    assert account.guard.denied("lambda", "DeleteEventSourceMapping", named, "") is None
    mapping = sources.mappings[uuid].described
    mapping["FunctionArn"] = mapping["FunctionArn"].replace(":orders:", ":orders-admin:")
    assert account.guard.denied("lambda", "DeleteEventSourceMapping", named, "") is not None


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
    head = ORDERS.replace("functions:", "staging: {bucket: artifacts, create: true}\nfunctions:")
    account.write(1, head=head)
    (account.cli.folder / "src" / "weight").write_bytes(random.Random(0).randbytes(52_500_000))
    marking = ("s3:PutBucketTagging", "s3:GetBucketTagging")
    known += [{"Effect": "Allow", "Action": one, "Resource": "arn:aws:s3:::artifacts"} for one in marking]
    account.learn("deploy", given=known)
    account.write(2, head=head, more="    timeout: 9\n")
    account.learn("deploy")
    agrees(account)
