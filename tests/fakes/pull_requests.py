"""Jobs of GitHub for a pull request: its own example of the event, the variables of the runner, and a token."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.github_contract import example
from tests.fakes.github_server import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.fakes.cli import Cli, Ran
    from tests.fakes.github_server import GitHubServer, Pull

NUMBER = 2
MARK = "github.com/codertocat/hello-world:2"
ONE, TWO = "1" * 40, "2" * 40


@dataclass
class Pulls:
    """``pulls("opened", "preview")``; the pull request's head on GitHub is ``ONE`` unless the test moves it."""

    cli: Cli
    github: GitHubServer

    def __post_init__(self) -> None:
        self.github.open(NUMBER, head=ONE)

    @property
    def pull(self) -> Pull:
        return self.github.pulls[NUMBER]

    @property
    def comments(self) -> list[str]:
        return [str(one["body"]) for one in self.pull.comments]

    def environ(
        self, action: str, *, head: str = ONE, name: str = "pull_request", change: Callable[[Any], None] | None = None
    ) -> dict[str, str]:
        event = example(action)
        if "pull_request" in event:
            event["pull_request"]["head"]["sha"] = head
        if change:
            change(event)
        path = self.cli.write(f"event-{action}.json", json.dumps(event))
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": name,
            "GITHUB_EVENT_PATH": str(path),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_API_URL": self.github.api,
            "GITHUB_TOKEN": self.github.token,
            "GITHUB_RUN_ID": "4712",
            "GITHUB_SHA": head,
        }

    def __call__(
        self,
        action: str,
        *argv: str,
        head: str = ONE,
        name: str = "pull_request",
        change: Callable[[Any], None] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Ran:
        job = self.environ(action, head=head, name=name, change=change)
        return self.cli(*(argv or ("preview", "--json")), environ={**job, **(environ or {})})
