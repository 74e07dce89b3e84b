"""``--changed-since``: the functions that changes affect, by the closure of their sources, local packages and configuration."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.affected.decision import Tree, Watch, decide
from lambda_ci.affected.differences import differences
from lambda_ci.errors import ConfigurationError, LambdaCiError
from lambda_ci.model.settings import Affected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from lambda_ci.adapters.git_changes import Changes, WorkTree
    from lambda_ci.inputs.settings import Sources
    from lambda_ci.model.settings import Function, Layer, Settings
    from lambda_ci.verbs.world import World

_CHOICES = ("function", "functions")
"""Which functions to work on; the second only among inputs."""
_VARIABLE = "LAMBDA_CI_FUNCTION"
_SHOWN = 3
_NAMED = 10


@dataclass(frozen=True, kw_only=True)
class _Then:
    """What has changed, and how the configuration was before."""

    changes: Changes
    tree: WorkTree
    sources: Sources
    today: date

    def settings(self, past: bytes) -> Settings:
        """With the flags and variables of today, and all functions of then. Raises ConfigurationError."""
        from lambda_ci.inputs.settings import load

        now = self.sources
        then = replace(
            now,
            flags={name: text for name, text in now.flags.items() if name not in _CHOICES},
            inputs=now.inputs and {name: text for name, text in now.inputs.items() if name not in _CHOICES},
            environ={name: text for name, text in now.environ.items() if name != _VARIABLE},
            past=past,
        )
        return load(then, today=self.today)


def select(settings: Settings, sources: Sources, world: World) -> Settings:
    """The settings with the affected functions only; says why each is. Raises ConfigurationError where git cannot tell."""
    from lambda_ci.adapters.git_changes import work_tree

    tree = work_tree(settings.root, environ=world.environ)
    changes = tree.changes(settings.changed_since)
    then = changes and _Then(changes=changes, tree=tree, sources=sources, today=world.today)
    reasons = _reasons(settings, then) if then else _everything(settings)
    affected = Affected(
        since=settings.changed_since,
        reasons={one.name: reasons[one.name] for one in settings.functions if one.name in reasons},
        skipped=tuple(one.name for one in settings.functions if one.name not in reasons),
    )
    _tell(affected, world)
    functions = tuple(one for one in settings.functions if one.name in reasons)
    return replace(settings, functions=functions, affected=affected)


def _tell(affected: Affected, world: World) -> None:
    for name, reasons in affected.reasons.items():
        more = f"; {len(reasons) - _SHOWN} more reasons" if len(reasons) > _SHOWN else ""
        world.console.line(f"{name}: {'; '.join(reasons[:_SHOWN])}{more}")
    if not affected.reasons:
        world.console.line(f"no function is affected by what changed since {affected.since}")
    elif affected.skipped:
        names = ", ".join(affected.skipped[:_NAMED]) + (", …" if len(affected.skipped) > _NAMED else "")
        world.console.line(f"{len(affected.skipped)} not affected by what changed since {affected.since}: {names}")


def _everything(settings: Settings) -> dict[str, tuple[str, ...]]:
    why = f"there is no commit {settings.changed_since[:12]}… to compare with"
    return {one.name: (why,) for one in settings.functions}


def _reasons(settings: Settings, then: _Then) -> dict[str, tuple[str, ...]]:
    given = _configured(settings, then)
    watches = [_watch(function, settings, given[function.name], then) for function in settings.functions]
    keep_out = [_real(path) for path in (settings.output_dir, settings.cache_dir)]
    return decide(watches, then.changes.paths, root=_real(settings.root), keep_out=keep_out)


def _configured(settings: Settings, then: _Then) -> Mapping[str, tuple[str, ...]]:
    """What of each function's configuration is different from what the file said then."""
    config = settings.config and _real(settings.config)
    if config is None or config not in then.changes.paths:
        return {one.name: () for one in settings.functions}
    past = then.tree.content(then.changes.base, config)
    if past is None:
        return {one.name: (f"{config.name} is new",) for one in settings.functions}
    try:
        return differences(settings, then.settings(past))
    except ConfigurationError:
        return {one.name: (f"{config.name} cannot be read as it was",) for one in settings.functions}


def _watch(function: Function, settings: Settings, given: Sequence[str], then: _Then) -> Watch:
    """Everything that the function is made of: its own, and its layers'."""
    layers = [settings.layers[name] for name in function.spec.layers or () if name in settings.layers]
    parts = [_part(function, then), *(_part(layer, then) for layer in layers)]
    payloads = [settings.root / case.payload_file for case in function.spec.smoke if case.payload_file]
    image = [function.dockerfile] if function.dockerfile else []
    return Watch(
        name=function.name,
        trees=[
            *(tree for part in parts for tree in part.trees),
            *([Tree(folder=_real(function.context))] if function.context else []),
        ],
        files=frozenset({*(file for part in parts for file in part.files), *map(_real, (*payloads, *image))}),
        given=(*given, *(reason for part in parts for reason in part.given)),
    )


def _part(one: Function | Layer, then: _Then) -> Watch:
    """What it consists of. What cannot be read is a reason: the build says what is wrong with it."""
    watch = Watch(name=one.name)
    try:
        if one.source:
            watch = _with_source(watch, one, one.source)
        return _with_dependencies(watch, one.requirements, then) if one.requirements else watch
    except LambdaCiError as error:
        return replace(watch, given=(*watch.given, f"what it is made of cannot be read: {error.what}"))


def _with_source(watch: Watch, one: Function | Layer, source: Path) -> Watch:
    from lambda_ci.package.ignore import IGNORE_FILE

    folder = _real(source)
    if not source.is_dir():
        return replace(watch, files=frozenset({folder}))
    tree = Tree(folder=folder, counts=_packaged(source, one.spec.exclude))
    return replace(watch, trees=[tree], files=frozenset({folder / IGNORE_FILE}))


def _packaged(source: Path, exclude: Iterable[str]) -> Callable[[str], bool]:
    """Whether a file of the source goes into the package; what is in a folder that stays out stays out as well."""
    from lambda_ci.package.ignore import rules

    ignored = rules(source, exclude)

    def counts(path: str) -> bool:
        parts = path.split("/")
        folders = ("/".join(parts[:number]) + "/" for number in range(1, len(parts)))
        return not any(ignored.match_file(one) for one in (*folders, path))

    return counts


def _with_dependencies(watch: Watch, requirements: Path, then: _Then) -> Watch:
    from lambda_ci.lock.closure import closure, locked, told

    found, written = closure(requirements, environ=then.sources.environ), f"pylock.{requirements.stem}-*.toml"
    locks = Tree(folder=_real(requirements).parent, counts=lambda path: fnmatchcase(path, written) and "/" not in path)
    trees = [*watch.trees, locks, *(Tree(folder=_real(folder)) for folder in found.folders)]
    stale = (
        f"{lock.name} changed in what it says of {project.parent.name}"
        for lock, project in found.locks.items()
        if _differs(lock, partial(locked, lock=lock, project=project), then)
    )
    settings = (f"[tool.uv] changed in {_shown(file, then)}" for file in found.settings if _differs(file, told, then))
    files = watch.files | {_real(file) for file in found.files}
    return replace(watch, trees=trees, files=files, given=(*watch.given, *stale, *sorted(settings)))


def _differs(file: Path, part: Callable[[str], str | None], then: _Then) -> bool:
    """Whether the part of a file that counts is another one than it was; where it cannot be read, it is."""
    if _real(file) not in then.changes.paths:
        return False
    past = then.tree.content(then.changes.base, _real(file)) or b""
    now = file.read_bytes() if file.is_file() else b""
    before, after = (part(content.decode("utf-8", "replace")) for content in (past, now))
    return before is None or before != after


def _shown(file: Path, then: _Then) -> str:
    return os.path.relpath(_real(file), then.tree.root)


def _real(path: Path) -> Path:
    """Absolute, without ``..`` and links, as git sees it. The last part stays as it is, because it may be gone."""
    return (
        Path(os.path.realpath(path.parent)) / path.name if path.name not in {"", ".."} else Path(os.path.realpath(path))
    )
