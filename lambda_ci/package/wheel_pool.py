"""The wheels that the packages of one run share: each opened and listed once, and closed after the last package that needs it."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from lambda_ci.model.artifact import Member
from lambda_ci.package.audit.notes import Notes
from lambda_ci.package.overlays import overlaid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lambda_ci.model.artifact import Wheel
    from lambda_ci.package.file import File

    Row = tuple[str, int, int, int, str]


class WheelPool:
    """Thread-safe. ``demand`` counts the packages that will ask for each wheel; without it a wheel is closed after each."""

    def __init__(self, demand: Iterable[Wheel] = ()) -> None:
        self.notes = Notes()
        self._demand = Counter(demand)
        self._open: dict[Wheel, tuple[ExitStack, list[File], list[File]]] = {}
        self._users: Counter[Wheel] = Counter()
        self._members: dict[Row, Member] = {}
        self._lock = threading.Lock()

    @contextmanager
    def lent(self, wheels: Sequence[Wheel]) -> Iterator[list[tuple[Wheel, Sequence[File]]]]:
        """The wheels with their files, which can be read until the end of the block. Raises PackageError for a broken wheel."""
        taken: list[Wheel] = []
        try:
            with self._lock:
                unpacked = [(wheel, self._take(wheel, taken)) for wheel in wheels]
            yield unpacked
        finally:
            with self._lock:
                for wheel in wheels:
                    self._demand[wheel] -= 1
                for wheel in taken:
                    self._give_back(wheel)

    def bytecode(self, wheels: Iterable[Wheel]) -> list[File]:
        """What was compiled of wheels that are lent."""
        with self._lock:
            return [file for wheel in wheels for file in self._open[wheel][2]]

    def close(self) -> None:
        """Close what packages that were not made would have needed."""
        with self._lock:
            for stack, *_ in self._open.values():
                stack.close()
            self._open.clear()

    def members(self, files: Iterable[File]) -> Iterator[Member]:
        """What these files are in a package."""
        for file in files:
            yield self.member((file.path, file.size, file.compressed_size, file.mode, file.source.distribution))

    def member(self, row: Row) -> Member:
        """The one object that stands for this file in every package of the run, so that memory does not grow with their number."""
        known = self._members.get(row)
        if known is None:
            path, size, compressed_size, mode, distribution = row
            known = Member(path=path, size=size, compressed_size=compressed_size, mode=mode, distribution=distribution)
            if distribution:
                self._members[row] = known
        return known

    def _take(self, wheel: Wheel, taken: list[Wheel]) -> Sequence[File]:
        if wheel not in self._open:
            with ExitStack() as stack:
                files, bytecode = stack.enter_context(overlaid(wheel))
                self._open[wheel] = (stack.pop_all(), files, bytecode)
        self._users[wheel] += 1
        taken.append(wheel)
        return self._open[wheel][1]

    def _give_back(self, wheel: Wheel) -> None:
        self._users[wheel] -= 1
        if not self._users[wheel] and self._demand[wheel] <= 0 and wheel in self._open:
            stack, *_ = self._open.pop(wheel)
            stack.close()
