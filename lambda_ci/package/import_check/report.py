"""What the process that imported the handler reports, as data. It ran the user's code: nothing of it is trusted."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lambda_ci.console import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Self

_SURE = 8
"""Characters from which a value is hidden anywhere; a shorter one only as a word of its own, and nothing below four."""
_SHORTEST = 4


class Ended(StrEnum):
    """How the import ended."""

    IMPORTED = "imported"
    NO_ATTRIBUTE = "no-attribute"
    NOT_CALLABLE = "not-callable"
    RAISED = "raised"
    EXIT = "exit"
    GONE = "gone"
    SIGNAL = "signal"
    LATE = "late"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


Place = Literal["task", "opt", "runtime", "python", "elsewhere"]


class Frame(_Model):
    """One place in the code: in which of Lambda's folders, the path there, and the line as it is written."""

    file: tuple[Place, str]
    line: int
    function: str
    text: str

    @property
    def path(self) -> str:
        return self.file[1]

    @property
    def is_functions(self) -> bool:
        """Whether it is in the package or in a layer."""
        return self.file[0] in {"task", "opt"}

    def __str__(self) -> str:
        return f"{'/opt/' if self.file[0] == 'opt' else ''}{self.path}:{self.line}: {self.text}".rstrip(": ")


class Raised(_Model):
    """An exception. ``kinds``: its type and all above; ``name``: the module that an ImportError is about."""

    type: str
    kinds: tuple[str, ...]
    message: str
    name: str
    file: tuple[Place, str] | None
    line: int
    number: int
    trail: tuple[Frame, ...]
    cause: Raised | None

    def is_a(self, *names: str) -> bool:
        return not set(names).isdisjoint(self.kinds)


class Report(_Model):
    """``seconds``: how long the import took; ``output``: the end of what was printed; ``names``: what the module has."""

    python: str
    output: str
    code: int
    ended: Ended
    seconds: float = 0.0
    writable: bool = False
    names: tuple[Annotated[str, Field(max_length=200)], ...] = ()
    raised: Raised | None = None

    @classmethod
    def read(cls, content: bytes) -> Self | None:
        """``None`` for what is no report."""
        try:
            return cls.model_validate_json(content)
        except ValidationError:
            return None

    def masked(self, secrets: Iterable[str]) -> Self:
        """The same without what would move a cursor, and without the values, wherever they were printed or raised."""
        pattern = _pattern(secrets)

        def clean(text: str) -> str:
            return pattern.sub("***", visible(text)) if pattern else visible(text)

        raised = self.raised and _cleaned(self.raised, clean)
        return self.model_copy(update={"output": clean(self.output), "raised": raised})


def _cleaned(raised: Raised, clean: Callable[[str], str]) -> Raised:
    trail = tuple(frame.model_copy(update={"text": clean(frame.text)}) for frame in raised.trail)
    cause = raised.cause and _cleaned(raised.cause, clean)
    return raised.model_copy(update={"message": clean(raised.message), "trail": trail, "cause": cause})


def _pattern(secrets: Iterable[str]) -> re.Pattern[str] | None:
    lines = {line.strip() for value in secrets for line in (value, *value.splitlines())}
    found = sorted((line for line in lines if len(line) >= _SHORTEST), key=lambda line: (-len(line), line))
    words = [re.escape(line) if len(line) >= _SURE else rf"(?<!\w){re.escape(line)}(?!\w)" for line in found]
    return re.compile("|".join(words)) if words else None
