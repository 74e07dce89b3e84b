"""Compiling bytecode in a folder of the test: a cache, wheels in it, and a Python."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambda_ci.wheels.bytecode.compiling import Compiler
from lambda_ci.wheels.bytecode.store import BytecodeStore
from tests.fakes.interpreter import FakeInterpreter
from tests.fakes.wheels import wheel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lambda_ci.adapters.errand import Interpreter
    from lambda_ci.model.artifact import Overlay, Wheel
    from tests.fakes.wheels import Entry


@dataclass
class Bench:
    """A cache, wheels in it, and a Python to compile with."""

    folder: Path
    python: FakeInterpreter = field(default_factory=FakeInterpreter)
    instead: Interpreter | None = None
    """A real one, where it is wanted."""
    compiled: int = 0
    """How many wheels were compiled and not found."""

    @property
    def cache(self) -> Path:
        return self.folder / "cache" / "wheels"

    def wheel(self, name: str, files: Mapping[str, bytes | Entry]) -> Wheel:
        return wheel(self.cache / "sha256" / name[:2] / name, name, files)

    def compiler(self) -> Compiler:
        folder = self.folder / "scratch"
        folder.mkdir(exist_ok=True)
        return Compiler(interpreter=self.instead or self.python, store=BytecodeStore(self.cache), folder=folder)

    def wheels(self, *wheels: Wheel) -> list[Overlay]:
        self.compiled = 0
        found = self.compiler().wheels(wheels, starting=self._note)
        return [found[one] for one in wheels]

    def sources(self, files: Mapping[str, bytes]) -> Overlay | None:
        digests = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
        return self.compiler().sources(digests, lambda path: files[path])

    def _note(self, count: int) -> None:
        self.compiled = count


def names(overlay: Overlay) -> Sequence[str]:
    with zipfile.ZipFile(overlay.path) as archive:
        assert archive.testzip() is None
        return archive.namelist()
