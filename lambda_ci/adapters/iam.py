"""IAM, as far as a function needs it: whether Lambda may take a role.

Source: IAM API reference, GetRole; "Lambda execution role" in the developer guide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambda_ci.adapters.aws_errors import Refusal, asking

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE = "lambda.amazonaws.com"


@dataclass(frozen=True)
class Iam:
    """``client`` is boto3's."""

    client: Any

    def distrusts(self, role: str) -> bool:
        """Whether the trust policy of the role (its ARN) is known, and does not name Lambda. What cannot be read is not known:
        the role may be too new, or ``iam:GetRole`` not allowed."""
        try:
            with asking(f"read whom the role {role} trusts"):
                answer = self.client.get_role(RoleName=role.rpartition("/")[2])
        except Refusal:
            return False
        document = answer.get("Role", {}).get("AssumeRolePolicyDocument")
        return isinstance(document, dict) and not any(_allows(one) for one in _listed(document.get("Statement")))


def _allows(statement: Mapping[str, Any]) -> bool:
    """Whatever its conditions say."""
    principal = statement.get("Principal")
    services = _listed(principal.get("Service")) if isinstance(principal, dict) else _listed(principal)
    is_taken = {"sts:AssumeRole", "sts:*", "*"} & set(_listed(statement.get("Action")))
    return statement.get("Effect") == "Allow" and bool(is_taken) and bool({SERVICE, "*"} & set(services))


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    return value if isinstance(value, list) else [] if value is None else [value]
