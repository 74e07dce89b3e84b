"""Runs that get in each other's way: events of one moment, pushes, closings; one preview and one comment come of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import Before
from tests.fakes.github_server import Fault
from tests.fakes.pull_requests import TWO

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Ran
    from tests.fakes.pull_requests import Pulls

WRITES = ["CreateFunction", "CreateAlias", "AddPermission"]


@pytest.mark.parametrize("operation", WRITES)
def test_opened_and_labelled_in_one_moment_make_one_preview(pulls: Pulls, aws: AwsServer, operation: str) -> None:
    """Both runs are about the same commit: the one begins and ends while the other is about to make a request."""
    other: list[Ran] = []
    aws.faults.add(operation, Before(lambda: other.append(pulls("labeled"))))
    ran = pulls("opened")
    assert [one.code for one in (*other, ran)] == [0, 0], ran.err + other[0].err
    assert list(aws.functions) == ["orders-pr-2"]
    assert len(pulls.comments) == 1


@pytest.mark.parametrize("operation", WRITES)
def test_a_push_while_the_first_preview_is_made_leaves_the_newer_commit(
    pulls: Pulls, aws: AwsServer, operation: str
) -> None:
    newer: list[Ran] = []

    def push() -> None:
        pulls.pull.head = TWO
        pulls.cli.write("src/app.py", "def handler(event, context):\n    return {'statusCode': 200, 'body': 'newer'}\n")
        newer.append(pulls("synchronize", head=TWO))

    aws.faults.add(operation, Before(push))
    ran = pulls("opened")
    assert [one.code for one in (*newer, ran)] == [0, 0], ran.err + newer[0].err
    assert list(aws.functions) == ["orders-pr-2"]
    assert len(pulls.comments) == 1
    assert "`2222222`" in pulls.comments[0]


@pytest.mark.parametrize("operation", WRITES)
def test_a_closing_while_it_is_deployed_leaves_nothing(pulls: Pulls, aws: AwsServer, operation: str) -> None:
    """The run of the closed event begins and ends while the other is about to make a request."""
    closing: list[Ran] = []

    def close() -> None:
        pulls.pull.state = "closed"
        closing.append(pulls("closed"))

    aws.faults.add(operation, Before(close))
    ran = pulls("opened")
    assert [one.code for one in (*closing, ran)] == [0, 0], ran.err + closing[0].err
    assert (aws.functions, pulls.comments) == ({}, [])


def test_two_comments_at_once_become_one(pulls: Pulls) -> None:
    """Neither run saw the other's when it looked."""
    other: list[Ran] = []
    pulls.github.faults = [Fault("POST .*comments", before=lambda: other.append(pulls("labeled")))]
    ran = pulls("opened")
    assert [one.code for one in (*other, ran)] == [0, 0]
    assert len(pulls.comments) == 1
