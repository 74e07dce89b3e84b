"""Packages that another job built, in the place of those that this one would build."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.errors import ConfigurationError, LambdaCiError
from lambda_ci.model.result import FunctionResult
from lambda_ci.verbs.building.made import Built
from lambda_ci.verbs.outcome import build_of, failure_of

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.model.settings import Function, Settings


def taken(settings: Settings, folder: Path) -> tuple[Built, ...]:
    """One for each function. Raises ConfigurationError where one needs more than a zip; a bad one fails for its function only."""
    for one in settings.functions:
        if one.spec.is_image or one.spec.layer != "never" or set(one.spec.layers or ()) & set(settings.layers):
            raise ConfigurationError(
                f"{one.name} cannot be deployed prebuilt",
                why="It is a container image, or has layers that are built with it; only zip packages are taken from another job.",
                fix="give it a package without layers in the stage `preview`, or leave it out with --function",
            )
    return tuple(_taken(one, folder) for one in settings.functions)


def _taken(function: Function, folder: Path) -> Built:
    from lambda_ci.package.prebuilt import prebuilt

    result = FunctionResult(name=function.name, function_name=function.function_name)
    try:
        package = prebuilt(function.name, folder)
    except LambdaCiError as error:
        return Built(function=function, package=None, result=replace(result, failure=failure_of(error)))
    told = build_of(package, lock="built by another job", seconds=0.0)
    return Built(function=function, package=package, result=replace(result, build=told))
