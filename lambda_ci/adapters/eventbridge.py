"""EventBridge, as far as a schedule needs it: a rule on the default bus, and what it calls.

Source: EventBridge API reference. PutRule and PutTargets replace what has the same name or id; PutTargets says with status 200 that it
did not work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambda_ci.adapters.aws_answers import check
from lambda_ci.adapters.aws_errors import ABSENT, asking, unless_absent
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Target:
    """``input``: the event as JSON; empty for EventBridge's own."""

    id: str
    arn: str
    input: str = ""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """``expression`` is empty for a rule that waits for events."""

    name: str
    arn: str
    expression: str
    enabled: bool
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True)
class EventBridge:
    """``client`` is boto3's. Everything raises ``AwsError``."""

    client: Any

    def find(self, name: str) -> Rule | None:
        """Two requests where the rule is there."""
        doing = f"read the rule {name}"
        found = unless_absent(lambda: self.client.describe_rule(Name=name), doing=doing)
        if found is None:
            return None
        check(found, doing, "Arn")
        return Rule(
            name=name,
            arn=found["Arn"],
            expression=found.get("ScheduleExpression", ""),
            enabled=found.get("State") != "DISABLED",
            targets=self._targets(name),
        )

    def put(self, rule: Rule, *, description: str, tags: Mapping[str, str]) -> None:
        """Without its targets. AWS ignores the tags where the rule is there already."""
        doing = f"write the rule {rule.name}"
        with asking(doing):
            answer = self.client.put_rule(
                Name=rule.name,
                ScheduleExpression=rule.expression,
                State="ENABLED" if rule.enabled else "DISABLED",
                Description=description,
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            )
        check(answer, doing, "RuleArn")

    def aim(self, name: str, target: Target) -> None:
        """Let the rule call this, beside whatever else it calls."""
        doing = f"let the rule {name} call {target.arn}"
        told = {"Id": target.id, "Arn": target.arn, **({"Input": target.input} if target.input else {})}
        with asking(doing):
            _check_entries(self.client.put_targets(Rule=name, Targets=[told]), doing)

    def forget(self, name: str, ids: tuple[str, ...]) -> None:
        """Let the rule no longer call these."""
        doing = f"take the targets off the rule {name}"
        answer = unless_absent(lambda: self.client.remove_targets(Rule=name, Ids=list(ids)), doing=doing)
        if answer is not None:
            _check_entries(answer, doing)

    def delete(self, name: str) -> None:
        """One without targets; that there is none is fine."""
        doing = f"delete the rule {name}"
        with asking(doing):
            check(self.client.delete_rule(Name=name), doing)

    def tags(self, arn: str) -> Mapping[str, str]:
        """None for a rule that is gone."""
        doing = f"read the tags of {arn}"
        found = unless_absent(lambda: self.client.list_tags_for_resource(ResourceARN=arn), doing=doing)
        if found is None:
            return {}
        check(found, doing, "Tags")
        return {one["Key"]: one["Value"] for one in found["Tags"]}

    def _targets(self, name: str) -> tuple[Target, ...]:
        doing = f"read what the rule {name} calls"
        answer = unless_absent(lambda: self.client.list_targets_by_rule(Rule=name), doing=doing, codes={ABSENT})
        if answer is None:
            return ()
        check(answer, doing, "Targets")
        return tuple(Target(id=one["Id"], arn=one["Arn"], input=one.get("Input", "")) for one in answer["Targets"])


def _check_entries(answer: Mapping[str, Any], doing: str) -> None:
    check(answer, doing, "FailedEntryCount")
    if answer["FailedEntryCount"]:
        failed: Mapping[str, Any] = next(iter(answer.get("FailedEntries", [])), {})
        raise AwsError(
            f"could not {doing}: {failed.get('ErrorMessage', 'AWS gave no reason')} ({failed.get('ErrorCode', 'FailedEntryCount')})",
            why="EventBridge answered with success, and did not do it.",
            fix="run this again",
        )
