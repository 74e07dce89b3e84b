"""One distribution of a package to be, as the rules for slimming look at it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lambda_ci.package.slimming.mentions import mentions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.model.artifact import Wheel
    from lambda_ci.package.file import File
    from lambda_ci.package.slimming.mentions import Mentions

_LEGAL = re.compile(r"(LICEN[CS]E|COPYING|NOTICE|COPYRIGHT|AUTHORS)", re.IGNORECASE)


@dataclass(frozen=True)
class Whole:
    """A wheel with all its files, before any rule."""

    wheel: Wheel
    files: Sequence[File]

    @cached_property
    def mentions(self) -> Mentions:
        """What its own Python sources name."""
        return mentions(self.wheel, self.files)


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """``files``: what is left of the wheel."""

    whole: Whole
    files: Sequence[File]

    @property
    def wheel(self) -> Wheel:
        return self.whole.wheel

    @property
    def name(self) -> str:
        """Normalised, as requirements name it."""
        return re.sub(r"[-_.]+", "-", self.wheel.name).lower()

    @property
    def mentions(self) -> Mentions:
        """What its own Python sources name, whether they are left or not."""
        return self.whole.mentions

    @property
    def removable(self) -> list[File]:
        """Every file but metadata (``importlib.metadata`` and entry points need it) and what the law wants to be there."""
        return [file for file in self.files if not is_kept(file.path)]


def is_kept(path: str) -> bool:
    """Whether no rule may leave a file of a distribution out."""
    top, _, rest = path.partition("/")
    if rest and top.endswith((".dist-info", ".egg-info")):
        return True
    return bool(_LEGAL.match(path.rpartition("/")[2])) and not path.endswith((".py", ".pyc", ".so"))
