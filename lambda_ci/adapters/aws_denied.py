"""What AWS says when it denies a request: who lacks which action on what, which kind of policy is in the way, and the statement
that is missing.

Wordings: IAM user guide, "Troubleshoot access denied error messages".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from lambda_ci.adapters.aws_advice import OTHERS, Advice
from lambda_ci.model.scheduler_role import SERVICE as SCHEDULER

_DENIED = re.compile(
    r"^(?:User: (?P<who>\S+) )?is not authorized to perform: (?P<action>[\w-]+:\w+)"
    r"(?: on resource: (?P<resource>\S+))?"
)
_UNALLOWED = re.compile(r"because no (?P<policy>[\w -]+?) allows the ")
_FORBIDDEN = re.compile(r"with an explicit deny(?: in an? (?P<policy>[A-Za-z -]+))?")
_VERSION = re.compile(r"(arn:[\w-]+:lambda:[^:]+:\d+:function:[\w-]+):[\w$-]+")
_IDENTITY = "identity-based policy"

_PLACES = {
    _IDENTITY: "a policy of that identity",
    "resource-based policy": "the policy of the resource itself; it belongs to another account, or takes nobody else",
    "permissions boundary": "the permissions boundary of that identity as well: what it leaves out, no policy can give",
    "session policy": "the session policy that the credentials were taken with (inline-session-policy or "
    "managed-session-policies of configure-aws-credentials, --policy of assume-role)",
    "service control policy": "the organization's service control policies; an administrator of the organization can",
    "resource control policy": "the organization's resource control policies; an administrator of the organization can",
    "VPC endpoint policy": "the policy of the VPC endpoint that the request went through",
    "role trust policy": "the trust policy of the role",
}
"""By the kind of policy in AWS's words, where a statement that allows the action belongs."""

_S3_ACTIONS = {
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "HeadObject": "GetObject",
    "HeadBucket": "ListBucket",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
}
"""By S3's operation, the action that allows it where that has another name."""

_TAKERS = {"CreateSchedule": SCHEDULER, "UpdateSchedule": SCHEDULER}
"""By operation, the service that a role is passed to; Lambda for the rest."""


@dataclass(frozen=True)
class Denial:
    """``policy``: the kind of policy in AWS's words, empty where AWS does not say. ``explicit``: it forbids the action."""

    who: str
    action: str
    resource: str
    policy: str
    explicit: bool


def denial(message: str) -> Denial | None:
    """What AWS denied, and ``None`` where its words are others."""
    found = _DENIED.search(message)
    if not found:
        return None
    explicit = _FORBIDDEN.search(message)
    policy = explicit or _UNALLOWED.search(message)
    return Denial(
        who=found["who"] or "the identity of this run",
        action=found["action"],
        resource=(found["resource"] or "*").strip('".,;'),
        policy=((policy and policy["policy"]) or "").strip(),
        explicit=explicit is not None,
    )


def statement(action: str, resource: str, *, operation: str = "") -> str:
    """One statement of a policy as JSON. A version or an alias stands for all of its function: each deployment makes others.
    ``operation``: the request, which tells to whom a role is passed."""
    version = _VERSION.fullmatch(resource)
    on = [version[1], f"{version[1]}:*"] if version else resource
    allowed: dict[str, object] = {"Effect": "Allow", "Action": action, "Resource": on}
    if action == "iam:PassRole":
        allowed["Condition"] = {"StringEquals": {"iam:PassedToService": _TAKERS.get(operation, "lambda.amazonaws.com")}}
    return json.dumps(allowed)


def s3_action(operation: str) -> str:
    """The action that allows an operation of S3."""
    return f"s3:{_S3_ACTIONS.get(operation, operation)}"


def advice(denied: Denial, operation: str) -> Advice:
    """Why, and what to add or to change where. ``operation``: the request that was denied."""
    return _forbidden(denied) if denied.explicit else _unallowed(denied, operation)


def _unallowed(denied: Denial, operation: str) -> Advice:
    place = _PLACES.get(denied.policy or _IDENTITY, f"the {denied.policy}")
    because = f": no {denied.policy} allows it" if denied.policy not in {"", _IDENTITY} else ""
    return Advice(
        why=f"{denied.who} lacks the permission {denied.action} on {denied.resource}{because}.",
        fix=f"add to {place}: {statement(denied.action, denied.resource, operation=operation)}{OTHERS.get(denied.action, '')}",
    )


def _forbidden(denied: Denial) -> Advice:
    kind = denied.policy or "policy (of the identity, the resource, or the organization)"
    place = _PLACES.get(denied.policy, f"that {kind}").partition(";")[0].removesuffix(" as well")
    article = "An" if kind[0] in "aeiou" else "A"
    return Advice(
        why=f"{article} {kind} denies {denied.action} on {denied.resource} to {denied.who} explicitly; no other policy can "
        "allow it.",
        fix=f"take {denied.action} on {denied.resource} out of the statement with Effect Deny in {place}, or make an "
        "exception for this identity in its Condition",
    )
