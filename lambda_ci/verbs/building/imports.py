"""The import gate: every handler is imported from its finished package before anything is written to AWS."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError, LambdaCiError, PackageError
from lambda_ci.model.problem import Origin, Problem, Severity
from lambda_ci.model.result import ImportResult
from lambda_ci.verbs.outcome import failure_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambda_ci.adapters.interpreter import Absent, Interpreters
    from lambda_ci.model.result import FunctionResult
    from lambda_ci.model.settings import Settings
    from lambda_ci.package.import_check.check import Imported
    from lambda_ci.verbs.building.made import Built
    from lambda_ci.verbs.world import World

_THREADS = 4
_ANY_REGION = "us-east-1"


def imported(built: Sequence[Built], settings: Settings, world: World, interpreters: Interpreters) -> tuple[Built, ...]:
    """The functions with what their imports gave. What fails, fails for its function only, which then has no package."""
    wanted = [one for one in built if _is_wanted(one)]
    if not wanted:
        return tuple(built)
    with world.console.step("import") as step:
        work = partial(_one, settings=settings, world=world, interpreters=interpreters)
        found = dict(zip((one.function.name for one in wanted), _all(wanted, work), strict=True))
        told = _Told(world=world)
        done = tuple(told.of(one, found[one.function.name]) if one.function.name in found else one for one in built)
        told.finish()
        step.failed = any(one.package is None for one in done if one.function.name in found)
    return done


def _is_wanted(one: Built) -> bool:
    spec = one.function.spec
    return one.package is not None and spec.handler is not None and spec.build.import_check != "never"


def _all(
    wanted: Sequence[Built], work: Callable[[Built], Imported | Absent | LambdaCiError]
) -> list[Imported | Absent | LambdaCiError]:
    """A single one runs in this thread, so that an interrupt ends it at once; several end when they see that we are gone."""
    from lambda_ci.adapters.threads import in_parallel

    if len(wanted) == 1:
        return [work(wanted[0])]
    return in_parallel(work, wanted, threads=_THREADS, cancelled=threading.Event())


def _one(
    built: Built, *, settings: Settings, world: World, interpreters: Interpreters
) -> Imported | Absent | LambdaCiError:
    from lambda_ci.adapters.interpreter import Absent
    from lambda_ci.package.import_check.check import Subject, import_check

    assert built.package is not None
    spec = built.function.spec
    named = settings.aws.region or world.environ.get("AWS_REGION") or world.environ.get("AWS_DEFAULT_REGION")
    subject = Subject(
        function=built.function,
        package=built.package,
        region=named or _ANY_REGION,
        layers=[layer.package for layer in built.layers or () if not isinstance(layer, str)],
        unknown_layers=any(isinstance(layer, str) for layer in built.layers or ()) or bool(spec.members.get("Layers")),
    )
    try:
        required = spec.build.import_check == "required"
        python = interpreters.of(spec.target, spec.build, native=True, required=required)
        if isinstance(python, Absent):
            return python
        return import_check(subject, python, cache_dir=settings.cache_dir)
    except LambdaCiError as error:
        return error


@dataclass(kw_only=True)
class _Told:
    """Says what came out, and what is the same for several functions only once."""

    world: World
    _not_made: dict[str, list[str]] = field(default_factory=dict)
    """The functions by why they were not imported."""

    def of(self, built: Built, found: Imported | Absent | LambdaCiError) -> Built:
        from lambda_ci.adapters.interpreter import Absent

        if isinstance(found, PackageError):
            return self._failed(built, found)
        if isinstance(found, Absent | LambdaCiError):
            return self._without(built, found)
        name, console = built.function.name, self.world.console
        how = "imported" if found.complete else "tried to import"
        how += " before" if found.before else f" in {found.seconds:.2f} s"
        console.line(f"{name}: {how} by {found.place}")
        warnings = [
            Problem(origin=Origin(source=name), message=text, severity=Severity.WARNING) for text in found.warnings
        ]
        for warning in warnings:
            console.problem(warning)
        console.untrusted(found.output)
        done = ImportResult(place=found.place, complete=found.complete, before=found.before, seconds=found.seconds)
        result = replace(_with(built, done), warnings=(*built.result.warnings, *warnings))
        return replace(built, result=result)

    def _failed(self, built: Built, error: LambdaCiError) -> Built:
        self.world.console.line(f"✗ {built.function.name}: {error.what}")
        return replace(built, package=None, result=replace(built.result, failure=failure_of(error)))

    def _without(self, built: Built, found: Absent | LambdaCiError) -> Built:
        """The check could not be made, which is a failure only where it is required."""
        why = found.what if isinstance(found, LambdaCiError) else found.why
        if built.function.spec.build.import_check == "required":
            return self._failed(built, _not_made(found))
        self._not_made.setdefault(why, []).append(built.function.name)
        return replace(built, result=_with(built, ImportResult(why=why)))

    def finish(self) -> None:
        for why, names in self._not_made.items():
            who = names[0] if len(names) == 1 else f"{len(names)} functions"
            self.world.console.line(f"{who}: not imported, because {why}")


def _with(built: Built, done: ImportResult) -> FunctionResult:
    build = built.result.build
    return replace(built.result, build=build and replace(build, imported=done))


def _not_made(found: Absent | LambdaCiError) -> LambdaCiError:
    if isinstance(found, LambdaCiError):
        return found
    return BuildError(
        "the handler cannot be imported before the deploy, and `build.import-check: required` asks for it",
        why=found.why,
        fix=found.fix,
    )
