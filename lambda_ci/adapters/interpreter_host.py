"""The target's Python on this machine."""

from __future__ import annotations

import shutil
import stat
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lambda_ci.adapters import process
from lambda_ci.adapters.errand import PROGRAM, Late, explained
from lambda_ci.adapters.host import libraries
from lambda_ci.adapters.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lambda_ci.adapters.errand import Errand
    from lambda_ci.adapters.host import Host
    from lambda_ci.adapters.process import Completed


@dataclass(frozen=True, kw_only=True)
class OnThisMachine:
    """The ``Interpreter`` that this machine has. Programs run as processes of their own."""

    python: Path
    place: str
    identity: str
    is_image: bool
    image: str = ""
    """Where lambda-ci itself runs in an image, whoever started that knows its name; nothing here does."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What it needs to start."""

    @classmethod
    def of(cls, host: Host, *, environ: Mapping[str, str]) -> OnThisMachine:
        """That of a machine that has one."""
        assert host.python is not None
        return cls(
            python=host.python,
            place=f"Python {host.release} on this machine",
            identity=host.identity,
            is_image=host.in_image,
            environment=libraries(environ),
        )

    def run(self, errand: Errand, *, into: Path) -> Completed:
        """Its files are symbolic links in the working folder."""
        with scratch() as work:
            with explained():
                (work / PROGRAM).write_text(errand.code, encoding="utf-8")
                for name, path in errand.files.items():
                    (work / name).symlink_to(path.resolve())
            done = process.run(
                [str(self.python), *errand.flags, PROGRAM, *errand.arguments],
                env={**self.environment, **errand.environment},
                cwd=work,
                timeout=errand.seconds,
                raising=process.Raising(late=Late),
            )
            with explained():
                _take(errand.outputs, work, into)
        return replace(done, returncode=done.returncode if done.returncode >= 0 else 128 - done.returncode)


def _take(names: tuple[str, ...], work: Path, into: Path) -> None:
    for name in names:
        try:
            kind = (work / name).lstat().st_mode
        except FileNotFoundError:
            continue
        if stat.S_ISREG(kind):
            shutil.move(work / name, into / name)
