"""What people see while it runs: steps with durations, progress, warnings, masks. Everything goes to one stream."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from io import StringIO
from typing import TYPE_CHECKING, Protocol, TextIO

from lambda_ci.model.secret import CUT, forms, without_beginnings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from rich.progress import Progress

    from lambda_ci.model.problem import Problem

_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
"""Colours, cursor movements and titles (ECMA-48)."""
_LINE_END = re.compile(r"\r\n?|[\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_COLOURS = {"✓": "\x1b[32m", "✗": "\x1b[31m"}
_RESET = "\x1b[0m"


class Clock(Protocol):
    """Time, handed in so that tests need not wait. Seconds."""

    def monotonic(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...
    def wait(self, event: threading.Event, seconds: float) -> None:
        """Sleep, but not longer than until the event is set."""
        ...

    def utc(self) -> datetime:
        """The time of day, for what others compare it with."""
        ...


class Style(Protocol):
    """How one CI system marks up its log. Each method returns whole lines without the last line feed, or nothing."""

    def group(self, title: str) -> str: ...
    def end_group(self) -> str: ...
    def mask(self, secret: str) -> str: ...
    def problem(self, problem: Problem) -> str: ...
    def mark(self, problem: Problem) -> str:
        """The problem as the CI system marks it beside the log; nothing where it has no such marks."""
        ...

    def line(self, text: str) -> str:
        """Text of our own, which may quote names and values of others; harmless for this CI system."""
        ...

    def untrusted(self, text: str) -> str:
        """Text that others wrote (logs, compilers), made harmless for this CI system."""
        ...


def visible(text: str) -> str:
    """The text without what moves a cursor, clears a screen or hides what was written; line ends are line feeds."""
    return _CONTROL.sub("�", _SEQUENCE.sub("", _LINE_END.sub("\n", text)))


@dataclass
class Step:
    """What a step's end says: ``failed`` where it went on to its end, but did not do everything."""

    failed: bool = False


@dataclass
class Console:
    """Thread-safe. ``terminal`` says whether a person is watching (progress), ``colour`` whether they want colours."""

    stream: TextIO
    style: Style
    clock: Clock
    terminal: bool = False
    colour: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _secrets: set[str] = field(default_factory=set, repr=False)
    _steps: int = field(default=0, repr=False)
    _bar: Progress | None = field(default=None, repr=False)
    _outer: Console | None = field(default=None, repr=False)

    @contextmanager
    def apart(self) -> Iterator[Console]:
        """A console for work that goes on beside other work: what it says appears as a whole, when the block ends."""
        gathered = StringIO()
        inner = replace(self, stream=gathered, terminal=False, _steps=0, _bar=None, _outer=self)
        try:
            yield inner
        finally:
            self._write(gathered.getvalue().removesuffix("\n"))

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """A step of the work; prints how long it took, also when it fails. Steps within steps share one group."""
        started = self.clock.monotonic()
        self._open(title)
        step, ended = Step(), False
        try:
            yield step
            ended = True
        finally:
            mark = "✓" if ended and not step.failed else "✗"
            self._close(f"{mark} {title} ({self.clock.monotonic() - started:.1f} s)")

    def line(self, text: str) -> None:
        """One thing to know, in words of our own."""
        self._write(self._coloured(self.style.line(self.redact(text))))

    def untrusted(self, text: str) -> None:
        """Show text that others wrote."""
        if text:
            self._write(self.style.untrusted(self.redact(text)))

    def problem(self, problem: Problem) -> None:
        """A warning or an error, as an annotation where the CI system has them."""
        self._write(self.style.problem(replace(problem, message=self.redact(problem.message))))

    def mark(self, problem: Problem) -> None:
        """Have the CI system mark a problem whose text stands elsewhere in the log."""
        self._write(self.style.mark(replace(problem, message=self.redact(problem.message))))

    def mask(self, secret: str) -> None:
        """Make sure that a value, and each of its lines, never appears from here on. Call it before it can be used."""
        if self._outer:
            self._outer.mask(secret)
            return
        found = set(forms(secret))
        new = found | ({secret, secret.strip()} if found else set())
        with self._lock:
            known = new <= self._secrets
            self._secrets |= new
        if not known:
            self._write(self.style.mask(secret))

    def redact(self, text: str) -> str:
        """The text with every masked value replaced."""
        with self._lock:
            secrets = sorted(self._secrets, key=lambda secret: (-len(secret), secret))
        for secret in secrets:
            text = text.replace(secret, "***")
        return without_beginnings(text, secrets) if CUT in text else text

    @contextmanager
    def progress(self, label: str, total: int | None) -> Iterator[Callable[[int], None]]:
        """Yields a function that takes the bytes just done. Shown on a terminal only; several may run at once."""
        if not self.terminal:
            yield lambda _done: None
            return
        with self._lock:
            bar = self._bar = self._bar or self._started_bar()
            task = bar.add_task(self.style.line(self.redact(label)), total=total)
        try:
            yield lambda done: bar.advance(task, done)
        finally:
            with self._lock:
                bar.remove_task(task)
                if not bar.tasks:
                    bar.stop()
                    self._bar = None

    def _started_bar(self) -> Progress:
        from rich.console import Console as Terminal
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        terminal = Terminal(file=self.stream, no_color=not self.colour)
        bar = Progress(*columns, console=terminal, transient=True, redirect_stdout=False, redirect_stderr=False)
        bar.start()
        return bar

    def _open(self, title: str) -> None:
        with self._lock:
            self._steps += 1
            if self._steps == 1:
                self._write(self.style.group(self.redact(title)))

    def _close(self, verdict: str) -> None:
        with self._lock:
            self._steps -= 1
            if self._steps == 0:
                self._write(self.style.end_group())
            self.line(verdict)

    def _coloured(self, text: str) -> str:
        colour = _COLOURS.get(text[:1]) if self.colour else None
        return f"{colour}{text[0]}{_RESET}{text[1:]}" if colour else text

    def _write(self, text: str) -> None:
        if not text:
            return
        with self._lock, suppress(OSError):  # A log that can no longer be written is no reason to stop half-way.
            if self._bar:
                self._bar.console.out(text, highlight=False)
                return
            self.stream.write(text + "\n")
            self.stream.flush()
