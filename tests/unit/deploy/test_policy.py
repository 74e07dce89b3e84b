"""The least policy of a configuration: pure, from the table of rights."""

from __future__ import annotations

import re
import tempfile
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.deploy.iam.policy import VERBS, document, policy, size
from lambda_ci.deploy.iam.table import RIGHTS
from lambda_ci.inputs.settings import Sources, load

if TYPE_CHECKING:
    from lambda_ci.model.settings import Settings

ROLE = "arn:aws:iam::123456789012:role/orders"
FUNCTION = "{source: ., handler: a.b, runtime: python3.12, role: '%s'%s}"


def settings(folder: Path, *functions: str, top: str = "") -> Settings:
    (folder / "a.py").write_text("", encoding="utf-8")
    lines = [f"  f{number}: {FUNCTION % (ROLE, more)}" for number, more in enumerate(functions)]
    (folder / "lambda-ci.yml").write_text("\n".join(["version: 1", top, "functions:", *lines]), encoding="utf-8")
    environ = {"HOME": str(folder)}
    return load(Sources(flags={}, inputs=None, environ=environ, cwd=folder), today=date(2026, 11, 21))


@cache
def example() -> Settings:
    with tempfile.TemporaryDirectory() as folder:
        return settings(
            Path(folder), ", url: {auth-type: NONE}", ", mode: code-only", top="staging: {bucket: artifacts}"
        )


def printed(
    found: Settings, *, region: str = "eu-west-1", verbs: frozenset[str] | set[str] = VERBS
) -> list[dict[str, Any]]:
    whole: Any = document(policy(found, account="123456789012", region=region, verbs=verbs))
    assert whole["Version"] == "2012-10-17"
    return list(whole["Statement"])


def resources_of(statements: list[dict[str, Any]], action: str) -> set[str]:
    return {resource for one in statements if action in one["Action"] for resource in one["Resource"]}


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eusc-de-east-1", "aws-eusc")],
)
def test_arns_are_in_the_partition_of_the_region(tmp_path: Path, region: str, partition: str) -> None:
    found = printed(settings(tmp_path, "", top="staging: {bucket: artifacts}"), region=region)
    assert resources_of(found, "lambda:CreateFunction") == {f"arn:{partition}:lambda:{region}:123456789012:function:f0"}
    assert resources_of(found, "s3:PutObject") == {f"arn:{partition}:s3:::artifacts/lambda-ci/*"}


def test_functions_share_statements_and_each_name_is_there_once(tmp_path: Path) -> None:
    found = settings(tmp_path, *[""] * 40)
    statements = printed(found)
    assert len(statements) < 15
    names = [one["Sid"] for one in statements]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[A-Za-z0-9]+", name) for name in names)
    assert size(policy(found, account="1" * 12, region="eu-west-1")) > 40 * len(
        "arn:aws:lambda:eu-west-1:111111111111:function:f0"
    )
    assert len(resources_of(statements, "lambda:UpdateFunctionCode")) == 40


def test_a_plan_reads_and_code_alone_leaves_the_role_out(tmp_path: Path) -> None:
    found = settings(tmp_path, ", mode: code-only")
    reading = {action for one in printed(found, verbs={"plan"}) for action in one["Action"]}
    assert all(action.partition(":")[2].startswith(("Get", "List")) for action in reading)
    assert "iam:PassRole" not in {action for one in printed(found) for action in one["Action"]}


def test_a_role_is_passed_to_lambda_only(tmp_path: Path) -> None:
    passing = [one for one in printed(settings(tmp_path, "")) if "iam:PassRole" in one["Action"]]
    assert [(one["Resource"], one["Condition"]) for one in passing] == [
        ([ROLE], {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}})
    ]


def test_versions_are_deleted_without_the_right_to_delete_the_function(tmp_path: Path) -> None:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:f0"
    found = settings(tmp_path, "")
    assert resources_of(printed(found, verbs={"prune"}), "lambda:DeleteFunction") == {f"{arn}:*"}
    assert resources_of(printed(found, verbs={"destroy"}), "lambda:DeleteFunction") == {arn}


@pytest.mark.parametrize(
    ("key", "resource"),
    [
        ("1234abcd", "arn:aws:kms:eu-west-1:123456789012:key/1234abcd"),
        ("alias/packages", "arn:aws:kms:eu-west-1:123456789012:key/*"),
        ("arn:aws:kms:eu-west-1:999999999999:key/1", "arn:aws:kms:eu-west-1:999999999999:key/1"),
        ("arn:aws:kms:eu-west-1:999999999999:alias/a", "arn:aws:kms:eu-west-1:999999999999:key/*"),
    ],
)
def test_a_key_by_its_arn_its_id_or_an_alias(tmp_path: Path, key: str, resource: str) -> None:
    found = printed(settings(tmp_path, "", top=f"staging: {{bucket: artifacts, kms-key-id: '{key}'}}"))
    assert resources_of(found, "kms:GenerateDataKey") == {resource}
    conditions = [one.get("Condition") for one in found if "kms:GenerateDataKey" in one["Action"]]
    narrowed = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": key.rpartition(":")[2]}}
    assert conditions == [narrowed if "alias" in key else None]


def test_layers_by_the_names_that_they_have_on_aws(tmp_path: Path) -> None:
    other = "arn:aws:lambda:eu-west-1:580247275435:layer:LambdaInsightsExtension:38"
    top = "project: shop\nlayers: {deps: {source: .}}"
    found = printed(settings(tmp_path, f", layers: [deps, '{other}']", top=top))
    own = "arn:aws:lambda:eu-west-1:123456789012:layer:shop-deps-*"
    assert resources_of(found, "lambda:PublishLayerVersion") == {own}
    assert resources_of(found, "lambda:GetLayerVersion") == {f"{own}:*", other}


def test_an_image_of_another_account_is_read_and_not_pushed(tmp_path: Path) -> None:
    uri = "999999999999.dkr.ecr.eu-west-1.amazonaws.com/team/orders:7"
    (tmp_path / "lambda-ci.yml").write_text(
        f"version: 1\nfunctions: {{f0: {{package-type: Image, image-uri: '{uri}', role: '{ROLE}'}}}}\n",
        encoding="utf-8",
    )
    sources = Sources(flags={}, inputs=None, environ={"HOME": str(tmp_path)}, cwd=tmp_path)
    found = printed(load(sources, today=date(2026, 11, 21)))
    assert resources_of(found, "ecr:BatchGetImage") == {"arn:aws:ecr:eu-west-1:999999999999:repository/team/orders"}
    assert not resources_of(found, "ecr:PutImage")


@given(st.sets(st.sampled_from(sorted(VERBS)), min_size=1), st.sampled_from(sorted(VERBS)))
def test_a_verb_more_never_takes_a_right_away(verbs: set[str], more: str) -> None:
    one = example()
    before, after = (
        {
            (action, resource)
            for statement in policy(one, account="1" * 12, region="eu-west-1", verbs=chosen)
            for action in statement.actions
            for resource in statement.resources
        }
        for chosen in (verbs, verbs | {more})
    )
    assert before <= after
    assert all(right.verbs <= VERBS | {"preview"} for right in RIGHTS)
