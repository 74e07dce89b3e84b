"""Parts of a file over HTTP, by Range requests. The address may be a secret (presigned): no message ever holds it."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import requests
from urllib3.exceptions import HTTPError

from lambda_ci.adapters.threads import in_parallel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lambda_ci.console import Clock

_CONNECT, _READ = 5.0, 10.0
_AT_ONCE = 8
_CHUNK = 1 << 16
_PARTIAL = 206
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class Unreachable(Exception):
    """The part cannot be had; the text says why, in words, and without the address."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Bytes of a file: ``content`` begins at ``start``; the whole file has ``total`` bytes."""

    start: int
    content: bytes = field(repr=False)
    total: int


@dataclass
class RemoteFile:
    """A file at an address, read in parts. Use it in a ``with`` statement.

    ``environ`` is looked at for SSL_CERT_FILE and the like; ``seconds`` is the longest that all requests may take together.
    """

    url: str = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)
    clock: Clock
    seconds: float = 15.0
    _session: requests.Session = field(init=False, repr=False)
    _deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self._session.headers.update({"Accept-Encoding": "identity", "User-Agent": "lambda-ci"})
        # A presigned address is refused with another authorization beside it, such as one from ~/.netrc.
        self._session.auth = _unchanged
        self._deadline = self.clock.monotonic() + self.seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def last(self, count: int) -> Part:
        """The last bytes of the file, or all of it where it is shorter. Raises Unreachable."""
        return self._get(f"bytes=-{count}", most=count, whole=True)

    def part(self, start: int, count: int) -> Part:
        """So many bytes from ``start``, or as many as there are. Raises Unreachable."""
        return self._get(f"bytes={start}-{start + count - 1}", most=count)

    def parts(self, wanted: Sequence[tuple[int, int]]) -> list[Part]:
        """Several parts, a few at a time. Raises Unreachable."""
        return in_parallel(lambda one: self.part(*one), wanted, threads=_AT_ONCE, cancelled=threading.Event())

    def _get(self, asked: str, *, most: int, whole: bool = False) -> Part:
        """``whole``: a server that sends no parts may send the whole file, where that is no more than was asked for."""
        try:
            with self._session.get(
                self.url,
                headers={"Range": asked},
                stream=True,
                timeout=(_CONNECT, _READ),
                allow_redirects=False,
                verify=self._trust(),
            ) as response:
                start, total = _place(response, most if whole else 0)
                return Part(start=start, content=self._content(response, most), total=total)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise Unreachable(_plain(error)) from None

    def _content(self, response: requests.Response, most: int) -> bytes:
        content = bytearray()
        read: Callable[[int], bytes] = response.raw.read1
        while data := read(_CHUNK):
            content += data
            if len(content) > most:
                raise Unreachable("the server sent more than was asked for")
            if self.clock.monotonic() >= self._deadline:
                raise Unreachable(f"it took longer than {self.seconds:g} s")
        return bytes(content)

    def _trust(self) -> str | None:
        """``None`` leaves it to requests."""
        names = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
        return next((self.environ[name] for name in names if self.environ.get(name)), None)


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _place(response: requests.Response, whole: int) -> tuple[int, int]:
    """Where the answer's bytes begin, and how many the whole file has; it may be the file itself, of up to ``whole`` bytes."""
    if response.status_code == requests.codes.ok:
        length = response.headers.get("Content-Length", "")
        if length.isdecimal() and int(length) <= whole:
            return 0, int(length)
        raise Unreachable("the server does not send parts of files")
    if response.status_code != _PARTIAL:
        raise Unreachable(f"the server answered {response.status_code}")
    found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if found is None:
        raise Unreachable("the server does not say which part of the file it sends")
    return int(found[1]), int(found[3])


def _plain(error: Exception) -> str:
    """What kind of failure it was. Their texts are left out: they hold the address."""
    if isinstance(error, requests.exceptions.SSLError):
        return "the server's certificate is not trusted here"
    if isinstance(error, requests.Timeout):
        return "the server did not answer in time"
    if isinstance(error, requests.ConnectionError):
        return "the server cannot be reached"
    return f"the answer cannot be read ({type(error).__name__})"
