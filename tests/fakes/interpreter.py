"""The target's Python as a fake: it runs errands with the Python that runs the tests, or does what a test says."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters.interpreter_host import OnThisMachine

if TYPE_CHECKING:
    from lambda_ci.adapters.errand import Errand
    from lambda_ci.adapters.process import Completed
    from lambda_ci.errors import LambdaCiError


@dataclass
class FakeInterpreter:
    """``error`` is raised, ``completed`` given back without running anything; else the program runs. ``errands`` were asked for."""

    place: str = "Python 3 of the tests"
    identity: str = "a Python"
    is_image: bool = False
    image: str = ""
    error: LambdaCiError | None = None
    completed: Completed | None = None
    errands: list[Errand] = field(default_factory=list)

    def run(self, errand: Errand, *, into: Path) -> Completed:
        self.errands.append(errand)
        if self.error:
            raise self.error
        if self.completed:
            return self.completed
        own = OnThisMachine(python=Path(sys.executable), place=self.place, identity=self.identity, is_image=False)
        return own.run(errand, into=into)
