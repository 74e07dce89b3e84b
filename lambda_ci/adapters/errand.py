"""What the target's Python is sent to do, and what every place that has one promises."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lambda_ci.adapters.process import Completed

PROGRAM = "errand.py"
"""The name of the program in the working folder."""


class Late(BuildError):
    """The program did not end in time, and was stopped."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One program for the target's Python, in a working folder of its own that is gone afterwards."""

    code: str
    """Standard library only, for every version of Python that Lambda has."""
    arguments: tuple[str, ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict)
    """They lie in the working folder under these plain names, and must not be changed there."""
    outputs: tuple[str, ...] = ()
    """Plain names of regular files in the working folder that are taken afterwards, those that exist."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """The whole environment, beside what the interpreter needs to start; in an image, beside what the image sets."""
    seconds: float
    flags: tuple[str, ...] = ()
    """Of the interpreter, such as ``-S``."""


class Interpreter(Protocol):
    """The target's Python in some place."""

    @property
    def place(self) -> str:
        """For people: ``Python 3.13.0 on this machine``."""
        ...

    @property
    def identity(self) -> str:
        """The same for interpreters that give the same results; goes into the keys of caches."""
        ...

    @property
    def is_image(self) -> bool:
        """Whether it is the Python of the runtime's image, so that libraries and paths are AWS's. Raises BuildError where the
        image cannot be started."""
        ...

    @property
    def image(self) -> str:
        """The image that it is in, by digest (``NAME@sha256:…``); empty on this machine."""
        ...

    def run(self, errand: Errand, *, into: Path) -> Completed:
        """Run the program to its end and put its outputs into ``into``, a folder that exists.

        Any exit code is an answer; a signal is 128 and its number, as in a shell. Raises Late, or BuildError when it cannot be
        started or the files cannot be written.
        """
        ...


@contextmanager
def explained() -> Iterator[None]:
    """What the file system of temporary files refuses, said with the path."""
    try:
        yield
    except OSError as error:
        raise BuildError(
            f"cannot write {error.filename or tempfile.gettempdir()}",
            why=error.strerror or str(error),
            fix="make room there, or set TMPDIR to another folder",
        ) from error
