"""Deleting old versions: which ones nothing holds (pure), and the requests that delete them.

A version is held by an alias or its weights, by an alias's history (a rollback may go there), by provisioned concurrency, by a
policy of its own (somebody invokes it by its number) and by an event source mapping.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import ABSENT, Refusal, asking, unless_absent
from lambda_ci.deploy.live import look
from lambda_ci.deploy.ownership import check_owned
from lambda_ci.deploy.resources.alias import aliases
from lambda_ci.deploy.triggers.mappings import listed
from lambda_ci.deploy.versions import versions
from lambda_ci.deploy.writes.retry import Persistence, Trouble, trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import (
        ListProvisionedConcurrencyConfigsResponseTypeDef,
        ProvisionedConcurrencyConfigListItemTypeDef,
    )

    from lambda_ci.deploy.resources.alias import Alias
    from lambda_ci.deploy.services import Services

_UNPROVISIONED = "ProvisionedConcurrencyConfigNotFoundException"
"""What the embedded AWS answers where Lambda has an empty list."""


@dataclass(frozen=True, kw_only=True)
class Pruning:
    """What goes, oldest first, and what stays, with the reason. Versions by number."""

    function_arn: str
    goes: tuple[str, ...]
    stays: Mapping[str, str]


def survey(function_name: str, *, keep: int, project: str, services: Services) -> Pruning | None:
    """Decide; nothing is deleted. ``None`` where there is no such function.

    Raises ``AwsError`` where the function is not this project's.
    """
    client = services.aws.lambda_client()
    live = look(client, function_name)
    if live is None:
        return None
    check_owned(live, function_name, project=project)
    held = {**holds(aliases(client, function_name), keep=keep), **_provisioned(client, function_name)}
    goes, stays = choose([one.number for one in versions(client, function_name)], held, keep=keep)
    used = {number: reason for number in goes if (reason := _direct_use(client, function_name, number))}
    return Pruning(
        function_arn=live.function_arn,
        goes=tuple(number for number in goes if number not in used),
        stays={**stays, **used},
    )


def holds(found: Iterable[Alias], *, keep: int) -> dict[str, str]:
    """The versions that aliases hold, with the reason. Of each history the ``keep`` newest. Pure."""
    held: dict[str, str] = {}
    for alias in found:
        for number in alias.history.previous[: max(keep - 1, 0)]:
            held.setdefault(number, f"history of {alias.name}")
    for alias in found:
        for number in (alias.version, *alias.weights):
            held[number] = f"alias {alias.name}"
    return held


def choose(numbers: Sequence[str], held: Mapping[str, str], *, keep: int) -> tuple[tuple[str, ...], dict[str, str]]:
    """What goes and what stays, of versions oldest first. Pure."""
    newest = set(numbers[max(len(numbers) - keep, 0) :])
    reasons = {
        number: held.get(number) or f"one of the {keep} newest" for number in numbers if number in {*held, *newest}
    }
    return tuple(number for number in numbers if number not in reasons), dict(reversed(reasons.items()))


def prune(function_name: str, pruning: Pruning, services: Services) -> Iterator[tuple[str, str]]:
    """Delete one after the other: each version with AWS's words where it will not delete it, empty where it is gone.

    Deleting twice does it once. Raises ``AwsError``.
    """
    for number in pruning.goes:
        yield number, _delete(function_name, number, services)


def _delete(function_name: str, number: str, services: Services) -> str:
    """Why it stays; empty where it is gone."""
    client = services.aws.lambda_client()
    persistence, doing = (
        Persistence(f"version {number} of {function_name}", services),
        f"delete version {number} of {function_name}",
    )
    while True:
        try:
            with asking(doing):
                complete(client.delete_function(FunctionName=function_name, Qualifier=number), doing=doing)
        except Refusal as refusal:
            if refusal.code == ABSENT:
                return ""
            if refusal.code in {"ResourceConflictException", "InvalidParameterValueException"} and (
                trouble(refusal) is not Trouble.BUSY
            ):
                return refusal.message
            persistence.endure(refusal)
        else:
            return ""


def _provisioned(client: LambdaClient, function_name: str) -> dict[str, str]:
    doing = f"list the provisioned concurrency of {function_name}"
    pages = client.get_paginator("list_provisioned_concurrency_configs").paginate(FunctionName=function_name)
    found = unless_absent(
        lambda: [one for page in pages for one in _warm(page, doing)], doing=doing, codes={_UNPROVISIONED}
    )
    return {one.get("FunctionArn", "").rpartition(":")[2]: "provisioned concurrency" for one in found or ()}


def _warm(
    page: ListProvisionedConcurrencyConfigsResponseTypeDef, doing: str
) -> list[ProvisionedConcurrencyConfigListItemTypeDef]:
    complete(page, "ProvisionedConcurrencyConfigs", doing=doing)
    return page["ProvisionedConcurrencyConfigs"]


def _direct_use(client: LambdaClient, function_name: str, number: str) -> str:
    """Who uses the version by its number; empty where nobody does."""
    if _has_policy(client, function_name, number):
        return "a policy of its own"
    return "an event source mapping" if listed(client, f"{function_name}:{number}") else ""


def _has_policy(client: LambdaClient, function_name: str, number: str) -> bool:
    doing = f"read the policy of version {number} of {function_name}"
    answer = unless_absent(lambda: client.get_policy(FunctionName=function_name, Qualifier=number), doing=doing)
    if answer is not None:
        complete(answer, "Policy", doing=doing)
    return answer is not None
