"""Functions that are container images, between building and deploying: what of each function goes to Lambda."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.model.result import FunctionResult
from lambda_ci.verbs.building.made import Built

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.deploy.services import Services
    from lambda_ci.image.maker import Maker
    from lambda_ci.model.artifact import ImagePackage, Package
    from lambda_ci.model.settings import Function, Settings
    from lambda_ci.verbs.world import World


def packaged(settings: Settings) -> tuple[Function, ...]:
    """The functions that a package is made of; the others have a Dockerfile of their own, or an image that exists."""
    return tuple(function for function in settings.functions if function.spec.is_packaged)


def with_others(built: Sequence[Built], settings: Settings) -> tuple[Built, ...]:
    """All functions, in the order of the settings: those that need no package have come through the stages untouched."""
    by_name = {one.function.name: one for one in built}
    return tuple(by_name.get(function.name) or _untouched(function) for function in settings.functions)


def _untouched(function: Function) -> Built:
    result = FunctionResult(name=function.name, function_name=function.function_name)
    return Built(function=function, package=None, result=result)


def image_maker(settings: Settings, services: Services, world: World) -> Maker:
    """A context manager; asks neither Docker nor AWS before there is an image to be found or made."""
    from lambda_ci.image.maker import Maker

    return Maker(
        aws=services.aws,
        environ=world.environ,
        console=world.console,
        project=settings.project,
        keep_out=(settings.output_dir, settings.cache_dir),
    )


def carried(built: Built, maker: Maker, services: Services, *, write: bool) -> Package | ImagePackage | None:
    """What goes to Lambda: the package, or the image; ``None`` where building it failed before.

    ``write``: an image that is not in its registry is built and pushed. Raises BuildError, PackageError or AwsError.
    """
    if built.result.failure or not built.function.spec.is_image:
        return built.package
    return maker.image(built.function, built.package, write=write, console=services.console)
