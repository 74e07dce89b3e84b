"""``lambda-ci build``: from source to deployment packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.verbs.command import Command, add_json, add_settings
from lambda_ci.verbs.outcome import result_of
from lambda_ci.verbs.pipeline import build, settle
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from lambda_ci.model.artifact import Package
    from lambda_ci.verbs.pipeline import Built
    from lambda_ci.verbs.world import World


class Build(Command):
    DESCRIPTION = (
        "Locks the dependencies for the function's runtime, fetches the wheels that fit it, and writes OUTPUT_DIR/NAME.zip. "
        "The same inputs give the same bytes on every machine. Exit code 3: the dependencies cannot be had; "
        "4: the package would not work."
    )

    list_files: bool = False

    @staticmethod
    def declare(parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--list-files", action="store_true", help="list what is in each package: size, path, distribution"
        )
        add_json(parser)
        add_settings(parser)

    def run(self, world: World) -> Outcome:
        from lambda_ci.report.document import document
        from lambda_ci.report.table import table

        started = world.clock.monotonic()
        settings = settle(self, world)
        built = build(settings, world)
        result = result_of("build", settings, [one.result for one in built], seconds=world.clock.monotonic() - started)
        listing = _listing(built) if self.list_files else []
        return Outcome(result=result, text="\n".join([*listing, table(result)]), document=document(result))


def _listing(built: Sequence[Built]) -> list[str]:
    return [line for one in built if one.package for line in _files(one.package)]


def _files(package: Package) -> list[str]:
    files = [f"{file.size:>12}  {file.path}  {file.distribution}".rstrip() for file in package.members]
    return [f"{package.path}:", *files]
