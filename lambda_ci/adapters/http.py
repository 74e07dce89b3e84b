"""Files over HTTP: the one place that imports requests. Import it late, it takes a tenth of a second."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Protocol, Self

import requests
from urllib3.exceptions import HTTPError

from lambda_ci.adapters.tls import TrustOnce
from lambda_ci.adapters.url import origin_of, without_credentials
from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.console import Clock

_CONNECT, _READ = 15.0, 60.0
_ATTEMPTS = 5
_LONGEST_PAUSE = 60.0
_PIECE = 1 << 16
_RECORD = 1 << 14
"""Bytes that TLS gives at a time when more is on its way: handing on each of them would cost more than receiving it."""
_GATHERED = 1 << 16
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_SLICE = 0.25


class Sink(Protocol):
    """Takes the bytes of a file. ``restart`` is called before each attempt; either may raise to end the download."""

    def restart(self) -> None: ...
    def write(self, data: bytes) -> None: ...


class _Again(Exception):
    """Asks for another attempt."""

    def __init__(self, why: str, pause: float | None = None) -> None:
        super().__init__(why)
        self.pause = pause


@dataclass
class Downloads:
    """A pool of connections. Thread-safe; close it, or use it in a ``with`` statement.

    ``environ`` is looked at for SSL_CERT_FILE only, as uv does; requests itself honours REQUESTS_CA_BUNDLE, proxies and netrc.
    ``total`` is the longest that one file may take, all attempts included, in seconds.
    """

    environ: Mapping[str, str] = field(repr=False)
    clock: Clock
    connections: int = 8
    total: float = 900.0
    _session: requests.Session = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._session = requests.Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, TrustOnce(pool_connections=self.connections, pool_maxsize=self.connections))
        self._session.headers.update({"Accept-Encoding": "identity", "User-Agent": "lambda-ci"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(self, url: str, sink: Sink, *, credentials: tuple[str, str] | None = None) -> None:
        """The file's bytes as they are on the server (content encodings are not undone).

        Tried again on 408, 425, 429, 5xx and broken connections, with growing pauses or what Retry-After asks for.
        Raises BuildError, never with credentials in it.
        """
        deadline = self.clock.monotonic() + self.total
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                sink.restart()
                self._attempt(url, sink, credentials=credentials, deadline=deadline)
                return
            except _Again as again:
                pause = min(again.pause if again.pause is not None else 0.5 * 2 ** (attempt - 1), _LONGEST_PAUSE)
                if attempt == _ATTEMPTS or self.clock.monotonic() + pause >= deadline:
                    raise _gave_up(url, attempt, str(again)) from again
                self._pause(pause, sink)

    def _attempt(self, url: str, sink: Sink, *, credentials: tuple[str, str] | None, deadline: float) -> None:
        try:
            with self._session.get(
                url, stream=True, timeout=(_CONNECT, _READ), auth=credentials, verify=trust(self.environ)
            ) as response:
                _check(response, url)
                self._stream(response, sink, url=url, deadline=deadline)
        except requests.exceptions.SSLError as error:
            raise _untrusted(url, error) from error
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
            raise _Again(plain(error)) from error
        except HTTPError as error:
            raise _Again(plain(error)) from error
        except (OSError, ValueError) as error:
            raise BuildError(
                f"cannot fetch {without_credentials(url)}",
                why=plain(error),
                fix="correct the address in the lock or the index",
            ) from error

    def _stream(self, response: requests.Response, sink: Sink, *, url: str, deadline: float) -> None:
        """``read1`` gives what has arrived, so that a server which trickles cannot hold us past the deadline."""
        pieces: list[bytes] = []
        size = 0
        while data := response.raw.read1(_PIECE):
            pieces.append(data)
            size += len(data)
            if size >= _GATHERED or len(data) < _RECORD:
                sink.write(b"".join(pieces))
                pieces, size = [], 0
            if self.clock.monotonic() >= deadline:
                raise BuildError(
                    f"fetching {without_credentials(url)} took longer than {self.total:.0f} s",
                    why="the server sends too slowly",
                    fix="try again, or use a mirror that is nearer",
                )
        if pieces:
            sink.write(b"".join(pieces))

    def _pause(self, seconds: float, sink: Sink) -> None:
        """In slices, so that ``sink`` can end it."""
        left = seconds
        while left > 0:
            self.clock.sleep(min(_SLICE, left))
            left -= _SLICE
            sink.write(b"")


def trust(environ: Mapping[str, str]) -> str | None:
    """The file of certificate authorities that the environment names; ``None`` leaves it to requests."""
    names = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
    return next((environ[name] for name in names if environ.get(name)), None)


def _check(response: requests.Response, url: str) -> None:
    status = response.status_code
    if status in _RETRIED:
        raise _Again(f"HTTP {status}", retry_after(response))
    if status < 300:
        return
    why, fix = _ANSWERS.get(status, ("", "look at the address in the lock and at the index"))
    answer = f"the server answered {status} {response.reason or ''}".rstrip()
    raise BuildError(f"cannot fetch {without_credentials(url)}", why=f"{answer}{why}", fix=fix)


_LOGIN = "give credentials: in the index address (UV_INDEX), in ~/.netrc, or in the address itself"
_ANSWERS = {
    401: (": it wants credentials, or other ones", _LOGIN),
    403: (": the credentials given may not read this file, or none were given", _LOGIN),
    404: (": the file is gone", "lock again; the version may have been removed from the index"),
    410: (": the file is gone", "lock again; the version may have been removed from the index"),
}


def retry_after(response: requests.Response) -> float | None:
    """Seconds; a date is measured against the server's own clock. ``None`` where it says nothing that makes sense."""
    value = response.headers.get("Retry-After", "")
    if value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value) - parsedate_to_datetime(response.headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, moment.total_seconds())


def _gave_up(url: str, attempts: int, why: str) -> BuildError:
    return BuildError(
        f"cannot fetch {without_credentials(url)}: gave up after {attempts} attempts",
        why=f"the last one: {why}",
        fix=f"see whether {origin_of(url)} can be reached from here (proxy, firewall), then try again",
    )


def _untrusted(url: str, error: Exception) -> BuildError:
    return BuildError(
        f"the certificate of {origin_of(url)} is not trusted here",
        why=plain(error),
        fix="name your certificate authority's file in SSL_CERT_FILE or REQUESTS_CA_BUNDLE",
    )


def plain(error: BaseException) -> str:
    """The innermost reason, in a line."""
    while error.args and isinstance(error.args[0], BaseException):
        error = error.args[0]
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException):
        return plain(reason)
    return without_credentials(str(error)).splitlines()[0][:300] if str(error) else type(error).__name__
