"""The alias that callers use: read, created, moved. It only moves from where this run saw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import asking, unless_absent
from lambda_ci.model.history import History

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import (
        AliasConfigurationResponseTypeDef,
        AliasConfigurationTypeDef,
        AliasRoutingConfigurationTypeDef,
        UpdateAliasRequestTypeDef,
    )

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
    answer = unless_absent(lambda: client.get_alias(FunctionName=function_name, Name=name), doing=doing)
    if answer is None:
        return None
    complete(answer, "AliasArn", "FunctionVersion", doing=doing)
    return _alias(function_name, answer)


def aliases(client: LambdaClient, function_name: str) -> tuple[Alias, ...]:
    """Every alias of a function. One request for every 50."""
    doing = f"list the aliases of {function_name}"
    found: list[Alias] = []
    with asking(doing):
        for page in client.get_paginator("list_aliases").paginate(FunctionName=function_name):
            complete(page, "Aliases", doing=doing)
            found.extend(_alias(function_name, one) for one in page["Aliases"])
    return tuple(found)


def _alias(function_name: str, described: AliasConfigurationTypeDef | AliasConfigurationResponseTypeDef) -> Alias:
    return Alias(
        function_name=function_name,
        name=described.get("Name", ""),
        version=described.get("FunctionVersion", ""),
        revision_id=described.get("RevisionId", ""),
        description=described.get("Description", ""),
        weights=described.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}),
    )


def create_alias(client: LambdaClient, function_name: str, name: str, *, version: str, history: History) -> Alias:
    """The new alias. As the other writes here: one request, whose failures the caller explains."""
    answer = client.create_alias(
        FunctionName=function_name, Name=name, FunctionVersion=version, Description=history.text
    )
    return _changed(function_name, answer, f"create the alias {name}")


def move_alias(client: LambdaClient, alias: Alias, *, version: str, history: History) -> Alias:
    """All calls go to ``version`` from here on; a split ends. The history is written by the same request."""
    whole: AliasRoutingConfigurationTypeDef = {"AdditionalVersionWeights": {}}
    request: UpdateAliasRequestTypeDef = {
        **_seen(alias),
        "FunctionVersion": version,
        "Description": history.text,
        "RoutingConfig": whole,
    }
    return _changed(alias.function_name, client.update_alias(**request), f"move the alias {alias.name} to {version}")


def weigh_alias(client: LambdaClient, alias: Alias, *, weights: Mapping[str, float]) -> Alias:
    """A part of the calls to other versions; none: all calls to the alias's own again."""
    split: AliasRoutingConfigurationTypeDef = {"AdditionalVersionWeights": weights}
    request: UpdateAliasRequestTypeDef = {**_seen(alias), "FunctionVersion": alias.version, "RoutingConfig": split}
    return _changed(alias.function_name, client.update_alias(**request), f"split the calls of the alias {alias.name}")


def describe_alias(client: LambdaClient, alias: Alias, *, history: History) -> Alias:
    """The history alone: somebody else moved the calls."""
    request: UpdateAliasRequestTypeDef = {**_seen(alias), "Description": history.text}
    return _changed(alias.function_name, client.update_alias(**request), f"describe the alias {alias.name}")


def _seen(alias: Alias) -> UpdateAliasRequestTypeDef:
    """The alias, as long as nobody else changes it."""
    address: UpdateAliasRequestTypeDef = {"FunctionName": alias.function_name, "Name": alias.name}
    return {**address, "RevisionId": alias.revision_id} if alias.revision_id else address


def _changed(function_name: str, answer: AliasConfigurationResponseTypeDef, doing: str) -> Alias:
    complete(answer, "AliasArn", "FunctionVersion", doing=f"{doing} of {function_name}")
    return _alias(function_name, answer)
