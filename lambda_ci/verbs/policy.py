"""``lambda-ci policy``: the least rights that the configuration needs on AWS, and whom a CI system's tokens may be trusted for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lambda_ci.errors import ConfigurationError
from lambda_ci.inputs.options import options
from lambda_ci.model.result import RunResult
from lambda_ci.verbs.command import Command, add_json, add_settings
from lambda_ci.verbs.settings import settle
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from pydantic import JsonValue

    from lambda_ci.model.settings import Settings
    from lambda_ci.model.trust import Trust, Wish
    from lambda_ci.verbs.world import World

_OF_ONE = {"owner_id": "github", "repo_id": "github", "origin": "circleci"}
_OF_TRUST = ("repo", "branch", "tag", "environment", "pull_requests", "issuer", "audience", *_OF_ONE)
PREVIEW = "preview"
"""The verb whose functions are others than those of the rest."""
_PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-eusc")


class Policy(Command):
    DESCRIPTION = (
        "Prints the IAM policy with the least rights that this configuration needs; or, with --trust, the trust policy that lets "
        "runs of one repository take a role with their identity tokens. AWS is not asked. What is to be known besides, and the commands "
        "that put it in place, are on standard error."
    )

    verb: Sequence[str] = ()
    account: str = ""
    trust: str = ""
    repo: str = ""
    branch: Sequence[str] = ()
    tag: Sequence[str] = ()
    environment: Sequence[str] = ()
    pull_requests: bool = False
    partition: str = "aws"
    issuer: str = ""
    audience: str = ""
    owner_id: str = ""
    repo_id: str = ""
    origin: str = ""

    @staticmethod
    def declare(parser: argparse.ArgumentParser) -> None:
        from lambda_ci.deploy.iam.policy import VERBS

        text = "the rights of this verb only, such as plan; may be repeated. Previews are not among the others: preview"
        parser.add_argument("--verb", action="append", choices=sorted((*VERBS, PREVIEW)), default=[], help=text)
        parser.add_argument(
            "--account", metavar="ID", help="the AWS account, 12 digits; default: that of aws.role-to-assume"
        )
        _declare_trust(parser)
        add_json(parser)
        add_settings(parser, only=frozenset(one.name for one in options()) - {"environment"})

    def run(self, world: World) -> Outcome:
        if self.account and not (len(self.account) == 12 and self.account.isascii() and self.account.isdigit()):
            raise ConfigurationError("--account must be 12 digits", fix="`aws sts get-caller-identity` prints yours")
        self._check_together()
        started = world.clock.monotonic()
        text, members = self._trust(world) if self.trust else self._rights(world)
        result = RunResult(verb="policy", functions=(), seconds=world.clock.monotonic() - started)
        from lambda_ci.report.document import document

        return Outcome(result=result, text=text, document=document(result) | members)

    def _check_together(self) -> None:
        """Raises ConfigurationError for flags without a meaning here, which somebody may have given as a limit."""
        if (given := self._given(_OF_TRUST)) and not self.trust:
            fix = "add --trust with the CI system, or leave them out"
            raise ConfigurationError(f"{given}: only a trust policy has them", fix=fix)
        if self.trust and self.verb:
            fix = "print the rights on their own: `lambda-ci policy --verb plan`"
            raise ConfigurationError("--verb: a trust policy says nothing of rights", fix=fix)
        if PREVIEW in self.verb and len(set(self.verb)) > 1:
            fix = (
                "print them on their own, for a role of their own: previews run code that nobody may have looked at yet"
            )
            raise ConfigurationError(
                "--verb preview: its rights are for other functions than those of the rest", fix=fix
            )
        if alien := self._given(name for name, system in _OF_ONE.items() if system != self.trust):
            raise ConfigurationError(
                f"{alien}: the tokens of {self.trust} have nothing like that", fix="leave them out"
            )

    def _given(self, names: Iterable[str]) -> str:
        return ", ".join(f"--{name.replace('_', '-')}" for name in names if getattr(self, name))

    def _rights(self, world: World) -> tuple[str, dict[str, JsonValue]]:
        from lambda_ci.deploy.iam.policy import INLINE, MANAGED, VERBS, document, policy, size
        from lambda_ci.deploy.iam.scheduler import role_notes
        from lambda_ci.report.policy import policy_notes

        settings, verbs = self._asked(world)
        account, region = self._account(settings), _region(settings, world)
        statements = policy(settings, account=account, region=region, verbs=verbs or VERBS)
        if not statements:
            raise ConfigurationError("these verbs need no rights for this configuration", fix="leave --verb out")
        characters = size(statements)
        notes = policy_notes([one.actions for one in statements], size=characters, managed=MANAGED, inline=INLINE)
        notes += role_notes(settings, account=account, region=region) if "deploy" in (verbs or VERBS) else []
        notes += (
            []
            if self.verb
            else [
                "for every verb, also destroy, prune and invoke: --verb deploy --verb rollback has less",
                "previews of pull requests have rights of their own: --verb preview",
            ]
        )
        _tell(world, [*notes, *_unknown(account, region)])
        members: dict[str, JsonValue] = {"policy": document(statements), "size": characters, "notes": list(notes)}
        return json.dumps(document(statements), indent=2), members

    def _asked(self, world: World) -> tuple[Settings, Sequence[str]]:
        """The settings, and the verbs of the table that stand for those that were asked for."""
        if PREVIEW not in self.verb:
            return settle(self, world), self.verb
        from lambda_ci.preview.naming import for_any

        return for_any(settle(self, world, preview=True)), ("deploy", PREVIEW)

    def _account(self, settings: Settings) -> str:
        role = settings.aws.role_to_assume
        return self.account or (role.split(":")[4] if role else "ACCOUNT")

    def _trust(self, world: World) -> tuple[str, dict[str, JsonValue]]:
        from lambda_ci.ci.trust import trust
        from lambda_ci.report.policy import trust_commands

        found = trust(self._wish(world))
        commands = trust_commands(
            issuer=found.issuer, audience=found.audience, account=self.account, reading=self.pull_requests
        )
        _tell(world, [*found.notes, *_unknown(found.account), "", *(f"    {command}" for command in commands)])
        return json.dumps(found.document, indent=2), _told(found, commands)

    def _wish(self, world: World) -> Wish:
        from lambda_ci.model.trust import Wish

        known = world.environ.get("GITHUB_REPOSITORY") == self.repo
        owner = self.owner_id or (world.environ.get("GITHUB_REPOSITORY_OWNER_ID", "") if known else "")
        repository = self.repo_id or (world.environ.get("GITHUB_REPOSITORY_ID", "") if known else "")
        return Wish(
            system=self.trust,
            repository=self.repo,
            branches=tuple(self.branch),
            tags=tuple(self.tag),
            environments=tuple(self.environment),
            pull_requests=self.pull_requests,
            account=self.account or "ACCOUNT",
            partition=self.partition,
            issuer=self.issuer,
            audience=self.audience,
            identity=(owner, repository) if owner or repository else None,
            origin=self.origin,
        )


def _declare_trust(parser: argparse.ArgumentParser) -> None:
    from lambda_ci.ci.trust import SYSTEMS

    group = parser.add_argument_group("trust policy, instead of the rights")
    group.add_argument("--trust", choices=SYSTEMS, default="", help="whose identity tokens; no configuration is read")
    shapes = "GitHub OWNER/REPOSITORY, GitLab GROUP/PROJECT, Bitbucket WORKSPACE/{REPOSITORY-UUID}, CircleCI ORGANIZATION-ID/PROJECT-ID"
    group.add_argument("--repo", default="", help=f"the one repository: {shapes}")
    group.add_argument(
        "--branch", action="append", default=[], help="runs of this branch (`*`: any text); may be repeated"
    )
    group.add_argument(
        "--tag", action="append", default=[], help="runs of this tag of the repository, such as `v*`; may be repeated"
    )
    group.add_argument(
        "--environment", action="append", default=[], help="jobs of this deployment environment; may be repeated"
    )
    group.add_argument("--pull-requests", action="store_true", help="runs of pull requests")
    group.add_argument("--partition", choices=_PARTITIONS, default="aws", help="of the account")
    group.add_argument("--issuer", default="", metavar="URL", help="of GitHub Enterprise Server, a GitLab of your own")
    group.add_argument("--audience", default="", help="what the tokens have in `aud`")
    group.add_argument("--owner-id", default="", metavar="N", help="GitHub's number of the owner")
    group.add_argument("--repo-id", default="", metavar="N", help="GitHub's number of the repository")
    group.add_argument("--origin", default="", help="CircleCI: where the code comes from, github.com/OWNER/REPOSITORY")


def _region(settings: Settings, world: World) -> str:
    named = (settings.aws.region, world.environ.get("AWS_REGION"), world.environ.get("AWS_DEFAULT_REGION"))
    return next((region for region in named if region), "REGION")


def _unknown(*words: str) -> list[str]:
    flags = {"ACCOUNT": "--account", "REGION": "--region"}
    return [f"write your own value for {word}, or give {flags[word]}" for word in words if word in flags]


def _tell(world: World, lines: Sequence[str]) -> None:
    for line in lines:
        world.console.line(line)


def _told(found: Trust, commands: Sequence[str]) -> dict[str, JsonValue]:
    return {
        "trust": found.document,
        "issuer": found.issuer,
        "audience": found.audience,
        "notes": list(found.notes),
        "commands": list(commands),
    }
