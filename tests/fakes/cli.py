"""The program in this process: real inputs, real files, captured streams."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from lambda_ci.main import main
from tests.fakes.hasty import HastyClock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


PACE = 25.0
"""How much faster waiting passes than on the wall, so that a fake AWS costs little."""


@dataclass(frozen=True)
class Ran:
    """What a run left: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:  # noqa: ANN401 - the tests look at JSON of several shapes
        return json.loads(self.out)

    def function(self, name: str) -> Any:  # noqa: ANN401
        return self.document["functions"][name]


@dataclass
class Cli:
    """``cli("deploy", "--json")`` in ``folder`` with nothing but ``environ``."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    stdin: str = ""
    terminal: TextIO | None = None
    """Standard input where it is more than a text."""
    pace: float = PACE
    """How many seconds of waiting pass in one of the machine's."""

    def __call__(self, *argv: str, environ: Mapping[str, str] | None = None) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        environ = {**self.environ, **(environ or {})}
        try:
            code = main(
                argv,
                environ=environ,
                cwd=self.folder,
                stdin=self.terminal or io.StringIO(self.stdin),
                stdout=out,
                stderr=err,
                clock=HastyClock(pace=self.pace),
            )
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Ran(code, out.getvalue(), err.getvalue())

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path
