"""A folder with a configuration file, and what ``load`` makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from lambda_ci.errors import ConfigurationError
from lambda_ci.inputs.settings import Sources, load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lambda_ci.model.settings import Function, Settings

TODAY = date(2026, 11, 21)


@dataclass(kw_only=True)
class Configuration:
    """Everything that ``load`` reads; ``src`` exists and is the default source of functions written with ``one``."""

    folder: Path
    flags: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] | None = None
    environ: Mapping[str, str] = field(default_factory=dict)

    def write(self, text: str | bytes, name: str = "lambda-ci.yml") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def one(self, text: str = "", *, top: str = "") -> None:
        """A file with the function ``f``, described by ``text``: lines without indentation."""
        described = "".join(f"    {line}\n" for line in text.splitlines())
        head = "version: 1\n" + "".join(f"{line}\n" for line in top.splitlines())
        self.write(f"{head}functions:\n  f:\n    handler: app.handler\n    runtime: python3.13\n{described}")

    def load(self) -> Settings:
        sources = Sources(flags=self.flags, inputs=self.inputs, environ=self.environ, cwd=self.folder)
        return load(sources, today=TODAY)

    def function(self) -> Function:
        (function,) = self.load().functions
        return function

    def problems(self) -> list[str]:
        """What is printed, line by line; warnings included. Empty where the door lets everything through."""
        try:
            settings = self.load()
        except ConfigurationError as error:
            return [str(problem) for problem in error.problems]
        return [str(warning) for warning in settings.warnings]
