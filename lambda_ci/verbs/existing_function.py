"""One function without a file: what nobody says of it is taken from the function on AWS, so that what is absent stays as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lambda_ci.deploy.live import Live
    from lambda_ci.inputs.settings import Sources
    from lambda_ci.verbs.command import AwsCommand
    from lambda_ci.verbs.world import World

_STAND_INS = {"runtime": "python3.13", "handler": "app.handler", "architecture": "x86_64"}
"""They let the settings through that say how AWS is reached."""


def adopted(sources: Sources, command: AwsCommand, world: World) -> Mapping[str, str]:
    """Runtime, handler and architecture of the function on AWS, those that nobody gives; empty where there is no such function.

    Nothing is asked where a file describes functions, where nothing is missing, and where something else is wrong.
    Raises AwsError where AWS does not answer.
    """
    from lambda_ci.deploy.live import look
    from lambda_ci.inputs.settings import load
    from lambda_ci.verbs.cloud import reach

    missing = _missing(sources)
    if not missing:
        return {}
    try:
        settings = load(replace(sources, deployed={name: _STAND_INS[name] for name in missing}), today=world.today)
    except ConfigurationError:
        return {}
    _, services = reach(replace(settings, functions=()), world, local=command.local)
    live = look(services.aws.lambda_client(), settings.functions[0].function_name)
    found = {name: text for name, text in _described(live).items() if name in missing} if live else {}
    if found:
        texts = ", ".join(f"{name} {text}" for name, text in found.items())
        world.console.line(f"left as it is on AWS: {texts}")
    return found


def _missing(sources: Sources) -> Iterable[str]:
    """What of a package's target is not given. An image says itself what it runs."""
    from lambda_ci.inputs.compose import Unreadable
    from lambda_ci.inputs.config_file import find
    from lambda_ci.inputs.images import needs
    from lambda_ci.inputs.layers import gather

    given = gather(flags=sources.flags, inputs=sources.inputs, environ=sources.environ)
    try:
        has_file = find(given.run.at("config"), sources.cwd) is not None
    except Unreadable:
        return ()
    if has_file or given.function.at("function-name") is None:
        return ()
    return [name for name in (*needs(given.function), "architecture") if given.function.at(name) is None]


def _described(live: Live) -> dict[str, str]:
    architectures = live.members.get("Architectures")
    found = {
        "runtime": live.members.get("Runtime"),
        "handler": live.members.get("Handler"),
        "architecture": architectures[0] if isinstance(architectures, list) and architectures else None,
    }
    return {name: text for name, text in found.items() if isinstance(text, str)}
