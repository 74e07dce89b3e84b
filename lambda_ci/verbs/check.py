"""``lambda-ci check``: is the configuration right?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.model.result import FunctionResult
from lambda_ci.verbs.command import Command, add_json, add_settings
from lambda_ci.verbs.outcome import result_of
from lambda_ci.verbs.settings import settle
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    import argparse

    from pydantic import JsonValue

    from lambda_ci.model.settings import Settings
    from lambda_ci.verbs.world import World


class Check(Command):
    DESCRIPTION = (
        "Reads lambda-ci.yml, the flags, the action's inputs and the environment, and reports every problem at once. "
        "Exit code 0: all is well (there may be warnings); 2: there are problems."
    )

    explain: bool = False

    @staticmethod
    def declare(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--explain", action="store_true", help="show where every value came from")
        add_json(parser)
        add_settings(parser, explained=True)

    def run(self, world: World) -> Outcome:
        from lambda_ci.report.document import document

        started = world.clock.monotonic()
        settings = settle(self, world)
        functions = [FunctionResult(name=one.name, function_name=one.function_name) for one in settings.functions]
        result = result_of("check", settings, functions, seconds=world.clock.monotonic() - started)
        origins: dict[str, JsonValue] = {**_origins(settings)}
        return Outcome(result=result, text=self._text(settings), document=document(result) | {"origins": origins})

    def _text(self, settings: Settings) -> str:
        count, warnings = len(settings.functions), len(settings.warnings)
        verdict = f"{count} function{'s' * (count != 1)}, no problems"
        if warnings:
            verdict += f", {warnings} warning{'s' * (warnings != 1)}"
        if not self.explain:
            return verdict
        return "\n".join([*(f"{key}  ({origin})" for key, origin in _origins(settings).items()), verdict])


def _origins(settings: Settings) -> dict[str, str]:
    return {key: str(origin) for key, origin in sorted(settings.origins.items())}
