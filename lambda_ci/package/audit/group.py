"""What belongs together in an audit: one wheel, or one entry at the top of the function's own files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lambda_ci.model.audit import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambda_ci.model.artifact import Wheel
    from lambda_ci.model.audit import Binary
    from lambda_ci.package.file import File


TASK, OPT = "/var/task", "/opt"
"""Where Lambda unpacks packages, and layers."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """``distribution`` and ``wheel`` (a file name) are empty for the function's own files."""

    distribution: str
    wheel: str
    files: Mapping[str, File]
    binaries: Sequence[Binary]
    root: str = TASK
    """The folder on Lambda that the paths start from."""

    @property
    def own(self) -> bool:
        return not self.distribution

    @property
    def universal(self) -> bool:
        """Whether the wheel says that it fits every platform, and so may carry binaries for several."""
        return self.wheel.removesuffix(".whl").endswith("-any")

    @cached_property
    def machines(self) -> frozenset[str]:
        return frozenset(binary.machine for binary in self.binaries if binary.kind is not Kind.OTHER)


def of_wheel(wheel: Wheel, files: Sequence[File], binaries: Sequence[Binary], *, root: str = TASK) -> Group:
    """The group of one wheel. ``root``: the folder on Lambda that its files are in."""
    return Group(
        root=root,
        distribution=wheel.name,
        wheel=wheel.filename,
        files={file.path: file for file in files},
        binaries=binaries,
    )


def of_own_files(files: Sequence[File], binaries: Sequence[Binary], *, root: str = TASK) -> list[Group]:
    """One group per entry at the top: what lies in one folder was put there together."""
    tops = sorted({_top(binary.path) for binary in binaries})
    return [
        Group(
            root=root,
            distribution="",
            wheel="",
            files={file.path: file for file in files if _top(file.path) == top},
            binaries=[binary for binary in binaries if _top(binary.path) == top],
        )
        for top in tops
    ]


def _top(path: str) -> str:
    return path.partition("/")[0]
