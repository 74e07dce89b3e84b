"""What people read beside a policy: when its actions are needed, how large it is, and the commands that put it in place."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TRUST_FILE, POLICY_FILE = "trust.json", "policy.json"


def policy_notes(actions: Iterable[Mapping[str, str]], *, size: int, managed: int, inline: int) -> list[str]:
    """``actions``: for each statement, action → when it is needed (empty: always). ``size`` and limits in characters."""
    whens: dict[str, list[str]] = {}
    for action, when in (pair for statement in actions for pair in statement.items() if pair[1]):
        whens.setdefault(when, []).append(action)
    notes = [f"{', '.join(dict.fromkeys(names))}: {when}" for when, names in whens.items()]
    return [*notes, _size(size, managed=managed, inline=inline)]


def _size(size: int, *, managed: int, inline: int) -> str:
    told = f"{size:,} characters"
    if size <= managed:
        return f"{told}: fits into a managed policy ({managed:,})"
    if size <= inline:
        return f"{told}: too large for a managed policy ({managed:,}), fits into the role itself ({inline:,})"
    return f"{told}: IAM takes {inline:,} at most; print a policy for each part of the functions with --function"


def trust_commands(*, issuer: str, audience: str, account: str, reading: bool) -> Sequence[str]:
    """What is run once for an account and issuer, and then for the role, beside the files with the two policies.

    ``account``: empty where it is not known. ``reading``: the role is one for pull requests, whose code nobody has looked at, and gets the rights of ``plan`` only.
    """
    name = "plan" if reading else "deploy"
    policy = [
        "lambda-ci",
        "policy",
        *(["--verb", "plan"] if reading else []),
        *(["--account", account] if account else []),
    ]
    provider = ["aws", "iam", "create-open-id-connect-provider", "--url", issuer, "--client-id-list", audience]
    role = ["aws", "iam", "create-role", "--role-name", name, "--assume-role-policy-document", f"file://{TRUST_FILE}"]
    rights = ["aws", "iam", "put-role-policy", "--role-name", name, "--policy-name", "lambda-ci"]
    return (
        shlex.join(provider),
        shlex.join(role),
        f"{shlex.join(policy)} > {POLICY_FILE}",
        shlex.join([*rights, "--policy-document", f"file://{POLICY_FILE}"]),
    )
