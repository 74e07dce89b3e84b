"""Requests that AWS denies: which action on what, which kind of policy is in the way, and the statement to add."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.adapters.aws_denied import denial, s3_action, statement
from lambda_ci.adapters.aws_errors import Refusal, explain

WHO = "arn:aws:sts::123456789012:assumed-role/ci/run"
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:orders"


def denied(message: str) -> Refusal:
    answer = {
        "Error": {"Code": "AccessDeniedException", "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": 403},
    }
    return explain(ClientError(answer, "X"), doing="update the code of orders")  # type: ignore[arg-type]


def pasted(error: Refusal) -> Any:  # noqa: ANN401 - JSON
    """The statement in the advice."""
    return json.JSONDecoder().raw_decode(error.fix, error.fix.index("{"))[0]


def test_a_missing_permission_names_action_and_resource_and_the_statement_to_add() -> None:
    error = denied(
        f"User: {WHO} is not authorized to perform: lambda:UpdateFunctionCode on resource: {ARN} because no identity-based "
        "policy allows the lambda:UpdateFunctionCode action"
    )
    assert error.what.startswith("could not update the code of orders: User: ")
    assert error.why == f"{WHO} lacks the permission lambda:UpdateFunctionCode on {ARN}."
    assert error.fix.startswith("add to a policy of that identity: {")
    assert pasted(error) == {"Effect": "Allow", "Action": "lambda:UpdateFunctionCode", "Resource": ARN}


def test_passing_a_role_is_allowed_to_lambda_only() -> None:
    role = "arn:aws:iam::123456789012:role/orders"
    error = denied(f"User: {WHO} is not authorized to perform: iam:PassRole on resource: {role} because no …")
    condition = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    assert pasted(error) == {"Effect": "Allow", "Action": "iam:PassRole", "Resource": role, "Condition": condition}


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov", "aws-iso-b"])
def test_the_partition_stays_as_aws_names_it(partition: str) -> None:
    arn = ARN.replace("arn:aws:", f"arn:{partition}:")
    assert (
        pasted(denied(f"User: x is not authorized to perform: lambda:GetFunction on resource: {arn}"))["Resource"]
        == arn
    )


@pytest.mark.parametrize("version", ["3", "live", "$LATEST"])
def test_a_version_stands_for_all_versions_of_its_function(version: str) -> None:
    assert json.loads(statement("lambda:InvokeFunction", f"{ARN}:{version}"))["Resource"] == [ARN, f"{ARN}:*"]


@pytest.mark.parametrize(
    ("policy", "place"),
    [
        ("resource-based policy", "the policy of the resource itself"),
        ("permissions boundary", "the permissions boundary of that identity as well"),
        ("session policy", "the session policy that the credentials were taken with"),
        ("service control policy", "the organization's service control policies"),
        ("VPC endpoint policy", "the policy of the VPC endpoint"),
        ("role trust policy", "the trust policy of the role"),
        ("policy of a new kind", "the policy of a new kind"),
    ],
)
def test_the_kind_of_policy_that_does_not_allow_says_where_the_statement_belongs(policy: str, place: str) -> None:
    action = "lambda:GetFunction"
    error = denied(
        f"User: {WHO} is not authorized to perform: {action} on resource: {ARN} because no {policy} allows the {action} action"
    )
    assert error.why.endswith(f": no {policy} allows it.")
    assert error.fix.startswith(f"add to {place}")
    assert pasted(error)["Action"] == action


@pytest.mark.parametrize(
    ("policy", "place"),
    [
        ("an identity-based policy", "a policy of that identity"),
        ("a resource-based policy", "the policy of the resource itself"),
        ("a permissions boundary", "the permissions boundary of that identity"),
        ("a session policy", "the session policy that"),
        ("a service control policy", "the organization's service control policies"),
        ("a resource control policy", "the organization's resource control policies"),
        ("a VPC endpoint policy", "the policy of the VPC endpoint"),
    ],
)
@pytest.mark.parametrize("end", ["", ".", ": arn:aws:organizations::1:policy/o-1/service_control_policy/p-1"])
def test_an_explicit_deny_is_not_answered_with_the_advice_to_allow(policy: str, place: str, end: str) -> None:
    error = denied(
        f'User: {WHO} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::b/k" '
        f"with an explicit deny in {policy}{end}"
    )
    kind = policy.partition(" ")[2]
    assert f"{kind} denies s3:PutObject on arn:aws:s3:::b/k to {WHO} explicitly" in error.why
    assert place in error.fix
    assert '"Allow"' not in error.fix


def test_an_explicit_deny_that_names_no_policy_is_explained_as_well() -> None:
    error = denied(
        f"User: {WHO} is not authorized to perform: lambda:GetFunction on resource: {ARN} with an explicit deny"
    )
    assert "denies lambda:GetFunction" in error.why
    assert "Effect Deny" in error.fix


def test_without_a_user_and_a_resource_the_action_is_allowed_on_everything() -> None:
    error = denied("is not authorized to perform: lambda:ListLayerVersions")
    assert error.why.startswith("the identity of this run lacks the permission lambda:ListLayerVersions on *")
    assert pasted(error)["Resource"] == "*"


def test_what_a_layer_of_another_account_takes_is_said_after_the_statement() -> None:
    layer = "arn:aws:lambda:eu-west-1:210987654321:layer:deps:3"
    error = denied(
        f"User: {WHO} is not authorized to perform: lambda:GetLayerVersion on resource: {layer} because no …"
    )
    assert pasted(error)["Resource"] == layer
    assert "add-layer-version-permission" in error.fix


def test_the_actions_of_s3_have_names_of_their_own() -> None:
    assert s3_action("HeadObject") == "s3:GetObject"
    assert s3_action("PutBucketTagging") == "s3:PutBucketTagging"


@given(st.text(max_size=200))
def test_any_other_message_is_no_denial_or_a_whole_one(text: str) -> None:
    assert denial(text) is None or "is not authorized to perform" in text
    found = denial(f"User: u is not authorized to perform: a:B on resource: {text}")
    assert found is not None
    assert json.loads(statement(found.action, found.resource))["Action"] == "a:B"
