"""``lambda-ci local``: the embedded AWS on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.model.result import RunResult
from lambda_ci.verbs.command import Command, add_json, add_settings
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    import argparse

    from lambda_ci.local.endpoint import Endpoint
    from lambda_ci.verbs.world import World


class Local(Command):
    DESCRIPTION = (
        "The embedded AWS listens on 127.0.0.1 only and keeps its functions while it runs; `deploy --local` and the like start it "
        "where needed. It needs the extra `local`."
    )

    USAGE = "start|stop|status [options]"

    action: str = "status"

    @staticmethod
    def declare(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("action", choices=("start", "stop", "status"), help="what to do")
        add_json(parser)
        add_settings(parser, only=frozenset({"cache-dir"}))

    def run(self, world: World) -> Outcome:
        from lambda_ci.inputs.settings import cache_dir
        from lambda_ci.local import embedded

        started = world.clock.monotonic()
        folder = world.cwd / (self.flags.get("cache-dir") or cache_dir(world.environ))
        endpoint: Endpoint | None
        match self.action:
            case "start":
                endpoint, state = embedded.ensure(folder, environ=world.environ, clock=world.clock), "running"
            case "stop":
                endpoint, state = embedded.stop(folder, clock=world.clock), "stopped"
            case _:
                endpoint, state = embedded.status(folder), "running"
        result = RunResult(verb="local", functions=(), seconds=world.clock.monotonic() - started)
        running = endpoint if state == "running" else None
        document = {"version": 1, "running": running is not None, "url": running.url if running else None}
        return Outcome(result=result, text=_text(endpoint, state), document=document)


def _text(endpoint: Endpoint | None, state: str) -> str:
    if endpoint is None:
        return "the embedded AWS is not running"
    return f"the embedded AWS at {endpoint.url} (pid {endpoint.pid}) is {state}; its log: {endpoint.log}"
