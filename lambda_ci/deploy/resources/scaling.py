"""How many environments a version has on the instances of a capacity provider. Each version has a setting of its own, so every new
version is given it before it is tested."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import unless_absent
from lambda_ci.deploy.writes.alias import Work, carry_out
from lambda_ci.deploy.writes.waiting import Wait, wait
from lambda_ci.model.change import Action, Change, FieldChange, Resource
from lambda_ci.model.naming import kebab

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import FunctionScalingConfigTypeDef

    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.services import Services


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


def scaling_change(desired: Desired, seen: Mapping[str, int]) -> Change | None:
    """What has to change; ``None``: nothing. Pure."""
    fields = tuple(
        FieldChange(field=kebab(name), before=str(seen.get(name, "")), after=str(count))
        for name, count in _declared(desired).items()
        if seen.get(name) != count
    )
    if not fields:
        return None
    return Change(resource=Resource.SCALING, action=Action.UPDATE if seen else Action.CREATE, fields=fields)


def put_scaling(desired: Desired, version: str, services: Services) -> None:
    """The version with the declared scaling, ready. AWS replaces the whole, so what is not declared is sent as it is."""
    client, name = services.aws.lambda_client(), desired.function_name
    doing = f"write the scaling of {name}:{version}"

    def send(seen: Mapping[str, int]) -> Mapping[str, int]:
        wanted = {**seen, **_declared(desired)}
        answer = client.put_function_scaling_config(
            FunctionName=name, Qualifier=version, FunctionScalingConfig=cast("FunctionScalingConfigTypeDef", wanted)
        )
        complete(answer, "FunctionState", doing=doing)
        return wanted

    def look() -> Mapping[str, int]:
        return read_scaling(client, name, version)

    work = Work(
        subject=f"{name}:{version}",
        doing=doing,
        needed=lambda seen: scaling_change(desired, seen) is not None,
        send=send,
        look=look,
    )
    carry_out(work, look(), services)
    wait(Wait(function_name=name, qualifier=version, after_write=True), services)


def _declared(desired: Desired) -> dict[str, int]:
    spec = desired.scaling
    if spec is None:
        return {}
    counts = {
        "MinExecutionEnvironments": spec.min_execution_environments,
        "MaxExecutionEnvironments": spec.max_execution_environments,
    }
    return {name: count for name, count in counts.items() if count is not None}
