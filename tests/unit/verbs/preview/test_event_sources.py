"""Previews do not take the real function's messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.polled import FIFO, QUEUE, mappings

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.pull_requests import Pulls

TRIGGERS = f"    triggers: [{{event-source: '{QUEUE}'}}]\n"
OWN = f"url: {{auth-type: NONE}}, triggers: [{{event-source: '{FIFO}'}}]}}"


def test_a_preview_polls_only_what_its_stage_names_and_closing_ends_that(pulls: Pulls, aws: AwsServer) -> None:
    path = pulls.cli.folder / "lambda-ci.yml"
    text = path.read_text("utf-8").replace("    smoke:", f"{TRIGGERS}    smoke:")
    path.write_text(text, "utf-8")
    ran = pulls("opened")
    assert ran.code == 0, ran.err
    assert ran.function("orders")["triggers-off"] == [f"event-source {QUEUE}"]
    assert "ListEventSourceMappings" not in aws.operations
    path.write_text(text.replace("url: {auth-type: NONE}}", OWN), "utf-8")
    assert pulls("synchronize").code == 0
    assert [one["FunctionArn"].rpartition(":function:")[2] for one in mappings(aws)] == ["orders-pr-2:live"]
    pulls.pull.state = "closed"
    ran = pulls("closed")
    assert (aws.functions, mappings(aws)) == ({}, [])
    assert FIFO in ran.function("orders")["removed"]
