"""``lambda-ci preview``: an environment of its own for each pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.ci.pull_request import pull_request
from lambda_ci.errors import ConfigurationError
from lambda_ci.model.preview import Event
from lambda_ci.verbs.command import AwsCommand

if TYPE_CHECKING:
    import argparse

    from lambda_ci.model.preview import PullRequest
    from lambda_ci.verbs.world import Outcome, World

ACTIONS = ("up", "down", "sweep")
_FORK = (
    "the pull request comes from a fork: its code is not run with this repository's rights, and there is no preview; "
    "docs/previews.md has a recipe in two workflows"
)

_DEPENDABOT = (
    "it is a run of Dependabot, which gets no secrets and here no AWS credentials; give it some (Dependabot secrets, or "
    "`id-token: write` and a role), or leave it out with `if: github.actor != 'dependabot[bot]'`"
)
_CREDENTIALS = (
    "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI", "ACTIONS_ID_TOKEN_REQUEST_URL",
)  # fmt: skip


class Preview(AwsCommand):
    USAGE = "[up|down|sweep] [options]"
    DESCRIPTION = (
        "Deploys each function of a pull request as a function of its own, NAME-pr-N, with the settings of the stage `preview` "
        "(up); removes everything that carries the pull request's mark (down); removes what closed pull requests left behind, and "
        "what is older than `preview.ttl` (sweep). Without a word, the event of the CI system decides between up and down."
    )

    action: str = ""
    dry_run: bool = False
    prebuilt: str = ""

    @staticmethod
    def declare(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("action", nargs="?", default="", choices=("", *ACTIONS), metavar="up|down|sweep")
        parser.add_argument(
            "--dry-run", action="store_true", help="with sweep and down: only show what would be removed"
        )
        text = "with up: build nothing, and deploy the packages (NAME.zip) of this folder; they may come from a fork"
        parser.add_argument("--prebuilt", default="", metavar="DIR", help=text)
        AwsCommand.declare(parser)

    def run(self, world: World) -> Outcome:
        if self.action == "sweep":
            from lambda_ci.verbs.preview.sweep import sweep

            return sweep(self, world, dry_run=self.dry_run)
        pull = pull_request(world.environ)
        if pull is None and world.environ.get("GITHUB_EVENT_NAME") == "workflow_run":
            return self._after_workflow(world)
        if pull is None:
            raise ConfigurationError(
                "this run is about no pull request",
                why="Neither its event nor a variable of the CI system names one.",
                fix="run it in a pipeline of a pull or merge request (GitHub: `on: pull_request`), or `lambda-ci preview sweep` on a schedule",
            )
        return self._run(pull, world)

    def _after_workflow(self, world: World) -> Outcome:
        """The trusted half of a preview in two workflows: GitHub is asked which pull request the other was about."""
        from lambda_ci.verbs.preview.up import skipped
        from lambda_ci.verbs.preview.workflow import of_workflow

        found = of_workflow(world)
        return skipped(found, None, world) if isinstance(found, str) else self._run(found, world)

    def _run(self, pull: PullRequest, world: World) -> Outcome:
        from lambda_ci.verbs.preview.down import down
        from lambda_ci.verbs.preview.up import skipped, up

        if pull.from_fork and not (pull.privileged or self.local):
            return skipped(_FORK, pull, world)
        if _is_dependabots(world) and not self.local:
            return skipped(_DEPENDABOT, pull, world)
        if self.action == "down" or (not self.action and pull.event is Event.CLOSED):
            return down(self, world, pull, dry_run=self.dry_run)
        if pull.from_fork and pull.privileged and not self.prebuilt:
            raise ConfigurationError(
                "a fork's code must not be built here",
                why="This event gives a run the rights and the secrets of this repository; building runs code of the pull request.",
                fix="build on `pull_request` and deploy with --prebuilt: the recipe in two workflows in docs/previews.md",
            )
        if self.dry_run:
            raise ConfigurationError(
                "a preview cannot be deployed for show",
                why="--dry-run is for `down` and `sweep`.",
                fix="`lambda-ci plan --stage preview` shows the settings; plan compares them with the functions of that stage",
            )
        return up(self, world, pull, prebuilt=self.prebuilt)


def _is_dependabots(world: World) -> bool:
    """Whether the run is Dependabot's and has nothing to sign in with: GitHub's own machines have no role of themselves."""
    environ = world.environ
    its = environ.get("GITHUB_ACTOR") == "dependabot[bot]" and environ.get("RUNNER_ENVIRONMENT") == "github-hosted"
    return its and not any(environ.get(name) for name in _CREDENTIALS)
