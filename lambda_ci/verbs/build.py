"""``lambda-ci build``: from source to deployment packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.verbs.building.pipeline import build
from lambda_ci.verbs.command import Command, add_json, add_settings
from lambda_ci.verbs.outcome import result_of
from lambda_ci.verbs.settings import settle
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from lambda_ci.model.artifact import Package
    from lambda_ci.model.result import RunResult
    from lambda_ci.verbs.building.made import Built
    from lambda_ci.verbs.world import World


class Build(Command):
    DESCRIPTION = (
        "Locks the dependencies for the function's runtime, fetches the wheels that fit it, and writes OUTPUT_DIR/NAME.zip. "
        "The same inputs give the same bytes on every machine. Then imports each handler from its package. Exit code 3: the dependencies cannot be had; "
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
        built = build(settings, world, importing=True)
        result = result_of("build", settings, [one.result for one in built], seconds=world.clock.monotonic() - started)
        listing = _listing(built) if self.list_files else []
        text = "\n".join([*listing, table(result), *_savings(result)])
        return Outcome(result=result, text=text, document=document(result))


def _savings(result: RunResult) -> list[str]:
    from lambda_ci.report.difference import savings_text

    built = [(one.name, one.build) for one in result.functions if one.build]
    texts = {f"layer {layer.name}": savings_text(layer.savings) for _, build in built for layer in build.layers}
    texts |= {name: savings_text(build.savings) for name, build in built}
    return [f"{name}: {text}" for name, text in texts.items() if text]


def _listing(built: Sequence[Built]) -> list[str]:
    return [line for one in built if one.package for line in _files(one.package)]


def _files(package: Package) -> list[str]:
    files = [f"{file.size:>12}  {file.path}  {file.distribution}".rstrip() for file in package.members]
    return [f"{package.path}:", *files]
