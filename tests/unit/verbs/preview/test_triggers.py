"""Previews do not do the work of the real function a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.pull_requests import Pulls

TRIGGERS = "    triggers: [{schedule: rate(1 hour)}]\n"
ROLE = "role: 'arn:aws:iam::123456789012:role/scheduler'"
OWN = (
    "url: {auth-type: NONE}, triggers: [{schedule: {expression: rate(1 day), name: own}}, "
    f"{{schedule: {{expression: rate(1 day), name: zoned, {ROLE}}}}}]}}"
)


def declare(pulls: Pulls, *, own: bool) -> None:
    path = pulls.cli.folder / "lambda-ci.yml"
    text = path.read_text("utf-8").replace("    smoke:", f"{TRIGGERS}    smoke:")
    path.write_text(text.replace("url: {auth-type: NONE}}", OWN) if own else text, "utf-8")


def test_a_preview_has_no_triggers_and_says_so(pulls: Pulls, aws: AwsServer) -> None:
    declare(pulls, own=False)
    ran = pulls("opened")
    assert ran.code == 0, ran.err
    assert ran.function("orders")["triggers-off"] == ["schedule rate(1 hour)"]
    assert "= schedule rate(1 hour): off, because this is a preview" in ran.err
    assert aws.events.rules == {}
    assert "PutRule" not in aws.operations


def test_what_its_stage_says_itself_is_made_and_goes_with_it(pulls: Pulls, aws: AwsServer) -> None:
    declare(pulls, own=True)
    ran = pulls("opened")
    assert ran.code == 0, ran.err
    assert (set(aws.events.rules), set(aws.scheduler.schedules)) == (
        {"shop-orders-pr-2-live-own"},
        {"shop-orders-pr-2-live-zoned"},
    )
    declare_none = (pulls.cli.folder / "lambda-ci.yml").read_text("utf-8").replace(OWN, "url: {auth-type: NONE}}")
    (pulls.cli.folder / "lambda-ci.yml").write_text(declare_none, "utf-8")
    assert pulls("synchronize").code == 0
    assert (aws.events.rules, aws.scheduler.schedules) == ({}, {}), "what the stage said is not declared any more"


def test_closing_removes_the_rules_of_the_preview(pulls: Pulls, aws: AwsServer) -> None:
    declare(pulls, own=True)
    pulls("opened")
    pulls.pull.state = "closed"
    ran = pulls("closed")
    assert (aws.functions, aws.events.rules, aws.scheduler.schedules) == ({}, {}, {})
    assert {"shop-orders-pr-2-live-own", "shop-orders-pr-2-live-zoned"} < set(ran.function("orders")["removed"])
