"""Bytecode of a run: which Python compiles for which parts, that of all wheels at once, and that of own files as they come."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from lambda_ci.adapters.scratch import scratch
from lambda_ci.errors import BuildError, LambdaCiError, PackageError
from lambda_ci.model.artifact import NOT_COMPILED, Compiled, OwnBytecode
from lambda_ci.verbs.building.parts import dependencies, parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from lambda_ci.adapters.interpreter import Interpreters
    from lambda_ci.adapters.shared_cache import SharedCache
    from lambda_ci.console import Console
    from lambda_ci.model.artifact import Overlay, Wheel
    from lambda_ci.model.settings import Function, Layer, Settings
    from lambda_ci.package.cache.key import Row
    from lambda_ci.package.file import File
    from lambda_ci.verbs.building.parts import Dependencies, Supply
    from lambda_ci.wheels.bytecode.compiling import Compiler, Sources

    Asked = tuple[Function | Layer, Sequence[File], Sequence[Row]]
    Supplies = Mapping[Dependencies, Supply | LambdaCiError]

_FIX = "or build without bytecode: package.bytecode: auto"


@dataclass(frozen=True, kw_only=True)
class _Missing:
    """Why there is no bytecode, and what to do about it."""

    why: str
    fix: str


@dataclass(kw_only=True)
class Bytecode:
    """What compiles for the parts of a run. ``folder`` holds what the cache does not take."""

    interpreters: Interpreters
    console: Console
    cache_dir: Path
    folder: Path
    shared: SharedCache | None = None
    """Where machines share what they compile."""
    _found: dict[Dependencies, Compiler | _Missing] = field(default_factory=dict)

    def attached(self, supplies: Supplies, settings: Settings) -> Supplies:
        """The supplies with the bytecode of their wheels, for all parts that want some."""
        wanting = _wanting(settings, supplies)
        if not wanting:
            return supplies
        with self.console.step("bytecode") as step:
            self._leave_out(wanting, supplies, settings)
            self._find({key: required for key, required in wanting.items() if key not in self._found})
            step.failed = any(required and isinstance(self._found[key], _Missing) for key, required in wanting.items())
            return self._with_overlays(supplies)

    def of(self, part: Function | Layer, own: Sequence[File], rows: Sequence[Row]) -> Compiled:
        """The bytecode for a package with these own files. Raises BuildError where there has to be some and is none."""
        if part.spec.package.bytecode == "never":
            return NOT_COMPILED
        found = self._found[dependencies(part)]
        if isinstance(found, _Missing):
            return _without(part, found)
        try:
            compiled = tuple(_own(found, own, rows))
        except BuildError as error:
            return _without(part, _Missing(why=_why(error), fix=error.fix))
        return Compiled(place=found.interpreter.place, image=found.interpreter.image, own=compiled)

    def prepare(self, asked: Sequence[Asked]) -> None:
        """Compile the own files of many parts in one process, as far as they are new. What fails is said by ``of``."""
        compilers: dict[str, tuple[Compiler, list[Sources]]] = {}
        for part, own, rows in asked:
            found = None if part.spec.package.bytecode == "never" else self._found[dependencies(part)]
            if found is not None and not isinstance(found, _Missing):
                _, some = compilers.setdefault(found.interpreter.identity, (found, []))
                some += (sources for _, sources in _groups(own, rows))
        for compiler, some in compilers.values():
            with suppress(BuildError, PackageError):
                compiler.all_sources(some)

    def _find(self, wanting: Mapping[Dependencies, bool]) -> None:
        from lambda_ci.adapters.interpreter import Absent
        from lambda_ci.wheels.bytecode.compiling import Compiler
        from lambda_ci.wheels.bytecode.store import BytecodeStore

        store = BytecodeStore(self.cache_dir / "wheels", self.shared)
        for key, required in wanting.items():
            target, build = key[1], key[3]
            found = self.interpreters.of(target, build, native=False, required=required)
            self._found[key] = (
                _Missing(why=found.why, fix=found.fix)
                if isinstance(found, Absent)
                else Compiler(interpreter=found, store=store, folder=self.folder)
            )

    def _leave_out(self, wanting: Iterable[Dependencies], supplies: Supplies, settings: Settings) -> None:
        """Do not compile wheels whose bytecode could not fit into the package."""
        from lambda_ci.wheels.bytecode.room import too_large

        some = {dependencies(part) for part in parts(settings) if not _is_whole(part)}
        for key in wanting:
            having = supplies[key]
            if key not in some and not isinstance(having, LambdaCiError) and (why := too_large(having[1])):
                self._found[key] = _Missing(why=why, fix="")

    def _with_overlays(self, supplies: Supplies) -> Supplies:
        """One process for all wheels of an interpreter. What fails, fails for all of them."""
        done: dict[Dependencies, Supply | LambdaCiError] = {**supplies}
        groups: dict[str, list[Dependencies]] = {}
        for key, found in self._found.items():
            if not isinstance(found, _Missing):
                groups.setdefault(found.interpreter.identity, []).append(key)
        for keys in groups.values():
            done |= self._compiled(keys, supplies)
        return done

    def _compiled(self, keys: Sequence[Dependencies], supplies: Supplies) -> Supplies:
        compiler = self._found[keys[0]]
        assert not isinstance(compiler, _Missing)
        having = {key: one for key in keys if not isinstance(one := supplies[key], LambdaCiError)}

        def starting(count: int) -> None:
            place = compiler.interpreter.place
            self.console.line(f"compiling {count} wheel{'' if count == 1 else 's'} with {place}")

        try:
            overlays = compiler.wheels((wheel for _, wheels in having.values() for wheel in wheels), starting=starting)
        except BuildError as error:
            missing = _Missing(why=_why(error), fix=error.fix)
            self._found |= dict.fromkeys(keys, missing)
            return {}
        return {key: (lock, [_overlaid(wheel, overlays) for wheel in wheels]) for key, (lock, wheels) in having.items()}


@contextmanager
def bytecode(
    settings: Settings, interpreters: Interpreters, console: Console, *, shared: SharedCache | None = None
) -> Iterator[Bytecode]:
    """Bytecode for one run; what the cache did not take is gone at the end."""
    with scratch() as folder:
        yield Bytecode(
            interpreters=interpreters,
            console=console,
            cache_dir=settings.cache_dir,
            folder=folder,
            shared=shared if shared and shared.spec.packages else None,
        )


def _wanting(settings: Settings, supplies: Supplies) -> dict[Dependencies, bool]:
    """What is to be compiled for, and whether it has to be."""
    wanting: dict[Dependencies, bool] = {}
    for part in parts(settings):
        key, wish = dependencies(part), part.spec.package.bytecode
        if wish != "never" and not isinstance(supplies[key], LambdaCiError):
            wanting[key] = wanting.get(key, False) or wish == "required"
    return wanting


def _is_whole(part: Function | Layer) -> bool:
    """Whether everything that the part depends on is in its own package, and bytecode is a matter of room."""
    package = part.spec.package
    slimmed = package.slim or package.botocore_services or package.runtime_boto3
    parted = getattr(part.spec, "layer", None) == "auto"
    return package.bytecode == "auto" and not slimmed and not parted


def _overlaid(wheel: Wheel, overlays: Mapping[Wheel, Overlay]) -> Wheel:
    return replace(wheel, overlays=(*wheel.overlays, overlays[wheel]))


def _own(compiler: Compiler, own: Sequence[File], rows: Sequence[Row]) -> Iterator[OwnBytecode]:
    for (distribution, version), (digests, content) in _groups(own, rows):
        if overlay := compiler.sources(digests, content):
            yield OwnBytecode(distribution=distribution, version=version, overlay=overlay)


def _groups(own: Sequence[File], rows: Sequence[Row]) -> Iterator[tuple[tuple[str, str], Sources]]:
    """Own files, and those of a library beside them, each for themselves: the library is the same in every package.

    Their contents are those of the digests: the cache believes its keys. Raises PackageError where a file has changed since.
    """
    files = {file.path: file for file in own}
    groups: dict[tuple[str, str], dict[str, str]] = {}
    for path, _, digest in rows:
        source = files[path].source
        groups.setdefault((source.distribution, source.version), {})[path] = digest
    for name, digests in sorted(groups.items()):
        yield name, (digests, partial(_content, files, digests))


def _content(files: Mapping[str, File], digests: Mapping[str, str], path: str) -> bytes:
    from lambda_ci.package.file import read_as

    return read_as(files[path], digests[path])


def _without(part: Function | Layer, missing: _Missing) -> Compiled:
    if part.spec.package.bytecode != "required":
        return Compiled(why=missing.why)
    raise BuildError(
        f"there is no bytecode for {part.name}, and `package.bytecode: required` asks for it",
        why=missing.why,
        fix=f"{missing.fix}; {_FIX}" if missing.fix else _FIX.removeprefix("or "),
    )


def _why(error: BuildError) -> str:
    return f"{error.what}: {error.why}" if error.why else error.what
