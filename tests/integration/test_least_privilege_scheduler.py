"""The least policy, as in ``test_least_privilege``, of a function that EventBridge Scheduler calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.test_least_privilege import account, agrees

if TYPE_CHECKING:
    from tests.fakes.least_privilege import Account

__all__ = ["account"]
ROLE = "arn:aws:iam::123456789012:role/scheduler"
TRIGGERS = f"""\
    triggers:
      - schedule: {{expression: rate(1 hour), name: a, role: "{ROLE}"}}
      - schedule: {{expression: rate(1 hour), name: b, role: "{ROLE}"}}
      - permission: {{principal: sns.amazonaws.com, source-arn: "arn:aws:sns:eu-west-1:123456789012:b"}}
"""


def test_what_scheduler_calls(account: Account) -> None:
    """Made, changed, removed, and taken along at the end."""
    known = {verb: account.plain(verb) for verb in ("plan", "deploy", "destroy")}
    account.write(1, more=TRIGGERS)
    account.learn("plan", given=known["plan"])
    account.learn("deploy", given=known["deploy"])
    changed = TRIGGERS.replace("1 hour), name: a", "2 hours), name: a").replace("name: b", "name: c")
    account.write(1, more=changed.replace("12:b", "12:c"))
    account.learn("plan")
    account.learn("deploy")
    account.learn("destroy", "--yes", given=known["destroy"])
    assert account.aws.scheduler.schedules == {}
    agrees(account)
