"""A role taken for this run: with the CI system's identity token, or with the credentials that are there (role chaining).

Its credentials are fetched when the first request needs them, and again before they expire, each time with a fresh token.
Source: AWS STS, AssumeRole and AssumeRoleWithWebIdentity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from botocore.credentials import CredentialProvider, DeferredRefreshableCredentials

from lambda_ci.adapters.aws_errors import Refusal, asking
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.session import Session
    from mypy_boto3_sts import STSClient
    from mypy_boto3_sts.type_defs import (
        AssumeRoleRequestTypeDef,
        AssumeRoleWithWebIdentityRequestTypeDef,
        CredentialsTypeDef,
    )

    from lambda_ci.console import Console

_NEW_TRUST = 4
"""Times that a refusal is taken for a trust policy that is too new to be known everywhere."""
_PAUSE = 2.0
_OLD_TOKEN = frozenset({"ExpiredToken", "ExpiredTokenException"})
_ILLEGAL = re.compile(r"[^\w+=,.@]+", re.ASCII)
_LONGEST_NAME = 64
_RUNS = (
    ("GITHUB_REPOSITORY", "GITHUB_RUN_ID"),
    ("CI_PROJECT_PATH", "CI_JOB_ID"),
    ("BITBUCKET_REPO_FULL_NAME", "BITBUCKET_BUILD_NUMBER"),
    ("CIRCLE_PROJECT_REPONAME", "CIRCLE_BUILD_NUM"),
    ("BUILD_REPOSITORY_NAME", "BUILD_BUILDID"),
    ("JOB_NAME", "BUILD_NUMBER"),
)


def session_name(environ: Mapping[str, str]) -> str:
    """What CloudTrail shows: the repository and the run, in the characters that AWS takes (2 to 64). A long repository gives way."""
    repository, run = next((names for names in _RUNS if environ.get(names[0])), ("", ""))
    who, number = (
        _ILLEGAL.sub("-", text) for text in (f"lambda-ci-{environ.get(repository, '')}", environ.get(run, ""))
    )
    number = f"-{number[: _LONGEST_NAME // 2]}" if number else ""
    return who.rstrip("-")[: _LONGEST_NAME - len(number)] + number


@dataclass(frozen=True, kw_only=True)
class Role:
    """What is asked for. ``seconds`` that the credentials last; 0: AWS's default."""

    arn: str
    session: str
    seconds: int = 0

    @property
    def audience(self) -> str:
        """Whom a token is for, in the partition of the role."""
        return "sts.amazonaws.com.cn" if self.arn.startswith("arn:aws-cn:") else "sts.amazonaws.com"


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """How the role is taken. ``token`` is ``None`` where ``sts`` signs with credentials that are there."""

    role: Role
    sts: Callable[[], STSClient]
    token: Callable[[], str] | None
    console: Console

    def refresh(self) -> dict[str, str]:
        """New credentials, as botocore takes them. Raises ``AwsError``."""
        for attempt in range(_NEW_TRUST + 1):
            try:
                return self._masked(self._asked())
            except Refusal as refusal:
                if refusal.code != "AccessDenied" or attempt == _NEW_TRUST:
                    raise _refused(refusal, self) from refusal
                self.console.clock.sleep(_PAUSE)
        raise AssertionError

    def _asked(self) -> CredentialsTypeDef:
        request: AssumeRoleRequestTypeDef = {"RoleArn": self.role.arn, "RoleSessionName": self.role.session}
        if self.role.seconds:
            request["DurationSeconds"] = self.role.seconds
        token = self.token() if self.token else ""
        self.console.mask(token)
        with asking(f"take the role {self.role.arn}"):
            if self.token is None:
                return self.sts().assume_role(**request)["Credentials"]
            proven = cast("AssumeRoleWithWebIdentityRequestTypeDef", {**request, "WebIdentityToken": token})
            return self.sts().assume_role_with_web_identity(**proven)["Credentials"]

    def _masked(self, given: CredentialsTypeDef) -> dict[str, str]:
        for secret in (given["SecretAccessKey"], given["SessionToken"]):
            self.console.mask(secret)
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }


class _Renewed(DeferredRefreshableCredentials):
    """Renewed in the last five minutes: botocore begins fifteen before the end, which for the shortest session is at once."""

    _advisory_refresh_timeout = 5 * 60
    _mandatory_refresh_timeout = 2 * 60


class _Provider(CredentialProvider):
    METHOD = "lambda-ci-role"

    def __init__(self, assumption: Assumption) -> None:
        super().__init__()
        self._assumption = assumption

    def load(self) -> DeferredRefreshableCredentials:
        return _Renewed(self._assumption.refresh, self.METHOD)


def use(session: Session, assumption: Assumption) -> None:
    """The session's credentials are the role's from here on."""
    resolver = session.get_component("credential_provider")
    resolver.providers.insert(0, _Provider(assumption))


def _refused(refusal: Refusal, assumption: Assumption) -> AwsError:
    if refusal.code not in {"AccessDenied", "InvalidIdentityToken", "ValidationError", *_OLD_TOKEN}:
        return refusal
    if refusal.code in _OLD_TOKEN and assumption.token is None:
        return refusal
    if refusal.code in _OLD_TOKEN:
        fix = (
            "begin the job again: its identity token is only good for a while. Where the job takes longer than the credentials last, "
            "let them last longer (aws.role-duration-seconds, up to what the role allows), so that they need no renewal"
        )
    elif refusal.code == "ValidationError":
        fix = "correct aws.role-duration-seconds: the role's own maximum is the limit, and one hour where a role takes another"
    elif assumption.token:
        fix = (
            "let the role's trust policy allow sts:AssumeRoleWithWebIdentity to this CI system's identity provider, for the "
            f"audience {assumption.role.audience} and this repository, branch or environment; the provider must exist in that account"
        )
    else:
        fix = (
            "let the role's trust policy allow sts:AssumeRole to the identity of this run, and that identity to take it"
        )
    return AwsError(refusal.what, why=refusal.why, fix=fix)
