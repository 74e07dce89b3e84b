"""Whom a role on AWS may be taken by: what is wished for, and the trust policy that comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Who shall be trusted: runs of ``repository`` for these branches, tags, environments or pull requests; with none of them, nobody.

    ``identity``: GitHub's numbers of owner and repository, empty where they are not known. ``origin``: CircleCI's name of
    the repository that the code comes from (``github.com/team/shop``). Empty ``issuer`` and ``audience``: the system's own.
    """

    system: str
    repository: str
    branches: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    pull_requests: bool = False
    account: str = "ACCOUNT"
    partition: str = "aws"
    issuer: str = ""
    audience: str = ""
    identity: tuple[str, str] | None = None
    origin: str = ""


@dataclass(frozen=True, kw_only=True)
class Trust:
    """``subjects`` are patterns (``*``, ``?``) of the tokens' claim ``sub``; ``claims`` are others that must be equal."""

    issuer: str
    audience: str
    subjects: tuple[str, ...]
    claims: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """For people: what the patterns let in, and what the tokens cannot tell."""
    account: str
    partition: str

    @property
    def provider(self) -> str:
        """Its name on AWS, and what the names of conditions begin with."""
        return self.issuer.removeprefix("https://")

    @property
    def document(self) -> dict[str, JsonValue]:
        """The trust policy as IAM takes it."""
        equal: dict[str, JsonValue] = {f"{self.provider}:aud": self.audience}
        equal |= {f"{self.provider}:{name}": value for name, value in self.claims.items()}
        subject: JsonValue = self.subjects[0] if len(self.subjects) == 1 else list(self.subjects)
        patterns = any("*" in one or "?" in one for one in self.subjects)
        condition: dict[str, JsonValue] = {"StringEquals": equal}
        if patterns:
            condition["StringLike"] = {f"{self.provider}:sub": subject}
        else:
            equal[f"{self.provider}:sub"] = subject
        principal = f"arn:{self.partition}:iam::{self.account}:oidc-provider/{self.provider}"
        statement: dict[str, JsonValue] = {
            "Effect": "Allow",
            "Principal": {"Federated": principal},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": condition,
        }
        return {"Version": "2012-10-17", "Statement": [statement]}
