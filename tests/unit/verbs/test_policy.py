"""``lambda-ci policy`` as people and programs use it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.fakes.cli import Cli
from tests.fakes.trust_judge import admits

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
version: 1
aws: {region: eu-west-1, role-to-assume: "arn:aws:iam::123456789012:role/deploy"}
functions:
  orders: {source: src, handler: app.handler, runtime: python3.13, role: "arn:aws:iam::123456789012:role/orders"}
"""
TRUST = ("policy", "--trust", "github", "--repo", "octo/shop", "--branch", "main")


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path, {"HOME": str(tmp_path)})
    cli.write("src/app.py", "def handler(event, context): ...\n")
    cli.write("lambda-ci.yml", CONFIG)
    return cli


def _actions(policy: dict[str, list[dict[str, list[str]]]]) -> set[str]:
    return {action for statement in policy["Statement"] for action in statement["Action"]}


def test_standard_output_is_the_policy_and_nothing_else(cli: Cli) -> None:
    ran = cli("policy")
    policy = json.loads(ran.out)
    assert ran.code == 0, ran.err
    assert {"lambda:CreateFunction", "lambda:UpdateAlias", "iam:PassRole"} <= _actions(policy)
    resources = {resource for statement in policy["Statement"] for resource in statement["Resource"]}
    assert "arn:aws:lambda:eu-west-1:123456789012:function:orders" in resources
    assert "fits into a managed policy" in ran.err
    assert "lambda:CreateFunction" in ran.err


def test_one_verb_has_fewer_rights(cli: Cli) -> None:
    plan = _actions(json.loads(cli("policy", "--verb", "plan").out))
    assert "lambda:GetFunction" in plan
    assert not any(action.partition(":")[2].startswith(("Create", "Update", "Delete", "Put")) for action in plan)


def test_previews_have_rights_of_their_own_on_their_own_functions(cli: Cli) -> None:
    ran = cli("policy", "--verb", "preview")
    policy = json.loads(ran.out)
    assert {"lambda:CreateFunction", "lambda:DeleteFunction", "tag:GetResources"} <= _actions(policy)
    resources = {resource for statement in policy["Statement"] for resource in statement["Resource"]}
    of_functions = {resource for resource in resources if ":function:" in resource}
    prefix = "arn:aws:lambda:eu-west-1:123456789012:function:orders-pr-*"
    assert of_functions == {prefix, f"{prefix}:*"}
    together = cli("policy", "--verb", "preview", "--verb", "plan")
    assert (together.code, together.out) == (2, "")
    assert "tag:GetResources" not in cli("policy").out


def test_that_the_rights_of_every_verb_are_many_is_said(cli: Cli) -> None:
    assert "for every verb, also destroy" in cli("policy").err
    assert "for every verb" not in cli("policy", "--verb", "deploy").err


def test_what_is_not_known_stands_there_as_a_word(cli: Cli) -> None:
    cli.write("lambda-ci.yml", CONFIG.replace(CONFIG.splitlines()[1] + "\n", ""))
    ran = cli("policy")
    assert "arn:aws:lambda:REGION:ACCOUNT:function:orders" in ran.out
    assert "--account" in ran.err
    assert (
        "arn:aws:lambda:eu-north-1:210987654321:function:orders"
        in cli("policy", "--account", "210987654321", environ={"AWS_REGION": "eu-north-1"}).out
    )


def test_json_has_the_policy_and_its_size(cli: Cli) -> None:
    document = cli("policy", "--json").document
    assert document["verb"] == "policy"
    assert document["size"] == len(json.dumps(document["policy"], separators=(",", ":")))


@pytest.mark.parametrize("account", ["12345678901", "*", "١٢٣٤٥٦٧٨٩٠١٢"])
def test_an_account_is_twelve_digits(cli: Cli, account: str) -> None:
    ran = cli("policy", "--account", account)
    assert ran.code == 2
    assert "12 digits" in ran.err


def test_wrong_settings_are_reported_as_everywhere(cli: Cli) -> None:
    cli.write("lambda-ci.yml", CONFIG.replace("python3.13", "python9"))
    ran = cli("policy")
    assert (ran.code, ran.out) == (2, "")
    assert "lambda-ci.yml:4" in ran.err


def test_a_trust_policy_needs_no_configuration(tmp_path: Path) -> None:
    ran = Cli(tmp_path)(*TRUST, "--account", "123456789012")
    assert ran.code == 0
    issuer = "https://token.actions.githubusercontent.com"
    token = {"iss": issuer, "aud": "sts.amazonaws.com", "sub": "repo:octo/shop:ref:refs/heads/main"}
    assert admits(json.loads(ran.out), token)
    assert f"create-open-id-connect-provider --url {issuer} --client-id-list sts.amazonaws.com" in ran.err
    assert "create-role --role-name deploy --assume-role-policy-document file://trust.json" in ran.err
    assert "lambda-ci policy --account 123456789012 > policy.json" in ran.err
    assert "--owner-id" in ran.err


def test_a_role_for_pull_requests_may_only_read(tmp_path: Path) -> None:
    ran = Cli(tmp_path)(*TRUST[:-2], "--pull-requests")
    assert ran.code == 0
    assert "create-role --role-name plan " in ran.err
    assert "lambda-ci policy --verb plan > policy.json" in ran.err
    assert "deploy" not in ran.err


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--repo", "octo/shop", "--branch", "main"), "--repo, --branch: only a trust policy"),
        (("--pull-requests",), "--pull-requests: only a trust policy"),
        ((*TRUST[1:], "--verb", "plan"), "--verb: a trust policy"),
        ((*TRUST[1:], "--origin", "github.com/octo/shop"), "--origin: the tokens of github"),
        (
            ("--trust", "gitlab", *TRUST[3:], "--repo-id", "1", "--owner-id", "2"),
            "--owner-id, --repo-id: the tokens of gitlab",
        ),
    ],
)
def test_flags_that_would_mean_nothing_are_refused(cli: Cli, flags: tuple[str, ...], words: str) -> None:
    """A policy that does not have the limits one asked for must not look as if it had."""
    ran = cli("policy", *flags)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_github_tells_its_own_numbers(tmp_path: Path) -> None:
    numbers = {"GITHUB_REPOSITORY": "octo/shop", "GITHUB_REPOSITORY_OWNER_ID": "123", "GITHUB_REPOSITORY_ID": "456"}
    ran = Cli(tmp_path)(*TRUST, "--json", environ=numbers)
    [statement] = ran.document["trust"]["Statement"]
    key = "token.actions.githubusercontent.com"
    assert statement["Condition"]["StringEquals"] == {
        f"{key}:aud": "sts.amazonaws.com",
        f"{key}:repository_id": "456",
        f"{key}:sub": ["repo:octo/shop:ref:refs/heads/main", "repo:octo@123/shop@456:ref:refs/heads/main"],
    }
    other = Cli(tmp_path)(*TRUST, environ={**numbers, "GITHUB_REPOSITORY": "octo/other"})
    assert "@456" not in other.out


def test_an_environment_is_that_of_the_ci_system(tmp_path: Path) -> None:
    ran = Cli(tmp_path)("policy", "--trust", "github", "--repo", "octo/shop", "--environment", "prod")
    assert "repo:octo/shop:environment:prod" in ran.out


def test_a_trust_that_everybody_could_use_is_refused(tmp_path: Path) -> None:
    ran = Cli(tmp_path)("policy", "--trust", "github", "--repo", "*/*", "--branch", "main")
    assert (ran.code, ran.out) == (2, "")
    assert "others could take the role" in ran.err
