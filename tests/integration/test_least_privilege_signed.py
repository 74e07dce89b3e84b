"""The documented policy before an AWS of somebody else's, which checks signatures and judges each request by the user's policy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from lambda_ci.adapters import loopback
from lambda_ci.deploy.iam.policy import VERBS, document, policy
from lambda_ci.inputs.settings import Sources, load
from tests.fakes import ports
from tests.fakes.cli import Cli
from tests.fakes.least_privilege import ORDERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.local_aws

ACCOUNT, REGION, READY_WITHIN = "123456789012", "eu-west-1", 180.0
ROOT = {"aws_access_key_id": "root", "aws_secret_access_key": "of-the-root"}
OTHERWISE = {
    "lambda:CreateFunction": ("lambda:CreateFunction", "*"),
    "lambda:GetAlias": ("lambda:ListAliases", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders*"),
    "lambda:UpdateAlias": ("lambda:ListAliases", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders*"),
}
"""What ministack 1.5 judges by another name, or on another resource, than AWS does."""
NAMED = ["UpdateFunctionConfiguration", "UpdateFunctionCode", "PublishVersion", "InvokeFunction"]
"""What an update needs, in its order, and ministack calls as AWS does."""


@contextmanager
def ministack(folder: Path) -> Iterator[str]:
    """Its address; exactly this process is ended."""
    port = ports.reserved()
    environ = {
        "PATH": os.environ["PATH"],
        **dict.fromkeys(("HOME", "TMPDIR", "STATE_DIR", "S3_DATA_DIR"), str(folder)),
        **dict.fromkeys(("BIND_HOST", "MINISTACK_HOST"), "127.0.0.1"),
        **dict.fromkeys(("IOT_MTLS_ENABLED", "SFTP_ENABLED"), "0"),
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "LAMBDA_EXECUTOR": "local",
        "AUTH": "true",
        **{name.upper(): value for name, value in ROOT.items()},
    }
    with (folder / "ministack.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"], cwd=folder, env=environ, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + READY_WITHIN
        while not loopback.get(f"{url}/_ministack/health", timeout=5):
            assert process.poll() is None, (folder / "ministack.log").read_text(encoding="utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(60)


class User:
    """Who deploys. ``may`` sets the policy."""

    def __init__(self, url: str) -> None:
        own: Any = boto3.session.Session()
        self._iam = own.client("iam", endpoint_url=url, region_name=REGION, **ROOT)
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        trusting = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        self._iam.create_role(RoleName="orders", AssumeRolePolicyDocument=trusting)
        self._iam.create_user(UserName="deploy")
        key = self._iam.create_access_key(UserName="deploy")["AccessKey"]
        self.environ = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    def may(self, cli: Cli, *, without: str = "") -> None:
        """What the configuration needs, without an action."""
        settings = load(Sources(flags={}, inputs=None, environ=cli.environ, cwd=cli.folder), today=date(2026, 11, 21))
        found: Any = document(policy(settings, account=ACCOUNT, region=REGION, verbs=VERBS))
        found["Statement"] = [
            one | {"Action": kept} for one in found["Statement"] if (kept := [a for a in one["Action"] if a != without])
        ]
        allowed = {action for one in found["Statement"] for action in one["Action"]}
        for name, (action, resource) in OTHERWISE.items():
            if name in allowed:
                found["Statement"].append({"Effect": "Allow", "Action": action, "Resource": resource})
        self._iam.put_user_policy(UserName="deploy", PolicyName="least", PolicyDocument=json.dumps(found))


def code(release: int) -> str:
    return f"def handler(event, context):\n    return {{'statusCode': 200, 'release': {release}}}\n"


def test_a_whole_life_with_signed_requests_under_the_least_policy(tmp_path: Path) -> None:
    folder = tmp_path / "aws"
    folder.mkdir()
    with ministack(folder) as url:
        user = User(url)
        environ = {"HOME": str(tmp_path), "LAMBDA_CI_CACHE": str(tmp_path / "cache"), "PATH": "/usr/bin:/bin"}
        cli = Cli(tmp_path, environ | {**user.environ, "AWS_ENDPOINT_URL": url, "AWS_REGION": REGION})
        cli.write("lambda-ci.yml", ORDERS)
        cli.write("src/app.py", code(1))
        assert "lambda:GetFunction" in cli("plan").err
        user.may(cli)
        first = cli("deploy", "--json")
        assert (first.code, first.function("orders")["version"]) == (0, "1"), first.err
        cli.write("lambda-ci.yml", ORDERS + "    timeout: 9\n")
        cli.write("src/app.py", code(2))
        for action in NAMED:
            user.may(cli, without=f"lambda:{action}")
            denied = cli("deploy")
            assert denied.code == 5
            assert f'"Action": "lambda:{action}"' in denied.err
        user.may(cli)
        for argv in (["deploy"], ["status"], ["invoke"], ["rollback"], ["deploy"], ["prune", "--keep", "1"], ["plan"]):
            ran = cli(*argv)
            assert ran.code == 0, ran.err
        assert cli("deploy", environ={"AWS_SECRET_ACCESS_KEY": "wrong"}).code == 5
        assert cli("destroy", "--yes").code == 0
