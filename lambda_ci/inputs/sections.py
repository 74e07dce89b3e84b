"""Where functions are described in the file, and how the descriptions of one function lie over each other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from lambda_ci.inputs import lambda_layers
from lambda_ci.inputs.located import NOWHERE, Located, mapping, merge, scalars, without_empty
from lambda_ci.inputs.wording import quoted, suggestion
from lambda_ci.model.problem import Origin, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lambda_ci.inputs.layers import Given

MAX_MERGED = 200_000
PREVIEW_STAGE = "preview"
NOT_FOR_PREVIEWS = frozenset({"mode", "reserved-concurrency", "provisioned-concurrency", "rollout", "scaling"})
"""What a preview has only where its own stage says so: it would take capacity from the real function, or cannot be."""
NOTHING = "there is nothing to work on: no lambda-ci.yml here, and no function named"
LEAST = "{version: 1, functions: {NAME: {handler: app.handler, runtime: python3.13}}}"
"""All that a configuration must say."""
NOTHING_FIX = f"have `lambda-ci init` write one (the least is {LEAST}), name one with --config, or describe one function with --function-name, --handler, …"
ACTION_FIX = f"check the repository out before this step (on GitHub: actions/checkout), name the file with the input config, or describe one function with the inputs function-name, handler, … (the least file is {LEAST})"


def nothing(folder: Path, *, elsewhere: Path | None, action: bool) -> Problem:
    """Neither a file nor a function. ``elsewhere``: a file in a folder above; ``action``: whether there are inputs and no flags."""
    fix = ACTION_FIX if action else NOTHING_FIX
    meant = f"there is one in {elsewhere.parent}: go there, or give --config {elsewhere}" if elsewhere else fix
    return Problem(origin=Origin(source=str(folder)), message=f"{NOTHING}; {meant}")


def each_function(root: Located, change: Callable[[Located], Located]) -> Located:
    """The file's tree with every description of a function changed: defaults, functions, and those of every stage."""
    entries = _described(root, change)
    if (stages := root.at("stages")) and stages.entries:
        changed = {name: _stage(stage, change) for name, stage in stages.entries.items()}
        entries["stages"] = mapping(changed, like=stages)
    return replace(root, value=entries)


def _stage(stage: Located, change: Callable[[Located], Located]) -> Located:
    section = _section(stage)
    return replace(section, value=_described(section, change)) if isinstance(section.value, dict) else section


def _described(section: Located, change: Callable[[Located], Located]) -> dict[str, Located]:
    entries = {name: node for name, node in section.entries.items() if node.value is not None}
    if defaults := entries.get("defaults"):
        entries["defaults"] = change(defaults)
    if (functions := entries.get("functions")) and functions.entries:
        changed = {name: change(_section(node)) for name, node in functions.entries.items()}
        entries["functions"] = mapping(changed, like=functions)
    if (layers := entries.get("layers")) and layers.entries:
        entries["layers"] = mapping({name: _section(node) for name, node in layers.entries.items()}, like=layers)
    return entries


def _section(node: Located) -> Located:
    """A section without its empty entries; ``orders:`` with nothing after it is an empty section."""
    if node.value is None:
        return replace(node, value={})
    return without_empty(node)


def _packaging(section: Located) -> Located | None:
    """How packages are built stands at the top as well: for every function, as ``defaults`` would say it."""
    there = {name: node for name in ("build", "package") if (node := section.at(name)) is not None}
    return replace(section, value=there) if there else None


@dataclass(kw_only=True)
class Resolution:
    """One document with what this run is about: the chosen functions, each with all of its layers merged."""

    root: Located
    """The file's tree; an empty mapping without a file."""
    has_file: bool
    given: Given
    preview: bool = False
    problems: list[Problem] = field(default_factory=list)

    @property
    def stage_name(self) -> str | None:
        """The stage that was chosen, or that a preview takes by itself."""
        if (chosen := self.given.run.at("stage")) is not None:
            return str(chosen.value)
        return PREVIEW_STAGE if self.preview and self.root.at("stages", PREVIEW_STAGE) is not None else None

    def document(self) -> Located | None:
        """The merged document, or ``None`` where the problems say why there is none."""
        stage = self._stage()
        functions = self._functions(stage) if self.has_file else self._single()
        if functions is None:
            return None
        entries: dict[str, Located | None] = {"version": Located(value=1, origin=NOWHERE)}
        for name in ("project", "on-failure", "aws", "staging", "cache", "preview"):
            entries[name] = self._project(name, stage)
        self.problems.extend(lambda_layers.strangers(self.root))
        sections = [self.root, *([stage] if stage else [])]
        if layers := lambda_layers.described(sections, self.given.function):
            entries["layers"] = mapping(layers, like=self.root.at("layers"))
        document = mapping({**entries, "functions": mapping(functions)})
        return document if self._is_small(document) else None

    def _is_small(self, document: Located) -> bool:
        """Each function repeats the defaults: what was small enough in the file may not be any more."""
        if next(islice(scalars(document), MAX_MERGED, None), None) is None:
            return True
        message = f"more than {MAX_MERGED:,} values, once `defaults` are merged into every function"
        self.problems.append(self.root.problem(message))
        return False

    def _project(self, name: str, stage: Located | None) -> Located | None:
        node = merge(*(root.at(name) for root in (self.root, stage, self.given.project) if root is not None))
        return None if node is None or node.value is None else without_empty(node)

    def _stage(self) -> Located | None:
        chosen = self.given.run.at("stage")
        if chosen is None:
            return self.root.at("stages", PREVIEW_STAGE) if self.stage_name else None
        stages = self.root.at("stages") or mapping({})
        if not self.has_file:
            self.problems.append(chosen.problem("a stage stands in a configuration file, and there is none here"))
        elif stages.at(str(chosen.value)) is None:
            known = ", ".join(stages.entries) or "none"
            meant = suggestion(str(chosen.value), stages.entries)
            message = f"there is no stage {quoted(str(chosen.value))} in the file (its stages: {known}){meant}"
            self.problems.append(chosen.problem(message))
        return stages.at(str(chosen.value))

    def _single(self) -> dict[str, Located] | None:
        """Without a file: one function under its own name."""
        name = self.given.function.at("function-name")
        if name is None:
            return None
        key = str(name.value)
        self._selected([key])
        return {key: replace(self.given.function, origin=name.origin, key_origin=name.origin)}

    def _functions(self, stage: Located | None) -> dict[str, Located] | None:
        functions = self.root.at("functions")
        if functions is None or not functions.entries:
            return None
        self.problems.extend(self._strangers(functions))
        chosen = self._selected(list(functions.entries))
        if (name := self.given.function.at("function-name")) and len(chosen) > 1:
            message = f"one name cannot serve {len(chosen)} functions; choose one with --function"
            self.problems.append(name.problem(message))
        owns = {name: functions.entries[name] for name in chosen}
        usable = {name: own for name, own in owns.items() if isinstance(own.value, dict | None)}
        return {name: self._layers(name, own, stage) for name, own in usable.items()} or None

    def _layers(self, name: str, own: Located, stage: Located | None) -> Located:
        layers = [_packaging(self.root), self._shared(self.root.at("defaults")), self._shared(own)]
        layers += [_packaging(stage), stage.at("defaults"), stage.at("functions", name)] if stage else []
        described = [layer for layer in layers if layer is not None and isinstance(layer.value, dict)]
        merged = merge(*described, self.given.function) or mapping({})
        return without_empty(replace(merged, origin=own.origin, key_origin=own.key_origin, key=own.key))

    def _shared(self, described: Located | None) -> Located | None:
        """What holds for a preview of what is said outside its own stage."""
        if not self.preview or described is None or not isinstance(described.value, dict):
            return described
        kept = {name: node for name, node in described.entries.items() if name not in NOT_FOR_PREVIEWS}
        return replace(described, value=kept)

    def _selected(self, names: list[str]) -> list[str]:
        """The chosen names, in the file's order; all of them where none is chosen."""
        option = self.given.run.at("function")
        wanted = [node for node in option.elements if node.value] if option else []
        for node in wanted:
            name = str(node.value)
            if name not in names:
                known = ", ".join(names)
                message = f"there is no function {quoted(name)} (there are: {known}){suggestion(name, names)}"
                self.problems.append(Problem(origin=node.origin, message=message))
        chosen = {str(node.value) for node in wanted}
        return [name for name in names if name in chosen] if wanted else names

    def _strangers(self, functions: Located) -> Iterator[Problem]:
        stages = self.root.at("stages") or mapping({})
        for stage in stages.entries.values():
            described = stage.at("functions")
            for name, node in (described.entries if described else {}).items():
                if name not in functions.entries:
                    meant = suggestion(name, functions.entries)
                    yield node.key_problem(f"no such function under `functions`{meant}")
