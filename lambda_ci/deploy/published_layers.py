"""What one run knows of layers on AWS, so that functions that share a layer ask for it and publish it once."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import TYPE_CHECKING

from lambda_ci.errors import AwsError, PackageError

if TYPE_CHECKING:
    from collections.abc import Callable


class Published:
    """Thread-safe. Layers by their names on AWS."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._arns: dict[str, str] = {}
        """Empty where the layer is not there."""
        self._failures: dict[str, AwsError | PackageError] = {}
        self._publishers: dict[str, str] = {}
        self._created: set[str] = set()
        """Those that were not there when this run looked."""

    def seen(self, name: str, look: Callable[[], str]) -> str:
        """The layer's ARN, or nothing. ``look`` is called once."""
        with self._lock(name):
            if name not in self._arns:
                self._arns[name] = look()
                self._created |= set() if self._arns[name] else {name}
            return self._arns[name]

    def published(self, name: str, publish: Callable[[], str]) -> str:
        """The layer's ARN. ``publish`` is called once, also where it fails: what it raised is raised again."""
        with self._lock(name):
            if name in self._failures:
                raise self._failures[name]
            if not self._arns.get(name):
                try:
                    self._arns[name] = publish()
                except (AwsError, PackageError) as error:
                    self._failures[name] = error
                    raise
            return self._arns[name]

    def first(self, name: str, function: str) -> bool:
        """Whether this function is the first of the run that was said to need the layer."""
        with self._guard:
            return self._publishers.setdefault(name, function) == function

    def creates(self, name: str, function: str) -> bool:
        """Whether the run creates the layer, and this function stands for it."""
        return name in self._created and self.first(name, function)

    def _lock(self, name: str) -> threading.Lock:
        with self._guard:
            return self._locks[name]
