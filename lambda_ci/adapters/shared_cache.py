"""A cache of files in S3 that runs on many machines share. It only makes runs faster: whatever fails is one warning.

What is read is believed only after its hash was checked by whoever knows it; notes, which have none, are believed as they are:
who can write to the bucket decides what is in packages.
"""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_errors import Refusal, asking
from lambda_ci.errors import AwsError, ConfigurationError
from lambda_ci.model.problem import Origin, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lambda_ci.adapters.aws import Aws
    from lambda_ci.console import Console
    from lambda_ci.model.spec.project import CacheSpec

_CHUNK = 1 << 20
_LARGEST_NOTE = 1 << 20
_ABSENT = frozenset({"NoSuchKey", "404", "NotFound", "HTTP 404"})
_FORBIDDEN = 403
_RIGHTS = "allow s3:GetObject and s3:PutObject on its objects, and s3:ListBucket on it"


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
                    for chunk in body.iter_chunks(_CHUNK):
                        write(chunk)
        except (AwsError, ConfigurationError) as error:
            self._failed_to_read(error)
            return False
        with self._lock:
            self._read += 1
        return True

    def note(self, name: str) -> bytes:
        """A small file; empty where there is none."""
        content = bytearray()
        found = self.read(name, content.extend)
        return bytes(content) if found and len(content) <= _LARGEST_NOTE else b""

    def keep(self, name: str, path: Path) -> None:
        """Write a file, as it is on this machine, for the others."""
        if not self.spec.write or self._silent & {"off", "write"}:
            return
        try:
            with path.open("rb") as body, asking(f"write s3://{self.spec.bucket}/{self._key(name)}"):
                self.aws.s3_client().put_object(
                    Bucket=self.spec.bucket, Key=self._key(name), Body=body, ChecksumAlgorithm="SHA256"
                )
        except OSError as error:
            self._warn("write", f"what is in {path} cannot be shared: {error.strerror or error}")
        except (AwsError, ConfigurationError) as error:
            denied = isinstance(error, Refusal) and error.status == _FORBIDDEN
            self._warn(
                "write" if denied else "off", f"{error.what}; nothing is written to it. {_RIGHTS}, or `write: false`"
            )
        else:
            with self._lock:
                self._written += 1

    def damaged(self, name: str) -> None:
        """What was read is not what its name says."""
        self._warn(name, f"s3://{self.spec.bucket}/{self._key(name)} is not the file that it should be, and is ignored")

    def summary(self) -> str:
        """What it did, for people; empty where it did nothing."""
        with self._lock:
            done = self._read, self._written
        return f"shared cache s3://{self.spec.bucket}: {done[0]} read, {done[1]} written" if any(done) else ""

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
