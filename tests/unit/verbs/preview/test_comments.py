"""What stands in a comment, whatever the configuration, GitHub and AWS hold: nothing secret, nobody mentioned, one comment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lambda_ci.report.markdown import escape, html

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.pull_requests import Pulls


def test_variables_that_others_changed_are_only_named_in_the_plans_comment(pulls: Pulls, aws: AwsServer) -> None:
    """A short hash of a weak secret tells the secret."""
    aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}
    assert pulls.cli("deploy").code == 0
    config = aws.functions["orders"].config
    config["Environment"] = {"Variables": {**config["Environment"]["Variables"], "KEY": "1234", "OTHER": "5678"}}
    assert pulls("opened", "plan", "--comment").code == 0
    assert "environment.OTHER" in pulls.comments[0]
    assert "sha256:" not in pulls.comments[0]
    assert not any(value in pulls.comments[0] for value in ("1234", "5678", "do-not-tell"))


@pytest.mark.parametrize(
    ("where", "secret"),
    [
        ("KEY: '${env:API_KEY}'", "hunter2_se|cret*x<y"),
        ("DSN: 'https://user:${env:API_KEY}@db/x'", "p&ss@w#rd~[1]$2"),
        ("KEY: '${env:OTHER}'", "x" * 300),
    ],
)
def test_a_secret_that_the_function_tells_is_hidden_everywhere(
    pulls: Pulls, aws: AwsServer, tmp_path: Path, where: str, secret: str
) -> None:
    """Also where Markdown would escape its characters, and where only a part of it would be shown."""
    config = (pulls.cli.folder / "lambda-ci.yml").read_text("utf-8")
    pulls.cli.write(
        "lambda-ci.yml",
        config.replace("orders: {environment: {TABLE: orders-preview}", f"orders: {{environment: {{{where}}}"),
    )
    aws.lambda_.handlers["orders-pr-2"] = lambda _event, _version: {"statusCode": 500, "body": secret}
    places = {name: str(tmp_path / name) for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    ran = pulls("opened", environ={"API_KEY": secret, "OTHER": secret, **places})
    assert ran.code == 6, ran.err
    log = "\n".join(line for line in ran.err.splitlines() if not line.startswith("::add-mask::"))
    told = "".join([log, ran.out, *pulls.comments, *(Path(place).read_text("utf-8") for place in places.values())])
    assert "***" in told
    for form in (secret, escape(secret), html(secret), json.dumps(secret)[1:-1], secret[:150]):
        assert form not in told
