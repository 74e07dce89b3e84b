"""A cache of files in S3 that runs on many machines share. It only makes runs faster: whatever fails is one warning.

What is read is believed only after its hash was checked by whoever knows it; notes, which have none, are believed as they are:
who can write to the bucket decides what is in packages.
"""

from __future__ import annotations

import io
import threading
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from lambda_ci.adapters.aws_errors import Refusal, asking
from lambda_ci.errors import AwsError, ConfigurationError
from lambda_ci.model.problem import Origin, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from lambda_ci.adapters.aws import Aws
    from lambda_ci.console import Console
    from lambda_ci.model.spec.project import CacheSpec

_CHUNK = 1 << 16
_LARGEST_NOTE = 1 << 20
_ABSENT = frozenset({"NoSuchKey", "404", "NotFound", "HTTP 404"})
_FORBIDDEN = 403
_PATIENCE = 15.0
"""Seconds after which a file must come faster than ``_SLOWEST`` bytes per second: a cache that is slow is no help."""
_SLOWEST = 100_000
_RIGHTS = "allow s3:GetObject and s3:PutObject on its objects, and s3:ListBucket on it"


class _TooMuch(Exception):
    """A note is larger than any note."""


@dataclass(kw_only=True)
class SharedCache:
    """Thread-safe. Names are those of files below CACHE_DIR, with ``/``. No request is made before something is missing."""

    spec: CacheSpec
    aws: Aws
    console: Console
    _silent: set[str] = field(default_factory=set)
    """What has been warned of: ``off`` (nothing is asked any more), ``write``, ``read``."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _read: int = 0
    _written: int = 0

    def read(self, name: str, write: Callable[[bytes], object]) -> bool:
        """Hand the content over in pieces. False where there is none, or it could not be had as a whole."""
        if "off" in self._silent:
            return False
        try:
            with asking(f"read s3://{self.spec.bucket}/{self._key(name)}"):
                answer = self.aws.s3_client().get_object(Bucket=self.spec.bucket, Key=self._key(name))
                with closing(answer["Body"]) as body:
                    self._copy(body.iter_chunks(_CHUNK), write)
        except (AwsError, ConfigurationError) as error:
            self._failed_to_read(error)
            return False
        with self._lock:
            self._read += 1
        return True

    def note(self, name: str, *, largest: int = _LARGEST_NOTE) -> bytes:
        """A small file; empty where there is none, or it has more than ``largest`` bytes."""
        content = bytearray()

        def add(chunk: bytes) -> None:
            if len(content) + len(chunk) > largest:
                raise _TooMuch
            content.extend(chunk)

        try:
            return bytes(content) if self.read(name, add) else b""
        except _TooMuch:
            return b""

    def keep(self, name: str, path: Path) -> bool:
        """Write a file, as it is on this machine, for the others. Whether it is there now."""
        return self._put(name, lambda: path.open("rb"), place=str(path))

    def keep_note(self, name: str, content: bytes) -> bool:
        """The same for a few bytes."""
        return self._put(name, lambda: io.BytesIO(content), place=name)

    def _put(self, name: str, opened: Callable[[], BinaryIO], *, place: str) -> bool:
        if not self.spec.write or self._silent & {"off", "write"}:
            return False
        try:
            with opened() as body, asking(f"write s3://{self.spec.bucket}/{self._key(name)}"):
                self.aws.s3_client().put_object(
                    Bucket=self.spec.bucket, Key=self._key(name), Body=body, ChecksumAlgorithm="SHA256"
                )
        except OSError as error:
            self._warn("write", f"what is in {place} cannot be shared: {error.strerror or error}")
        except (AwsError, ConfigurationError) as error:
            denied = isinstance(error, Refusal) and error.status == _FORBIDDEN
            self._warn(
                "write" if denied else "off", f"{error.what}; nothing is written to it. {_RIGHTS}, or `write: false`"
            )
        else:
            with self._lock:
                self._written += 1
            return True
        return False

    def damaged(self, name: str) -> None:
        """What was read is not what its name says."""
        self._warn(name, f"s3://{self.spec.bucket}/{self._key(name)} is not the file that it should be, and is ignored")

    @property
    def place(self) -> str:
        """For people."""
        return f"s3://{self.spec.bucket}/{self.spec.prefix}"

    def summary(self) -> str:
        """What it did, for people; empty where it did nothing."""
        with self._lock:
            done = self._read, self._written
        return f"shared cache s3://{self.spec.bucket}: {done[0]} read, {done[1]} written" if any(done) else ""

    def _copy(self, chunks: Iterable[bytes], write: Callable[[bytes], object]) -> None:
        started, done = self.console.clock.monotonic(), 0
        for chunk in chunks:
            seconds = self.console.clock.monotonic() - started
            if done and seconds > _PATIENCE and done < _SLOWEST * seconds:
                raise AwsError(f"the shared cache {self.place} is slow: {done} bytes in {seconds:.0f} s")
            write(chunk)
            done += len(chunk)

    def _failed_to_read(self, error: AwsError | ConfigurationError) -> None:
        if isinstance(error, Refusal) and error.code in _ABSENT:
            return
        if isinstance(error, Refusal) and error.status == _FORBIDDEN:
            self._warn("read", f"{error.what}; what may not be read counts as absent. {_RIGHTS}")
        else:
            self._warn("off", f"{error.what}; the build goes on without it")

    def _warn(self, what: str, message: str) -> None:
        with self._lock:
            known = what in self._silent or "off" in self._silent
            self._silent.add(what)
        if not known:
            origin = Origin(source=f"cache {self.spec.bucket}")
            self.console.problem(Problem(origin=origin, message=message, severity=Severity.WARNING))

    def _key(self, name: str) -> str:
        return f"{self.spec.prefix}{name}"
