"""The inputs stage: every source of settings, merged and checked, becomes ``Settings`` or every problem at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters.service_model import lambda_model
from lambda_ci.errors import ConfigurationError
from lambda_ci.inputs import sections
from lambda_ci.inputs.checks import check_function, check_names, check_region
from lambda_ci.inputs.compose import Unreadable
from lambda_ci.inputs.config_file import above, as_it_was, find
from lambda_ci.inputs.door import admit
from lambda_ci.inputs.files import find_files, find_layer_files
from lambda_ci.inputs.hiding import hidden
from lambda_ci.inputs.images import find_image_files
from lambda_ci.inputs.interpolate import Interpolation, has_placeholder, malformed
from lambda_ci.inputs.lambda_layers import check_layers
from lambda_ci.inputs.layers import CACHE_VARIABLES, Given, gather
from lambda_ci.inputs.located import Located, leaves, mapping
from lambda_ci.inputs.members import Members
from lambda_ci.inputs.wording import ENOUGH
from lambda_ci.model.problem import Problem, Severity
from lambda_ci.model.settings import Function, Layer, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from pydantic import JsonValue

    from lambda_ci.inputs.config_file import ConfigFile
    from lambda_ci.inputs.files import Files, LayerFiles
    from lambda_ci.inputs.images import ImageFiles
    from lambda_ci.model.spec.packages import LayerSpec
    from lambda_ci.model.spec.project import Spec


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where settings come from. ``inputs`` is ``None`` outside an action; every text is as it was given."""

    flags: Mapping[str, str]
    inputs: Mapping[str, str] | None
    environ: Mapping[str, str]
    cwd: Path
    past: bytes | None = None
    """What the configuration file held some time ago, to be read in its stead. The files that it names need not be there."""
    deployed: Mapping[str, str] = field(default_factory=dict)
    """What the function on AWS has, by the names of options: it stands in for what nobody says."""
    preview: bool = False
    """Whether this is for a pull request's preview: the stage ``preview`` is taken, where the file has one and no other is chosen."""


def load(sources: Sources, *, today: date) -> Settings:
    """Merge and check everything. Raises ConfigurationError with every problem there is, in the order of the file."""
    given = gather(flags=sources.flags, inputs=sources.inputs, environ=sources.environ, deployed=sources.deployed)
    try:
        file = find(given.run.at("config"), sources.cwd)
        file = file if file is None or sources.past is None else as_it_was(file, sources.past)
    except Unreadable as error:
        raise _refused([*given.problems, error.problem]) from None
    reading = _Reading(sources=sources, given=given, file=file, today=today)
    settings = reading.settings()
    if settings is None or any(problem.severity is Severity.ERROR for problem in reading.problems):
        raise _refused(reading.problems)
    return replace(settings, warnings=tuple(_ordered(reading.problems)))


def cache_dir(environ: Mapping[str, str]) -> Path:
    """The folder for caches that the environment names, or the user's; relative ones are below the working directory."""
    for name in CACHE_VARIABLES:
        if named := environ.get(name):
            return Path(named)
    caches = environ.get("XDG_CACHE_HOME", "")
    if Path(caches).is_absolute():
        return Path(caches) / "lambda-ci"
    return Path(environ.get("HOME", "")) / ".cache" / "lambda-ci"


@dataclass(kw_only=True)
class _Reading:
    """One reading of everything: what it finds wrong is gathered in ``problems``."""

    sources: Sources
    given: Given
    file: ConfigFile | None
    today: date
    problems: list[Problem] = field(default_factory=list)
    files: dict[str, Files] = field(default_factory=dict)
    images: dict[str, ImageFiles] = field(default_factory=dict)
    layers: dict[str, LayerFiles] = field(default_factory=dict)
    members: dict[str, Mapping[str, JsonValue]] = field(default_factory=dict)
    stage: str | None = None
    secrets: frozenset[str] = field(default_factory=frozenset, repr=False)

    @property
    def root(self) -> Path:
        return self.file.folder if self.file else self.sources.cwd

    def settings(self) -> Settings | None:
        """The settings, or ``None`` where the problems do not allow any."""
        self.problems.extend(self.given.problems)
        self._read_file()
        document = self._document()
        if document is None:
            return None
        self._check(document)
        spec, problems = admit(self._own(document))
        self.problems.extend(problems)
        return self._settle(spec, document) if spec else None

    def _read_file(self) -> None:
        """Check the whole file, also what this run does not use. Missing values and placeholders are no matter here."""
        if self.file is None:
            return
        self.problems.extend(self.file.problems)
        self.problems.extend(malformed(self.file.root))
        parts = Members(model=lambda_model(), whole=False)
        own = sections.each_function(self.file.root, lambda node: parts.split(node).own)
        self.problems.extend(parts.problems)
        self.problems.extend(admit(_without_placeholders(own), whole=False)[1])

    def _document(self) -> Located | None:
        root = self.file.root if self.file else mapping({})
        resolution = sections.Resolution(
            root=root, has_file=self.file is not None, given=self.given, preview=self.sources.preview
        )
        document = resolution.document()
        self.stage = resolution.stage_name
        self.problems.extend(resolution.problems)
        if document is None:
            if self.file is None:
                cwd, action = self.sources.cwd, self.sources.inputs is not None
                self.problems.append(sections.nothing(cwd, elsewhere=above(cwd), action=action))
            return None
        interpolation = Interpolation(environ=self.sources.environ)
        document = interpolation.fill(document)
        self.problems.extend(interpolation.problems)
        self.secrets = hidden(document, interpolation.secrets)
        return document

    def _own(self, document: Located) -> Located:
        """The document without AWS's members, which are checked and kept."""
        check = Members(model=lambda_model(), whole=True)
        functions = document.entries["functions"]
        own: dict[str, Located] = {}
        for name, node in functions.entries.items():
            split = check.split(node)
            own[name], self.members[name] = split.own, split.members
        self.problems.extend(check.problems)
        return mapping({**document.entries, "functions": mapping(own, like=functions)}, like=document)

    def _check(self, document: Located) -> None:
        functions = document.entries["functions"].entries
        self.problems.extend(check_region(document.at("aws")))
        self.problems.extend(check_names(functions))
        layers = document.at("layers")
        for name, layer in (layers.entries if layers is not None else {}).items():
            self.layers[name] = find_layer_files(layer, root=self.root)
            self._found(self.layers[name].problems)
        for name, function in functions.items():
            self.problems.extend((*check_function(function, today=self.today), *check_layers(function, layers)))
            self.files[name] = find_files(function, root=self.root)
            self.images[name] = find_image_files(function, root=self.root)
            self._found((*self.files[name].problems, *self.images[name].problems))

    def _found(self, problems: Iterable[Problem]) -> None:
        """What is wrong with files today."""
        if self.sources.past is None:
            self.problems.extend(problems)

    def _settle(self, spec: Spec, document: Located) -> Settings:
        return Settings(
            root=self.root,
            config=self.sources.cwd / self.file.name if self.file else None,
            project=spec.project,
            stage=self.stage,
            aws=spec.aws,
            staging=spec.staging,
            cache=spec.cache,
            preview=spec.preview,
            functions=tuple(self._function(name, spec, document) for name in spec.functions),
            layers={name: self._layer(name, one) for name, one in spec.layers.items()},
            frozen=self._chosen("frozen"),
            allow_older=self._chosen("allow-older"),
            fail_fast=self._chosen("fail-fast"),
            rollback_all=spec.on_failure == "rollback-all",
            changed_since=self._word("changed-since"),
            revision_id=self._word("revision-id"),
            output_dir=self._folder("output-dir") or self.sources.cwd / "dist",
            report_dir=self._folder("report-dir"),
            cache_dir=self._folder("cache-dir") or self.sources.cwd / cache_dir(self.sources.environ),
            secrets=self.secrets,
            origins={key: node.origin for key, node in leaves(document) if key != "version"},
        )

    def _function(self, name: str, spec: Spec, document: Located) -> Function:
        files, image = self.files[name], self.images[name]
        function = spec.functions[name].model_copy(update={"members": self.members[name]})
        triggers = document.at("functions", name, "triggers")
        return Function(
            name=name,
            spec=function,
            source=files.source,
            requirements=files.requirements,
            dockerfile=image.dockerfile,
            context=image.context,
            own_triggers=triggers is not None and triggers.key.startswith("stages."),
        )

    def _layer(self, name: str, spec: LayerSpec) -> Layer:
        files = self.layers[name]
        return Layer(name=name, spec=spec, source=files.source, requirements=files.requirements)

    def _word(self, option: str) -> str:
        node = self.given.run.at(option)
        return str(node.value) if node else ""

    def _chosen(self, option: str) -> bool:
        node = self.given.run.at(option)
        return bool(node and node.value)

    def _folder(self, option: str) -> Path | None:
        node = self.given.run.at(option)
        return self.sources.cwd / str(node.value) if node else None


def _without_placeholders(node: Located) -> Located:
    """The tree with every value that is still to be filled left out, so that its type is not judged."""
    if isinstance(node.value, dict):
        kept = {name: child for name, child in node.value.items() if not has_placeholder(child)}
        return replace(node, value={name: _without_placeholders(child) for name, child in kept.items()})
    if isinstance(node.value, tuple):
        return replace(node, value=tuple(_without_placeholders(child) for child in node.value))
    return node


def _ordered(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Each problem once, files first and by position; what a merge repeats was written only once."""
    distinct = {(problem.origin, problem.key, problem.message): problem for problem in problems}
    return iter(sorted(distinct.values(), key=_position))


def _position(problem: Problem) -> tuple[bool, str, int, int]:
    origin = problem.origin
    return origin.line is None, origin.source, origin.line or 0, origin.column or 0


def _refused(problems: Iterable[Problem]) -> ConfigurationError:
    ordered = list(_ordered(problems))
    count = sum(problem.severity is Severity.ERROR for problem in ordered)
    hidden = len(ordered) - ENOUGH
    return ConfigurationError(
        f"the configuration has {count} {'problem' if count == 1 else 'problems'}",
        problems=ordered[:ENOUGH],
        why=f"{hidden} more are not shown" if hidden > 0 else "",
    )
