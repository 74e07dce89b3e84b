"""The alias that callers use: read, created, moved. It only moves from where this run saw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_errors import Refusal, asking
from lambda_ci.deploy.answers import complete
from lambda_ci.model.history import History

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import AliasConfigurationResponseTypeDef, AliasConfigurationTypeDef

_EXACT = 0.00005
"""Half of a hundredth of a percent."""


@dataclass(frozen=True, kw_only=True)
class Alias:
    """An alias as it is."""

    function_name: str
    name: str
    version: str
    revision_id: str
    description: str
    weights: Mapping[str, float]
    """The part of the calls, between 0 and 1, that goes to other versions."""

    @property
    def split(self) -> bool:
        return bool(self.weights)

    def splits(self, weights: Mapping[str, float]) -> bool:
        """Whether the calls are split like this, as exactly as Lambda keeps it."""
        return self.weights.keys() == weights.keys() and all(
            abs(share - self.weights[version]) < _EXACT for version, share in weights.items()
        )

    @property
    def history(self) -> History:
        return History.parse(self.description, runs=self.version)


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
    return _alias(function_name, answer)


def aliases(client: LambdaClient, function_name: str) -> tuple[Alias, ...]:
    """Every alias of a function. One request for every 50."""
    with asking(f"list the aliases of {function_name}"):
        pages = client.get_paginator("list_aliases").paginate(FunctionName=function_name)
        return tuple(_alias(function_name, one) for page in pages for one in page["Aliases"])


def _alias(function_name: str, described: AliasConfigurationTypeDef | AliasConfigurationResponseTypeDef) -> Alias:
    return Alias(
        function_name=function_name,
        name=described.get("Name", ""),
        version=described.get("FunctionVersion", ""),
        revision_id=described.get("RevisionId", ""),
        description=described.get("Description", ""),
        weights=described.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}),
    )


def create_alias(client: LambdaClient, function_name: str, name: str, *, version: str) -> None:
    doing = f"create the alias {name} of {function_name}"
    with asking(doing):
        answer = client.create_alias(
            FunctionName=function_name,
            Name=name,
            FunctionVersion=version,
            Description=History().released(version).text,
        )
    complete(answer, "AliasArn", "FunctionVersion", doing=doing)


def move_alias(client: LambdaClient, alias: Alias, *, version: str, history: History) -> None:
    """All calls go to ``version`` from here on; a split ends. The history is written by the same request."""
    doing = f"move the alias {alias.name} of {alias.function_name} to version {version}"
    with asking(doing):
        answer = client.update_alias(
            FunctionName=alias.function_name,
            Name=alias.name,
            FunctionVersion=version,
            Description=history.text,
            RoutingConfig={"AdditionalVersionWeights": {}},
            **({"RevisionId": alias.revision_id} if alias.revision_id else {}),
        )
    complete(answer, "AliasArn", "FunctionVersion", doing=doing)


def weigh_alias(client: LambdaClient, alias: Alias, *, weights: Mapping[str, float]) -> None:
    """A part of the calls to other versions; none: all calls to the alias's own again."""
    doing = f"split the calls of {alias.name} of {alias.function_name}"
    with asking(doing):
        answer = client.update_alias(
            FunctionName=alias.function_name,
            Name=alias.name,
            FunctionVersion=alias.version,
            RoutingConfig={"AdditionalVersionWeights": weights},
            **({"RevisionId": alias.revision_id} if alias.revision_id else {}),
        )
    complete(answer, "AliasArn", "FunctionVersion", doing=doing)
