"""What lambda-ci asks of AWS: each action with the verbs and the settings that need it, and on which resources. Pure.

Sources: Service Authorization Reference (which resources an action is judged on); "Working with Lambda permissions" in the
developer guide (what Lambda asks EC2, EFS, KMS and S3 with the caller's credentials).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lambda_ci.model.settings import Function, Settings
    from lambda_ci.model.spec.function import FunctionSpec

    Condition = Mapping[str, Mapping[str, str | tuple[str, ...]]]

EVERYTHING = ("*",)
"""For actions that AWS judges on no resource."""
_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eusc-": "aws-eusc",
}
"""By the beginning of a region's name. Source: botocore's partitions.json."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """One function of the settings, in one account (12 digits) and region."""

    function: Function
    settings: Settings
    account: str
    region: str

    @property
    def partition(self) -> str:
        """Of the region; ``aws`` for one that nobody knows."""
        return next((name for start, name in _PARTITIONS.items() if self.region.startswith(start)), "aws")

    def arn(self, service: str, resource: str) -> str:
        """Of something in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def bucket(self, name: str) -> str:
        """A bucket, or with ``/`` and a pattern what is in it."""
        return f"arn:{self.partition}:s3:::{name}"

    def key(self, named: str) -> str:
        """A KMS key by its ARN or its id; by an alias any key, which a condition (``aliased``) narrows down."""
        account, _, alias = named.rpartition("alias/")
        if alias == named:
            return named if named.startswith("arn:") else self.arn("kms", f"key/{named}")
        return f"{account}key/*" if account else self.arn("kms", "key/*")


@dataclass(frozen=True, kw_only=True)
class Right:
    """Actions that are needed together. ``when``: in words; ``needed`` the same, decided."""

    feature: str
    actions: tuple[str, ...]
    verbs: frozenset[str]
    on: Callable[[Scope], tuple[str, ...]]
    needed: Callable[[Scope], bool] = lambda _scope: True
    when: str = ""
    condition: Callable[[Scope], Condition] = lambda _scope: {}
    without: str = ""
    """What becomes of a run without them; empty: AWS denies it, and the run fails."""


def the_function(scope: Scope) -> tuple[str, ...]:
    """Without its versions and aliases."""
    return (scope.arn("lambda", f"function:{scope.function.function_name}"),)


def its_versions(scope: Scope) -> tuple[str, ...]:
    """And its aliases."""
    return (f"{the_function(scope)[0]}:*",)


def all_of_it(scope: Scope) -> tuple[str, ...]:
    """The function, its versions and its aliases: what AWS judges depends on how the request names it."""
    return (*the_function(scope), *its_versions(scope))


def everything(_scope: Scope) -> tuple[str, ...]:
    """No resource can be named."""
    return EVERYTHING


def whole(scope: Scope) -> bool:
    """Whether more than the code is deployed."""
    return scope.function.spec.mode == "full"


def has(member: str) -> Callable[[Scope], bool]:
    """Whether a member of Lambda's API is declared with a value."""
    return lambda scope: whole(scope) and bool(scope.function.spec.members.get(member))


def declared(test: Callable[[FunctionSpec], object]) -> Callable[[Scope], bool]:
    """Whether something of a function is declared, other than in code-only mode, which leaves it to others."""
    return lambda scope: whole(scope) and bool(test(scope.function.spec))


def the_member(member: str) -> Callable[[Scope], tuple[str, ...]]:
    """The ARN that a member holds."""
    return lambda scope: (str(scope.function.spec.members[member]),)


def passed_to(service: str) -> Callable[[Scope], Condition]:
    """A role is passed to this service only."""
    return lambda _scope: {"StringEquals": {"iam:PassedToService": service}}


def aliased(named: str) -> Condition:
    """Only keys with this alias, where a key is named by one."""
    alias = named.rpartition(":")[2]
    return {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}} if alias.startswith("alias/") else {}


def right(
    feature: str,
    actions: str,
    verbs: str,
    on: Callable[[Scope], tuple[str, ...]],
    *,
    needed: Callable[[Scope], bool] = lambda _scope: True,
    when: str = "",
    without: str = "",
    condition: Callable[[Scope], Condition] = lambda _scope: {},
) -> Right:
    """A row; actions and verbs between spaces."""
    return Right(
        feature=feature,
        actions=tuple(actions.split()),
        verbs=frozenset(verbs.split()),
        on=on,
        needed=needed,
        when=when,
        without=without,
        condition=condition,
    )
