"""Which build of the runtime a version gets. Each version has a setting of its own, so every new version is given it before it is
tested; that of $LATEST, which nobody calls, stays as it is.

Source: "Configuring Lambda runtime management settings" in the developer guide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import asking
from lambda_ci.deploy.writes.alias import Work, carry_out
from lambda_ci.model.change import Action, Change, FieldChange, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import PutRuntimeManagementConfigRequestTypeDef

    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.services import Services


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """Of one version. ``mode``: Auto, FunctionUpdate or Manual; ``arn`` of the build that Manual names."""

    mode: str
    arn: str = ""


def read_runtime(client: LambdaClient, function_name: str, version: str) -> Runtime:
    """Of a published version, by its number. Raises ``AwsError``."""
    doing = f"read the runtime management of {function_name}:{version}"
    with asking(doing):
        answer = client.get_runtime_management_config(FunctionName=function_name, Qualifier=version)
    complete(answer, "UpdateRuntimeOn", doing=doing)
    return Runtime(mode=answer["UpdateRuntimeOn"], arn=answer.get("RuntimeVersionArn") or "")


def runtime_change(desired: Desired, seen: Runtime | None) -> Change | None:
    """What has to change; ``None``: nothing. ``seen``: ``None`` for a version that is still to be published. Pure."""
    fields = tuple(_fields(desired, seen))
    if not fields:
        return None
    return Change(resource=Resource.RUNTIME_MANAGEMENT, action=Action.UPDATE if seen else Action.CREATE, fields=fields)


def put_runtime(desired: Desired, version: str, services: Services) -> None:
    """The version with the declared runtime management."""
    client, name = services.aws.lambda_client(), desired.function_name
    doing = f"write the runtime management of {name}:{version}"

    def send(_seen: Runtime | None) -> Runtime:
        answer = client.put_runtime_management_config(**_request(desired, version))
        complete(answer, "UpdateRuntimeOn", doing=doing)
        return Runtime(mode=answer["UpdateRuntimeOn"], arn=answer.get("RuntimeVersionArn") or "")

    work: Work[Runtime | None] = Work(
        subject=f"{name}:{version}",
        doing=doing,
        needed=lambda seen: runtime_change(desired, seen) is not None,
        send=send,
        look=lambda: read_runtime(client, name, version),
    )
    carry_out(work, None, services)


def _fields(desired: Desired, seen: Runtime | None) -> Iterator[FieldChange]:
    spec, before = desired.runtime_management, seen or Runtime(mode="")
    if spec is None:
        return
    if spec.update_runtime_on != before.mode:
        yield FieldChange(field="update-runtime-on", before=before.mode, after=spec.update_runtime_on)
    if spec.runtime_version_arn and spec.runtime_version_arn != before.arn:
        yield FieldChange(field="runtime-version-arn", before=before.arn, after=spec.runtime_version_arn)


def _request(desired: Desired, version: str) -> PutRuntimeManagementConfigRequestTypeDef:
    spec = desired.runtime_management
    assert spec is not None
    request: PutRuntimeManagementConfigRequestTypeDef = {
        "FunctionName": desired.function_name,
        "Qualifier": version,
        "UpdateRuntimeOn": spec.update_runtime_on,
    }
    if spec.runtime_version_arn:
        request["RuntimeVersionArn"] = spec.runtime_version_arn
    return request
