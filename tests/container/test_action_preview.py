"""Previews by the image as GitHub's runner runs it: GitHub's own events, a GitHub that judges every request, an AWS that is strict."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.container.test_action import roots
from tests.fakes.aws_server import CREDENTIALS, AwsServer
from tests.fakes.github_contract import example
from tests.fakes.github_server import REPOSITORY, Fault, GitHubServer
from tests.fakes.pull_requests import NUMBER, ONE, TWO
from tests.fakes.web import Web

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.runner import Runner, Step

ROOT = Path(__file__).parents[2]
LIMIT = 10.0
"""Seconds between the first signal of a cancelled job and the end of its container by force."""
MORE = """\
stages:
  preview:
    functions:
      hello: {url: {auth-type: NONE}}
"""


class Job:
    """``job("opened", comment="true")``: a step with the action in a job of that event, with these inputs."""

    def __init__(self, runner: Runner, image: str, aws: AwsServer, github: GitHubServer) -> None:
        self.image, self.github = image, github
        self.runner = replace(runner, token=github.token)
        self.environ = {
            **CREDENTIALS,
            "AWS_ENDPOINT_URL": aws.url,
            "AWS_REGION": aws.region,
            "GITHUB_API_URL": github.api,
            "GITHUB_REPOSITORY": REPOSITORY,
        }

    def of(self, action: str, *, head: str, name: str = "pull_request") -> tuple[Runner, dict[str, str]]:
        event: Any = example(action)
        if "pull_request" in event:
            event["pull_request"]["head"]["sha"] = head
        return replace(self.runner, event=event), {**self.environ, "GITHUB_EVENT_NAME": name, "GITHUB_SHA": head}

    def __call__(self, action: str, *, head: str = ONE, name: str = "pull_request", **inputs: str) -> Step:
        runner, env = self.of(action, head=head, name=name)
        found = runner.run(ROOT, image=self.image, inputs={"command": "preview", **inputs}, env=env)
        assert found.exit_code == 0, found.log
        assert found.annotations == ()
        assert roots(runner.workspace) == roots(runner.temp / "_github_home") == []
        assert self.github.token not in found.log.replace(f"::add-mask::{self.github.token}", "")
        return found

    @property
    def comments(self) -> list[str]:
        return [str(one["body"]) for one in self.github.pulls[NUMBER].comments]


@pytest.fixture
def aws() -> Iterator[AwsServer]:
    with AwsServer() as server, Web() as web:
        server.lambda_.served = web.url
        server.lambda_.handlers["hello-pr-2"] = lambda _event, _version: {"greeting": "hello xn--bcher-kva"}
        yield server


@pytest.fixture
def job(runner: Runner, image: str, aws: AwsServer) -> Iterator[Job]:
    with (runner.workspace / "lambda-ci.yml").open("a", encoding="utf-8") as config:
        config.write(MORE)
    with GitHubServer() as github:
        github.open(NUMBER, head=ONE)
        yield Job(runner, image, aws, github)
        assert not github.violations


@pytest.mark.network
def test_a_preview_opened_updated_cancelled_closed_and_swept(job: Job, aws: AwsServer) -> None:
    planned = job("opened", command="plan", comment="true")
    assert (planned.outputs["changed"], aws.writes) == ("true", [])
    assert job.comments[0].startswith("<!-- lambda-ci plan of container.tests -->")

    opened = job("opened")
    assert opened.outputs["preview-url"].startswith("http://")
    assert (list(aws.functions), opened.outputs["version"]) == (["hello-pr-2"], "1")
    assert opened.outputs["preview-url"] in job.comments[1]
    assert "✅ preview up to preview: 1 function, 1 changed" in opened.summary

    (job.runner.workspace / "src/app.py").write_text(
        "def handler(event, context):\n    return 'newer'\n", encoding="utf-8"
    )
    job.github.pulls[NUMBER].head = TWO
    _cancelled_before_the_comment(job)
    assert "`1111111`" in job.comments[1], "it could not say anything any more"
    updated = job("synchronize", head=TWO)
    assert (updated.outputs["version"], updated.outputs["changed"]) == ("2", "false"), "the next run mends"
    assert "`2222222`" in job.comments[1]

    job.github.pulls[NUMBER].state = "closed"
    assert job("closed", head=TWO).outputs["changed"] == "true"
    assert (aws.functions, "Preview removed" in job.comments[1]) == ({}, True)
    assert job("closed", head=TWO).outputs["changed"] == "false"

    job.github.pulls[NUMBER].state = "open"
    job("reopened", head=TWO)
    job.github.pulls[NUMBER].state = "closed"
    assert "stays" not in job("workflow_run", name="schedule", preview="sweep").log
    assert (aws.functions, len(job.comments)) == ({}, 2)


def _cancelled_before_the_comment(job: Job) -> None:
    """The signal comes when everything is deployed and GitHub does not answer."""
    hanging = Fault("PATCH", hangs=True)
    job.github.faults = [hanging]
    runner, env = job.of("synchronize", head=TWO)
    with runner.start(ROOT, image=job.image, inputs={"command": "preview"}, env=env) as running:
        assert hanging.reached.wait(timeout=240)
        asked = len(job.github.requests)
        running.signal("SIGINT")
        step = running.finish()
        assert (step.exit_code, len(job.github.requests)) == (130, asked), step.log
    assert "Traceback" not in step.log


def test_a_fork_is_skipped_loudly(job: Job, aws: AwsServer) -> None:
    runner, env = job.of("opened", head=ONE)
    event: Any = runner.event
    event["pull_request"]["head"]["repo"]["full_name"] = "stranger/Hello-World"
    step = runner.run(ROOT, image=job.image, inputs={"command": "preview"}, env=env)
    assert (step.exit_code, aws.requests, job.github.requests) == (0, [], []), step.log
    assert "comes from a fork" in step.annotations[0].message
    assert "comes from a fork" in step.summary
