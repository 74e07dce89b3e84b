"""What people see while it runs: steps with durations, progress, warnings, masks. Everything goes to one stream."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lambda_ci.model.problem import Problem


class Clock(Protocol):
    """Time, handed in so that tests need not wait. Seconds."""

    def monotonic(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...


class Style(Protocol):
    """How one CI system marks up its log. Each method returns whole lines without the last line feed, or nothing."""

    def group(self, title: str) -> str: ...
    def end_group(self) -> str: ...
    def mask(self, secret: str) -> str: ...
    def problem(self, problem: Problem) -> str: ...
    def untrusted(self, text: str) -> str:
        """Text that others wrote (logs, compilers), made harmless for this CI system."""
        ...


@dataclass
class Console:
    """Thread-safe. ``terminal`` says whether a person is watching (progress, colour)."""

    stream: TextIO
    style: Style
    clock: Clock
    terminal: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _secrets: set[str] = field(default_factory=set, repr=False)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """A step of the work; prints how long it took, also when it fails."""
        started = self.clock.monotonic()
        self._write(self.style.group(title))
        try:
            yield
        except BaseException:
            self._write(self.style.end_group())
            self.line(f"✗ {title} ({self._since(started)})")
            raise
        self._write(self.style.end_group())
        self.line(f"✓ {title} ({self._since(started)})")

    def line(self, text: str) -> None:
        """One thing to know, in words of our own."""
        self._write(text)

    def untrusted(self, text: str) -> None:
        """Show text that others wrote."""
        self._write(self.style.untrusted(self.redact(text)))

    def problem(self, problem: Problem) -> None:
        """A warning or an error, as an annotation where the CI system has them."""
        self._write(self.style.problem(problem))

    def mask(self, secret: str) -> None:
        """Make sure that a value never appears from here on. Call it before the value can be used."""
        if not secret:
            return
        with self._lock:
            self._secrets.add(secret)
        self._write(self.style.mask(secret), redact=False)

    def redact(self, text: str) -> str:
        """The text with every masked value replaced."""
        with self._lock:
            secrets = sorted(self._secrets, key=len, reverse=True)
        for secret in secrets:
            text = text.replace(secret, "***")
        return text

    @contextmanager
    def progress(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        """Yields a function that takes the bytes just done. Shown on a terminal only; thread-safe."""
        if not self.terminal:
            yield lambda _done: None
            return
        from rich.console import Console as Terminal
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        with Progress(*columns, console=Terminal(file=self.stream), transient=True) as bar:
            task = bar.add_task(label, total=total)
            yield lambda done: bar.advance(task, done)

    def _since(self, started: float) -> str:
        return f"{self.clock.monotonic() - started:.1f} s"

    def _write(self, text: str, *, redact: bool = True) -> None:
        if not text:
            return
        with self._lock:
            self.stream.write((self.redact(text) if redact else text) + "\n")
            self.stream.flush()
