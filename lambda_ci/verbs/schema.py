"""``lambda-ci schema``: the JSON schema of lambda-ci.yml, for editors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lambda_ci.model.result import RunResult
from lambda_ci.verbs.command import Command, add_json
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    import argparse

    from lambda_ci.verbs.world import World


class Schema(Command):
    DESCRIPTION = (
        "Prints the JSON schema (draft 2020-12) of lambda-ci.yml, which gives completion and checks in editors."
    )

    @staticmethod
    def declare(parser: argparse.ArgumentParser) -> None:
        add_json(parser)

    def run(self, world: World) -> Outcome:
        from lambda_ci.inputs.schema import json_schema

        started = world.clock.monotonic()
        document = json_schema()
        result = RunResult(verb="schema", functions=(), seconds=world.clock.monotonic() - started)
        return Outcome(result=result, text=json.dumps(document, indent=2), document=document)
