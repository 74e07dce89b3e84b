"""What AWS keeps apart from a function's configuration: its log group, whether it may call itself for ever, and what each of its
versions has of its own (the build of the runtime, the scaling on a capacity provider). Read only where it is declared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from lambda_ci.adapters.aws_errors import asking, unless_absent
from lambda_ci.deploy.answers import complete

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda import LambdaClient

    from lambda_ci.adapters.aws import Aws
    from lambda_ci.adapters.logs import LogGroup
    from lambda_ci.deploy.current import Live
    from lambda_ci.deploy.desired import Desired

_LATEST = "$LATEST"


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """Of one version. ``mode``: Auto, FunctionUpdate or Manual; ``arn`` of the build that Manual names."""

    mode: str
    arn: str = ""


@dataclass(frozen=True, kw_only=True)
class Apart:
    """As it is on AWS; empty where it is not there, or nobody asked."""

    log_group: LogGroup | None = None
    recursive_loop: str = ""
    """Terminate or Allow."""
    runtime: Runtime | None = None
    """Of the version that the alias runs."""
    scaling: Mapping[str, int] = field(default_factory=dict)
    """The same version's, under AWS's names, as it was asked for."""


def read_apart(aws: Aws, desired: Desired, latest: Live | None, released: Live | None) -> Apart:
    """One request for each thing declared; a function that does not exist can have a log group."""
    client, name = aws.lambda_client(), desired.function_name
    version = released.version if released and released.version != _LATEST else ""
    watched = desired.log_retention is not None
    return Apart(
        log_group=aws.logs().find(log_group_name(desired, latest)) if watched else None,
        recursive_loop=read_recursive_loop(client, name) if desired.recursive_loop and latest else "",
        runtime=read_runtime(client, name, version) if desired.runtime_management and version else None,
        scaling=read_scaling(client, name, version) if desired.scaling and version else {},
    )


def log_group_name(desired: Desired, latest: Live | None) -> str:
    """Where the function logs once it is as declared."""
    for members in (desired.members, latest.members if latest else {}):
        logging = members.get("LoggingConfig")
        if isinstance(logging, dict) and logging.get("LogGroup"):
            return str(logging["LogGroup"])
    return f"/aws/lambda/{desired.function_name}"


def read_recursive_loop(client: LambdaClient, function_name: str) -> str:
    doing = f"read what {function_name} may do about recursive loops"
    with asking(doing):
        answer = client.get_function_recursion_config(FunctionName=function_name)
    complete(answer, "RecursiveLoop", doing=doing)
    return answer["RecursiveLoop"]


def read_runtime(client: LambdaClient, function_name: str, version: str) -> Runtime:
    doing = f"read the runtime management of {function_name}:{version}"
    with asking(doing):
        answer = client.get_runtime_management_config(FunctionName=function_name, Qualifier=version)
    complete(answer, "UpdateRuntimeOn", doing=doing)
    return Runtime(mode=answer["UpdateRuntimeOn"], arn=answer.get("RuntimeVersionArn") or "")


def read_scaling(client: LambdaClient, function_name: str, version: str) -> dict[str, int]:
    """Empty where AWS chose."""
    doing = f"read the scaling of {function_name}:{version}"
    answer = unless_absent(
        lambda: client.get_function_scaling_config(FunctionName=function_name, Qualifier=version), doing=doing
    )
    if answer is None:
        return {}
    complete(answer, "FunctionArn", doing=doing)
    return cast("dict[str, int]", dict(answer.get("RequestedFunctionScalingConfig", {})))
