"""A dependency that has no wheel for the target, in words that help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.tags import Tag

    from lambda_ci.model.target import Target

_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """``wheels`` are the file names of the wheels there are, none of which fits; ``source`` says what there is instead."""

    name: str
    version: str
    wheels: tuple[str, ...]
    source: str = ""

    def line(self, target: Target) -> str:
        """One line: what the package offers, those nearest to the target first."""
        label = f"{self.name} {self.version}".strip()
        if not self.wheels:
            return f"{label}: no wheels at all, only {self.source or 'nothing'}"
        tags = sorted({_tags_of(wheel) for wheel in self.wheels}, key=lambda tag: _distance(tag, target))
        return f"{label}: offers {_shortened(tags)}{_newer_glibc(tags, target)}"


def accepted(target: Target) -> str:
    """One line: what the runtime takes."""
    tags = [str(tag) for tag in target.tags]
    return f"{target} takes {_shortened(tags)}"


def fits(wheel: str, target: Target) -> bool:
    """Whether a wheel of this file name runs on the target."""
    from packaging.utils import parse_wheel_filename

    tags: Iterable[Tag] = parse_wheel_filename(wheel)[3]
    return not frozenset(tags).isdisjoint(target.tags)


def _tags_of(wheel: str) -> str:
    return "-".join(wheel.removesuffix(".whl").rsplit("-", 3)[1:])


def _distance(tag: str, target: Target) -> tuple[bool, bool, str]:
    """Sorts wheels of the right machine first, then of the right Python."""
    interpreter, _, platform = tag.split("-", 2)
    machine = target.architecture.machine
    python = f"cp{target.python[0]}{target.python[1]}"
    return (not ("manylinux" in platform and machine in platform), python not in interpreter, tag)


def _newer_glibc(tags: list[str], target: Target) -> str:
    """Says so where the C library is all that is in the way."""
    minors = [minor for tag in tags for minor in _glibc_minors(tag, target)]
    return f" (needs glibc 2.{min(minors)})" if minors and min(minors) > target.glibc[1] else ""


def _glibc_minors(tag: str, target: Target) -> list[int]:
    interpreter, abi, platforms = tag.split("-", 2)
    here = {(str(known.interpreter), str(known.abi)) for known in target.tags}
    pairs = {(python, binary) for python in interpreter.split(".") for binary in abi.split(".")}
    if here.isdisjoint(pairs):
        return []
    ours = [name for name in platforms.split(".") if name.endswith(f"_{target.architecture.machine}")]
    words = [name.split("_") for name in ours if name.startswith("manylinux_2_")]
    return [min(int(word[2]) for word in words if word[2].isdigit())] if words else []


def _shortened(tags: list[str]) -> str:
    rest = len(tags) - _SHOWN
    return ", ".join(tags[:_SHOWN]) + (f", … ({rest} more)" if rest > 0 else "")
