"""``lambda-ci invoke``: call a deployed function."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lambda_ci.errors import ConfigurationError, VerificationError
from lambda_ci.model.result import FunctionResult
from lambda_ci.verbs.cloud import reach
from lambda_ci.verbs.command import AwsCommand
from lambda_ci.verbs.outcome import failure_of, result_of
from lambda_ci.verbs.settings import settle
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    import argparse

    from pydantic import JsonValue

    from lambda_ci.model.result import Failure, Invocation
    from lambda_ci.model.settings import Function, Settings
    from lambda_ci.verbs.world import World

DEFAULT_TIMEOUT = 900
"""Seconds: the longest that a function may run, so that waiting never ends before the function does."""


class Invoke(AwsCommand):
    DESCRIPTION = (
        "Invokes one function and prints its answer on standard output and the end of its log on standard error. "
        "The function runs once: nothing is retried. Exit code 6: the function failed."
    )

    payload: str = "{}"
    qualifier: str | None = None

    @staticmethod
    def declare(parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--payload", default="{}", metavar="JSON", help="the event: JSON, @FILE, or - for standard input"
        )
        parser.add_argument(
            "--qualifier", metavar="TEXT", help="a version or another alias (default: the function's alias)"
        )
        AwsCommand.declare(parser)

    def run(self, world: World) -> Outcome:
        from lambda_ci.verify.invoke import invoke

        started = world.clock.monotonic()
        settings = settle(self, world)
        function, payload = _only(settings), self._payload(world)
        settings, services = reach(settings, world, local=self.local)
        arn = f"{function.function_name}:{self.qualifier or function.spec.alias}"
        client = services.aws.invoke_client(DEFAULT_TIMEOUT)
        invocation = invoke(client, function_arn=arn, payload=payload, clock=world.clock)
        world.console.untrusted(invocation.log_tail)
        one = FunctionResult(
            name=function.name,
            function_name=function.function_name,
            version=invocation.executed_version or "",
            alias="" if self.qualifier else function.spec.alias,
            seconds=invocation.seconds,
            failure=_failure(function, invocation),
        )
        result = result_of("invoke", settings, [one], seconds=world.clock.monotonic() - started)
        return Outcome(result=result, text=invocation.payload.decode(errors="replace"), document=_document(invocation))

    def _payload(self, world: World) -> bytes:
        text = self.payload
        if text == "-":
            text = world.stdin.read()
        elif text.startswith("@"):
            text = _read(world, text[1:])
        try:
            json.loads(text)
        except ValueError as error:
            raise ConfigurationError(
                f"--payload is not JSON: {error}", fix="write JSON, as in --payload '{\"ping\": true}'"
            ) from error
        return text.encode()


def _read(world: World, name: str) -> str:
    try:
        return (world.cwd / name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"--payload @{name} cannot be read", why=str(error), fix="name a JSON file") from error


def _only(settings: Settings) -> Function:
    if len(settings.functions) == 1:
        return settings.functions[0]
    names = ", ".join(function.name for function in settings.functions)
    raise ConfigurationError(
        f"invoke takes one function, and there are {len(settings.functions)}: {names}",
        fix="choose one with --function NAME",
    )


def _failure(function: Function, invocation: Invocation) -> Failure | None:
    if invocation.function_error is None:
        return None
    what = f"{function.function_name} failed ({invocation.function_error})"
    return failure_of(VerificationError(what, fix="the answer and the log above say why"))


def _document(invocation: Invocation) -> dict[str, JsonValue]:
    try:
        answer = json.loads(invocation.payload) if invocation.payload else None
    except ValueError:
        answer = invocation.payload.decode(errors="replace")
    return {
        "version": 1,
        "payload": answer,
        "function-error": invocation.function_error,
        "executed-version": invocation.executed_version,
        "seconds": round(invocation.seconds, 3),
    }
