"""What the packages of one run share: the folders, the wheels that are open, and what was made before."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lambda_ci.model.artifact import Wheel
    from lambda_ci.model.settings import Settings
    from lambda_ci.package.make import Workbench
    from lambda_ci.verbs.building.bytecode import Bytecode


def workbench(settings: Settings, *, demand: Iterable[Wheel] = (), compiling: Bytecode | None = None) -> Workbench:
    """``demand``: every wheel as often as it will be opened; ``compiling`` gives bytecode."""
    from lambda_ci.package.cache.local import Remembered
    from lambda_ci.package.make import Workbench
    from lambda_ci.package.wheel_pool import WheelPool

    return Workbench(
        output_dir=settings.output_dir,
        keep_out=_kept_out(settings),
        pool=WheelPool(demand),
        remembered=Remembered(settings.cache_dir / "packages"),
        compiling=compiling.of if compiling else None,
    )


def _kept_out(settings: Settings) -> tuple[Path, ...]:
    """What may lie in a function's source and is never part of it."""
    from lambda_ci.ci.reports import files_in

    config = (settings.config,) if settings.config else ()
    return (settings.cache_dir, *config, *files_in(settings.report_dir))
