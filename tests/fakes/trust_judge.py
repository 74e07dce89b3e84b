"""Whether AWS would let an identity token take a role, by the role's trust policy.

Source: IAM user guide, "IAM JSON policy elements: Condition operators" and "Multivalued context keys".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Document = Any


def admits(policy: Document, token: Mapping[str, str]) -> bool:
    """``token``: the claims, ``iss`` among them."""
    return any(_admits(statement, token) for statement in policy["Statement"])


def _admits(statement: Document, token: Mapping[str, str]) -> bool:
    provider = token["iss"].removeprefix("https://")
    named = statement["Principal"]["Federated"].split(":oidc-provider/")[1]
    assert statement["Effect"] == "Allow"
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert set(statement["Condition"]) <= {"StringEquals", "StringLike"}
    return named == provider and all(
        _holds(operator, values, token.get(key.removeprefix(f"{provider}:")))
        for operator, keys in statement["Condition"].items()
        for key, values in keys.items()
    )


def _holds(operator: str, values: Document, claim: str | None) -> bool:
    if claim is None:
        return False
    wanted = [values] if isinstance(values, str) else values
    if operator == "StringEquals":
        return claim in wanted
    return any(_pattern(one).fullmatch(claim) for one in wanted)


def _pattern(like: str) -> re.Pattern[str]:
    signs = {"*": ".*", "?": "."}
    return re.compile("".join(signs.get(sign) or re.escape(sign) for sign in like), re.DOTALL)
