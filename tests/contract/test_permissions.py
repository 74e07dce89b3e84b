"""docs/permissions.md names what AWS asks for: everything that the program can request, and what a deployment did request."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from lambda_ci.adapters.aws_denied import s3_action, statement
from lambda_ci.deploy.iam.table import RIGHTS
from lambda_ci.model.spec.project import StagingSpec
from tests.fakes.aws_server import AwsServer, Request
from tests.fakes.deployment import Project

ROOT = Path(__file__).resolve().parents[2]
SERVICES = (
    "lambda",
    "s3",
    "ecr",
    "sts",
    "cloudwatch",
    "codeartifact",
    "codedeploy",
    "logs",
    "iam",
    "events",
    "scheduler",
)
NAMES = {
    "lambda:Invoke": ("lambda:InvokeFunction",),
    "lambda:InvokeWithResponseStream": ("lambda:InvokeFunction",),
    "lambda:GetLayerVersionByArn": ("lambda:GetLayerVersion",),
    "codeartifact:GetAuthorizationToken": ("codeartifact:GetAuthorizationToken", "sts:GetServiceBearerToken"),
}
"""Operations whose actions have other names, or that take two."""
BESIDE = {
    "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity",
    "codeartifact:GetAuthorizationToken", "codeartifact:ReadFromRepository", "sts:GetServiceBearerToken",
    "lambda:ListFunctions",
}  # fmt: skip
"""What the configuration does not tell: the identity before the role, package indexes, how previews are found without tags."""
NOT_AWS = {"create_connection"}
"""Methods of others that have the name of one of AWS's: that of Python's sockets."""
FREE = {"sts:GetCallerIdentity"}
"""Nobody needs to be allowed this."""


def documented() -> list[dict[str, Any]]:
    """All statements of the document."""
    text = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    return [one for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL) for one in json.loads(block)]


def actions() -> set[str]:
    named = [one["Action"] for one in documented()]
    return {action for one in named for action in ([one] if isinstance(one, str) else one)}


def actions_of(service: str, operation: str) -> tuple[str, ...]:
    name = s3_action(operation) if service == "s3" else f"{service}:{operation}"
    return NAMES.get(name, (name,))


@cache
def operations() -> dict[str, list[tuple[str, str]]]:
    """By the name of the client's method, the operations that it may stand for."""
    found: dict[str, list[tuple[str, str]]] = {}
    session = botocore.session.get_session()
    for service in SERVICES:
        for operation in session.get_service_model(service).operation_names:
            found.setdefault(xform_name(operation), []).append((service, operation))
    return found


def requested() -> dict[str, str]:
    """Methods of clients that the program calls, hands on or pages through, each with a file that does."""
    known = operations()
    found: dict[str, str] = {}
    for path in sorted((ROOT / "lambda_ci").rglob("*.py")):
        if {"local", "dispatch"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = (
                node.attr if isinstance(node, ast.Attribute) else node.value if isinstance(node, ast.Constant) else None
            )
            if isinstance(name, str) and name in known.keys() - NOT_AWS:
                found[name] = path.name
    return found


@pytest.mark.parametrize(("method", "file"), sorted(requested().items()))
def test_every_request_that_the_program_makes_is_in_the_document(method: str, file: str) -> None:
    choices = [set(actions_of(*one)) for one in operations()[method]]
    missing = [choice - actions() - FREE for choice in choices]
    assert not all(missing), f"{file} calls {method}: add {missing} to docs/permissions.md"


def test_the_document_has_what_the_policy_verb_prints_and_nothing_else() -> None:
    printed = {action for right in RIGHTS for action in right.actions}
    assert printed <= actions()
    assert actions() - printed == BESIDE


def test_everything_that_a_deployment_requests_is_in_the_document(tmp_path: Path) -> None:
    with AwsServer() as server:
        server.s3.buckets.clear()
        staging = StagingSpec.model_validate({"bucket": "artifacts", "create": True})
        project = Project(folder=tmp_path, server=server, staging=staging)
        large = project.package("large", padding=52_428_800)
        project.deploy(project.function(), project.package(), [project.layer()])
        project.deploy(project.function({"MemorySize": 512}), large, [project.layer("v2")])
        asked = {(_service(request), request.operation) for request in server.requests}
    needed = {action for one in asked for action in actions_of(*one)} - FREE
    assert {
        "lambda:CreateFunction",
        "lambda:UpdateFunctionCode",
        "lambda:PublishLayerVersion",
        "s3:CreateBucket",
    } <= needed
    assert needed <= actions()


def test_every_statement_of_the_document_is_one_that_iam_takes() -> None:
    for one in documented():
        assert {"Effect", "Action", "Resource"} <= set(one) <= {"Effect", "Action", "Resource", "Condition"}
        resources = one["Resource"]
        for resource in [resources] if isinstance(resources, str) else resources:
            assert resource == "*" or re.fullmatch(r"arn:aws:[a-z0-9]+:[^:]*:[^:]*:.+", resource)


def test_a_role_is_passed_to_lambda_only() -> None:
    passing = next(one for one in documented() if one["Action"] == "iam:PassRole")
    assert passing == json.loads(statement("iam:PassRole", passing["Resource"]))


def _service(request: Request) -> str:
    scope = re.search(r"/(\w+)/aws4_request", request.headers["authorization"])
    return scope[1] if scope else ""
