"""What a verdict needs to know beside the report, and what it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambda_ci.model.target import Target
    from lambda_ci.package.import_check.report import Frame


class Level(Enum):
    """How much a finding says about Lambda."""

    CERTAIN = "it fails there"
    DOUBTFUL = "it may fail there: an error only where the check is required"
    UNKNOWN = "nothing that this check could know: never an error"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong, in the three parts of an error."""

    level: Level
    what: str
    why: str = ""
    fix: str = ""


@dataclass(frozen=True, kw_only=True)
class Case:
    """``place``: the interpreter, for people; ``is_image``: whether it is the one of AWS's image, so that what is missing there
    is missing on Lambda; ``distributions``: by path in the package, ``name version`` of what brought it."""

    handler: str
    target: Target
    place: str
    is_image: bool
    distributions: Mapping[str, str]
    """Every file of the package and of the layers that are known, by its path from where modules are looked for; empty for the
    function's own files."""
    requirements: str
    """The dependency file's name; empty where there is none."""
    unknown_layers: bool
    not_taken: Mapping[str, str] = field(default_factory=dict)
    """Where the project declares distributions that the function does not take, by their normalised names."""

    @property
    def module(self) -> str:
        return self.handler.rpartition(".")[0].replace("/", ".")

    @property
    def attribute(self) -> str:
        return self.handler.rpartition(".")[2]

    def has(self, module: str) -> bool:
        """Whether the package has something of that top-level name."""
        return any(path.split("/", 1)[0].partition(".")[0] == module for path in self.distributions)

    def owner(self, frame: Frame) -> str:
        """The distribution that a frame's file belongs to; empty for the function's own."""
        path = frame.path if frame.file[0] == "task" else below_layer(frame.path, self.target)
        return self.distributions.get(path, "") if frame.is_functions else ""

    def chain(self, trail: Sequence[Frame]) -> str:
        """The lines that led there, outermost first, each with the distribution that it belongs to."""
        frames = [frame for frame in trail if frame.file[0] != "python"] or list(trail)
        lines = [str(frame) + (f"  ({self.owner(frame)})" if self.owner(frame) else "") for frame in frames]
        if len(lines) > _FIRST + _LAST:
            lines = [*lines[:_FIRST], f"… {len(lines) - _FIRST - _LAST} more", *lines[-_LAST:]]
        return "\n".join(lines)


_FIRST, _LAST = 2, 6


def below_layer(path: str, target: Target) -> str:
    """A path in a layer as Python sees it, from the folder where modules are looked for."""
    return path.removeprefix("python/").removeprefix(f"lib/python{target.python_version}/site-packages/")
