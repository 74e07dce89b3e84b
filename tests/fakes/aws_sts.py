"""STS: who somebody is, and roles for those who may take them. Its messages are those of the service."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.fakes.aws_lambda import Answer
from tests.fakes.aws_strict import AwsRefusal, JsonObject

_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


@dataclass
class FakeSts:
    """``tokens``: the identity tokens that are trusted; an empty set trusts none."""

    account: str
    tokens: set[str] = field(default_factory=set)
    old: set[str] = field(default_factory=set)
    """Those that are not good any more."""
    chained: bool = True
    """Whether signed callers may take roles."""
    refusals: int = 0
    """How many more times a role is refused, as after a change of its trust policy."""
    seconds: int = 3600
    """The longest that credentials of the role may last."""
    expired: bool = False
    """Whether they last a second only."""
    taken: list[JsonObject] = field(default_factory=list)

    def answer(self, operation: str, request: JsonObject, *, signed: bool) -> Answer:
        if operation == "GetCallerIdentity":
            inner = (
                f"<Account>{self.account}</Account><Arn>arn:aws:iam::{self.account}:user/ci</Arn><UserId>AIDA</UserId>"
            )
            return _xml(operation, inner)
        if operation == "AssumeRoleWithWebIdentity" and not signed:
            if request.get("WebIdentityToken") in self.old:
                raise AwsRefusal(
                    400, "ExpiredTokenException", "Token expired: it must be before the expiration date/time"
                )
            trusted = request.get("WebIdentityToken") in self.tokens
            return self._assumed(operation, request, trusted=trusted)
        if operation == "AssumeRole" and signed:
            return self._assumed(operation, request, trusted=self.chained)
        raise AwsRefusal(403, "MissingAuthenticationToken", "Request is missing Authentication Token")

    def _assumed(self, operation: str, request: JsonObject, *, trusted: bool) -> Answer:
        name = request["RoleSessionName"]
        if not _NAME.fullmatch(name):
            text = f"1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: Member must "
            raise AwsRefusal(400, "ValidationError", text + r"satisfy regular expression pattern: [\w+=,.@-]*")
        if int(request.get("DurationSeconds", 3600)) > self.seconds:
            text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
            raise AwsRefusal(400, "ValidationError", text)
        if not trusted or self.refusals:
            self.refusals = max(self.refusals - 1, 0)
            raise AwsRefusal(403, "AccessDenied", f"Not authorized to perform sts:{operation}")
        self.taken.append(request)
        number = len(self.taken)
        lasts = datetime.now(UTC) + timedelta(seconds=1 if self.expired else int(request.get("DurationSeconds", 3600)))
        inner = (
            f"<Credentials><AccessKeyId>ASIAFAKE{number:08d}</AccessKeyId><SecretAccessKey>secret-of-the-role-{number}"
            f"</SecretAccessKey><SessionToken>token-of-the-role-{number}</SessionToken>"
            f"<Expiration>{lasts:%Y-%m-%dT%H:%M:%SZ}</Expiration></Credentials>"
            f"<AssumedRoleUser><Arn>{request['RoleArn']}/{name}</Arn><AssumedRoleId>AROA:{name}</AssumedRoleId></AssumedRoleUser>"
        )
        return _xml(operation, inner)


def _xml(operation: str, inner: str) -> Answer:
    text = (
        f'<{operation}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        f"<{operation}Result>{inner}</{operation}Result></{operation}Response>"
    )
    return Answer(payload=text.encode(), headers={"Content-Type": "text/xml"})
