"""Lambda's quota of requests before the emulated AWS: a bucket of tokens that fills with time; who finds it empty gets a 429.

Source: "Lambda quotas", API requests: 15 a second for the control plane, 100 for GetFunction, of their own for Invoke.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.aws_strict import AwsRefusal

if TYPE_CHECKING:
    from tests.fakes.aws_lambda_state import Answer

_FREE = {"Invoke"}
_READING = {"GetFunction"}


@dataclass
class Bucket:
    """``rate`` tokens a second, and at most ``size`` of them."""

    rate: float
    size: float
    _tokens: float = field(init=False)
    _since: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._tokens = self.size

    def take(self) -> bool:
        now = time.monotonic()
        self._tokens = min(self.size, self._tokens + (now - self._since) * self.rate)
        self._since = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


@dataclass
class Quota:
    """``went``: when each request of the control plane was let through; ``refused``: how many were not."""

    control: Bucket = field(default_factory=lambda: Bucket(15, 15))
    reading: Bucket = field(default_factory=lambda: Bucket(100, 100))
    went: list[float] = field(default_factory=list)
    refused: int = 0

    def denied(self, service: str, operation: str, *_: object) -> AwsRefusal | None:
        if service != "lambda" or operation in _FREE:
            return None
        bucket = self.reading if operation in _READING else self.control
        if bucket.take():
            self.went += [] if operation in _READING else [time.monotonic()]
            return None
        self.refused += 1
        return AwsRefusal(429, "TooManyRequestsException", "Rate Exceeded.")

    def shown(self, _operation: str, answer: Answer) -> Answer:
        """As it is."""
        return answer
