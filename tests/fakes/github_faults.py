"""What goes wrong with GitHub's API on demand."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass
class Refusal(Exception):
    """An answer that is no success."""

    status: int
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Fault:
    """What becomes of the next requests whose ``METHOD path`` matches. ``status`` 0: the connection breaks; ``after``: once done;
    ``hangs``: nothing, until the server ends; ``before``: something happens first, and then the request is answered."""

    pattern: str
    status: int = 0
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    after: bool = False
    hangs: bool = False
    before: Callable[[], object] | None = None
    reached: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def refusal(self) -> Refusal:
        return Refusal(self.status, self.message, self.headers)
