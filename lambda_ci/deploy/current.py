"""What is there now: the unpublished function ($LATEST), the version that the alias runs, and of the rest what is declared."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import asking
from lambda_ci.adapters.lambda_members import places, unreported
from lambda_ci.deploy.alias_settings import AliasSettings, read_alias_settings
from lambda_ci.deploy.desired import URL_MARK
from lambda_ci.deploy.failed_creation import is_leftover
from lambda_ci.deploy.function_settings import FunctionSettings, read_function_settings
from lambda_ci.deploy.live import look
from lambda_ci.deploy.triggers.permissions import place_of
from lambda_ci.deploy.triggers.triggers import Present, read_triggers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda import LambdaClient

    from lambda_ci.adapters.aws import Aws
    from lambda_ci.adapters.lambda_members import Place
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live


@dataclass(frozen=True, kw_only=True)
class Current:
    """What AWS has, and what its API can do with it."""

    function_name: str
    alias: str
    latest: Live | None
    """``None``: there is no such function."""
    released: Live | None
    """What the alias runs; ``None``: there is no such alias."""
    leftover: Live | None = None
    """Of a killed run: a function that failed on creation and is deleted before it is made anew; then there is no ``latest``."""
    code_signing: str = ""
    """The ARN of the code signing configuration; only read where one is declared."""
    places: Mapping[str, Place]
    unreported: frozenset[str]
    layers: Mapping[str, str] = field(default_factory=dict)
    """Of the project's layers that the function shall have: their ARNs by name, empty for those still to be published."""
    new_layers: frozenset[str] = frozenset()
    """Those that this run creates, and no other function's plan tells of."""
    alias_settings: AliasSettings = field(default_factory=AliasSettings)
    """Only what is declared was asked for."""
    function_settings: FunctionSettings = field(default_factory=FunctionSettings)
    """The same."""
    triggers: Present = field(default_factory=Present)
    """The same."""


def read(aws: Aws, desired: Desired) -> Current:
    """The side of AWS for a comparison. Two requests at most, and more only for what is declared and they do not tell."""
    client = aws.lambda_client()
    seen = observe(client, desired.function_name, desired.alias)
    if seen.latest and is_leftover(client, seen.latest, desired.function_name, project=desired.project):
        seen = replace(seen, latest=None, leftover=seen.latest)
    seen = replace(seen, function_settings=read_function_settings(aws, desired, seen.latest, seen.released))
    if seen.latest is None:
        return replace(seen, triggers=Present(now=aws.console.clock.utc()))
    settings = read_alias_settings(client, desired)
    if seen.latest.tags.get(URL_MARK) == desired.alias:
        settings = replace(settings, marked=seen.latest.function_arn)
    seen = replace(seen, alias_settings=settings, triggers=_triggers(aws, desired, seen.latest, settings))
    return replace(seen, code_signing=_code_signing(client, desired.function_name)) if desired.code_signing else seen


def _triggers(aws: Aws, desired: Desired, live: Live, settings: AliasSettings) -> Present:
    if desired.triggers is None:
        return Present()
    granted = settings.permissions.granted
    place = place_of(live, desired.alias, project=desired.project, granted=granted)
    return read_triggers(aws, desired.triggers, place)


def observe(client: LambdaClient, function_name: str, alias: str) -> Current:
    """What is there under this name, whether it is declared or not. One request for a missing function, else two."""
    latest = look(client, function_name)
    released = look(client, function_name, alias) if latest else None
    return Current(
        function_name=function_name,
        alias=alias,
        latest=latest,
        released=released,
        places=places(client),
        unreported=unreported(client),
    )


def _code_signing(client: LambdaClient, function_name: str) -> str:
    doing = f"read the code signing configuration of {function_name}"
    with asking(doing):
        answer = client.get_function_code_signing_config(FunctionName=function_name)
    complete(answer, "FunctionName", doing=doing)
    return answer.get("CodeSigningConfigArn", "")
