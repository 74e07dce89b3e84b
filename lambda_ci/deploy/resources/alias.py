"""The alias that callers use: read, created, moved. It only moves from where this run saw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_errors import Refusal, asking
from lambda_ci.deploy.answers import complete

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@dataclass(frozen=True, kw_only=True)
class Alias:
    """An alias as it is. ``split``: a part of the calls goes to another version."""

    function_name: str
    name: str
    version: str
    revision_id: str
    split: bool


def read_alias(client: LambdaClient, function_name: str, name: str) -> Alias | None:
    """``None`` where there is no such alias."""
    doing = f"read the alias {name} of {function_name}"
    try:
        with asking(doing):
            answer = client.get_alias(FunctionName=function_name, Name=name)
    except Refusal as refusal:
        if refusal.code == "ResourceNotFoundException":
            return None
        raise
    complete(answer, "AliasArn", "FunctionVersion", doing=doing)
    return Alias(
        function_name=function_name,
        name=name,
        version=answer["FunctionVersion"],
        revision_id=answer.get("RevisionId", ""),
        split=bool(answer.get("RoutingConfig", {}).get("AdditionalVersionWeights")),
    )


def create_alias(client: LambdaClient, function_name: str, name: str, *, version: str) -> None:
    doing = f"create the alias {name} of {function_name}"
    with asking(doing):
        answer = client.create_alias(FunctionName=function_name, Name=name, FunctionVersion=version)
    complete(answer, "AliasArn", "FunctionVersion", doing=doing)


def move_alias(client: LambdaClient, alias: Alias, *, version: str) -> None:
    """All calls go to ``version`` from here on; a split ends."""
    doing = f"move the alias {alias.name} of {alias.function_name} to version {version}"
    with asking(doing):
        answer = client.update_alias(
            FunctionName=alias.function_name,
            Name=alias.name,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": {}},
            **({"RevisionId": alias.revision_id} if alias.revision_id else {}),
        )
    complete(answer, "AliasArn", "FunctionVersion", doing=doing)
