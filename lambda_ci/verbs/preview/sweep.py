"""``lambda-ci preview sweep``: what closed pull requests left behind, and what is too old."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.errors import ConfigurationError, ForgeError
from lambda_ci.model.preview import number_in
from lambda_ci.verbs.cloud import reach
from lambda_ci.verbs.outcome import result_of
from lambda_ci.verbs.preview.down import tell
from lambda_ci.verbs.preview.forges import forge_of, warn
from lambda_ci.verbs.preview.removal import Removal
from lambda_ci.verbs.settings import settle
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_ci.model.preview import Standing
    from lambda_ci.model.result import FunctionResult
    from lambda_ci.model.settings import Settings
    from lambda_ci.preview.forge import Forge
    from lambda_ci.preview.leftovers import Found
    from lambda_ci.verbs.command import AwsCommand
    from lambda_ci.verbs.world import World

VERB = "preview sweep"


def sweep(command: AwsCommand, world: World, *, dry_run: bool) -> Outcome:
    """Go through every preview of this repository and this project. What nobody can tell of stays."""
    from lambda_ci.report.document import document
    from lambda_ci.report.table import table

    started = world.clock.monotonic()
    settings, services = reach(settle(command, world, preview=True), world, local=command.local)
    removal = Removal(project=settings.project, services=services, dry_run=dry_run)
    sweeping = _Sweep(settings, removal, forge_of(world), world)
    with world.console.step("sweep previews"):
        functions = list(sweeping.functions())
        if not command.local:
            sweeping.announce()
    result = result_of(VERB, settings, functions, seconds=world.clock.monotonic() - started)
    return Outcome(result=result, text=table(result), document=document(result))


class _Sweep:
    """One sweep; ``_reasons`` has the pull requests of which something was removed."""

    def __init__(self, settings: Settings, removal: Removal, forge: Forge | None, world: World) -> None:
        from lambda_ci.preview.leftovers import duration

        self._settings, self._removal, self._forge, self._world = settings, removal, forge, world
        self._ttl = duration(settings.preview.ttl) if settings.preview.ttl else None
        self._standings: dict[int, Standing | None] = {}
        self._reasons: dict[int, str] = {}
        self._failed: set[int] = set()
        if forge is None and self._ttl is None:
            raise ConfigurationError(
                "nothing tells which previews are left over",
                why="No pull request can be asked about without a token, and no preview.ttl says how long one may stay.",
                fix="pass a token (GitHub: `env: {GITHUB_TOKEN: ${{ github.token }}}` with `pull-requests: read`; GitLab: GITLAB_TOKEN; "
                "Bitbucket: BITBUCKET_ACCESS_TOKEN), or set preview.ttl",
            )

    def functions(self) -> Iterator[FunctionResult]:
        """What becomes of each preview that goes."""
        from lambda_ci.preview.leftovers import reason

        now = self._world.clock.utc()
        for found, mark in self._found():
            why = reason(found, self._standing(found.number), ttl=self._ttl, now=now)
            if not why:
                self._world.console.line(f"{found.function_name} stays")
                continue
            self._world.console.line(f"{found.function_name} goes: {why}")
            result = self._removal.remove(found.function_name, mark, key=found.function_name)
            self._reasons[found.number] = why
            self._failed |= {found.number} if result.failure else set()
            yield result

    def announce(self) -> None:
        """Where a preview was announced that is gone now."""
        for number, why in self._reasons.items():
            if number not in self._failed and not self._removal.dry_run:
                tell(self._forge, number, self._settings, self._world, why=why)

    def _found(self) -> Iterator[tuple[Found, str]]:
        from lambda_ci.ci.pull_request import repository_of
        from lambda_ci.preview.leftovers import Found, moment

        repository = repository_of(self._world.environ)
        for one in self._removal.marked():
            number = number_in(one.mark, repository)
            if number is None:
                continue
            pushed = moment(one.pushed or self._removal.last_deployed(one.function_name)) if self._ttl else None
            yield Found(function_name=one.function_name, number=number, pushed=pushed), one.mark

    def _standing(self, number: int) -> Standing | None:
        """Asked once for each pull request. What the forge does not tell is said, and nothing is removed for it."""
        if number not in self._standings:
            self._standings[number] = self._asked(number)
        return self._standings[number]

    def _asked(self, number: int) -> Standing | None:
        try:
            return self._forge.standing(number) if self._forge else None
        except ForgeError as error:
            warn(
                self._world,
                f"whether pull request {number} is closed is not known: {error.what}. {error.why} {error.fix}",
            )
            return None
