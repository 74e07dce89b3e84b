"""The least policy that a configuration needs, from the table of rights. Pure.

    statements = policy(settings, account="123456789012", region="eu-west-1", verbs={"plan"})
    document(statements)        {"Version": "2012-10-17", "Statement": [{"Sid": …, "Effect": "Allow", …}, …]}

What the functions have in common is one statement: IAM takes 6,144 characters in a managed policy, 10,240 inside a role.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lambda_ci.deploy.iam.scope import Scope
from lambda_ci.deploy.iam.table import RIGHTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from pydantic import JsonValue

    from lambda_ci.deploy.iam.scope import Condition, Right
    from lambda_ci.model.settings import Settings

VERBS = frozenset({"build", "plan", "deploy", "status", "rollback", "invoke", "prune", "destroy"})
"""The verbs that ask AWS for something."""
MANAGED, INLINE = 6144, 10240
"""Characters without white space that IAM takes in a managed policy, and in all policies inside a role together.
Source: IAM user guide, "IAM and AWS STS quotas"."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement with Effect Allow. ``actions`` in order, each with when it is needed in words (empty: always)."""

    sid: str
    actions: Mapping[str, str]
    resources: tuple[str, ...]
    condition: Condition = field(default_factory=dict)

    @property
    def document(self) -> dict[str, JsonValue]:
        """As IAM takes it."""
        condition = {operator: dict(keys) for operator, keys in self.condition.items()}
        return {
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": list(self.resources),
            **({"Condition": condition} if condition else {}),  # type: ignore[dict-item]
        }


def policy(
    settings: Settings, *, account: str, region: str, verbs: Collection[str] = VERBS, rights: Sequence[Right] = RIGHTS
) -> tuple[Statement, ...]:
    """What these verbs need for the functions of the settings. ``account``: 12 digits, or a word that stands for them."""
    found: dict[tuple[tuple[str, ...], str], Statement] = {}
    for right in rights:
        if not right.verbs & set(verbs):
            continue
        for condition, resources in _resources(right, settings, account=account, region=region):
            key = resources, json.dumps(condition, sort_keys=True)
            before = found.get(key) or Statement(
                sid=_sid(right.feature), actions={}, resources=resources, condition=condition
            )
            found[key] = replace(before, actions=_told(before.actions, right))
    return _numbered(tuple(replace(one, actions=dict(sorted(one.actions.items()))) for one in found.values()))


def document(statements: Sequence[Statement]) -> dict[str, JsonValue]:
    """The policy as IAM takes it."""
    return {"Version": "2012-10-17", "Statement": [one.document for one in statements]}


def size(statements: Sequence[Statement]) -> int:
    """Characters as IAM counts them."""
    return len(json.dumps(document(statements), separators=(",", ":")))


def _resources(
    right: Right, settings: Settings, *, account: str, region: str
) -> Iterator[tuple[Condition, tuple[str, ...]]]:
    """What all functions together need it on, under each condition."""
    found: dict[str, dict[str, None]] = {}
    for function in settings.functions:
        scope = Scope(function=function, settings=settings, account=account, region=region)
        if right.needed(scope):
            found.setdefault(json.dumps(right.condition(scope)), {}).update(dict.fromkeys(right.on(scope)))
    for condition, resources in found.items():
        if resources:
            yield json.loads(condition), tuple(resources)


def _told(actions: Mapping[str, str], right: Right) -> dict[str, str]:
    """What is needed always for one verb has no condition."""
    return {**actions, **{one: right.when and actions.get(one, right.when) for one in right.actions}}


def _sid(feature: str) -> str:
    """IAM takes letters and digits."""
    return re.sub("[^A-Za-z0-9]", "", feature.title())


def _numbered(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """With each name once: several statements of a feature are counted from the second on."""
    seen: dict[str, int] = {}
    named = []
    for one in statements:
        seen[one.sid] = seen.get(one.sid, 0) + 1
        named.append(replace(one, sid=one.sid if seen[one.sid] == 1 else f"{one.sid}{seen[one.sid]}"))
    return tuple(named)
