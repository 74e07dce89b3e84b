"""JSON over HTTP with requests: what the APIs of GitHub, GitLab and Bitbucket have in common. Import it late.

Sources: docs.github.com, "Rate limits for the REST API" and "Best practices"; docs.gitlab.com, "Rate limits"; RFC 8288 (Link).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import urljoin

import requests
from urllib3.exceptions import DecodeError, HTTPError

from lambda_ci.adapters.http import plain, retry_after, trust
from lambda_ci.adapters.url import origin_of, without_credentials
from lambda_ci.errors import ForgeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from lambda_ci.console import Clock

    Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

_CONNECT, _READ = 10.0, 30.0
_ATTEMPTS = 4
_LIMITED_PAUSE = 60.0
"""Seconds: what GitHub asks for where a refusal for too many requests does not say how long."""
_PAGES = 100
_LARGEST = 16 * 1024 * 1024
_REDIRECTS = 3
_MOVED = frozenset({301, 302, 307, 308})
_BUSY = frozenset({408, 425, 500, 502, 503, 504})
_REPEATABLE = frozenset({"GET", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, kw_only=True)
class Answer:
    """``body`` is ``None`` where there is none, or no JSON. Names of headers in lower case."""

    status: int
    body: JsonValue
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def message(self) -> str:
        """What the API says in words, on one line; empty where it says nothing."""
        body = self.body if isinstance(self.body, dict) else {}
        error = body.get("error")
        found = error.get("message") if isinstance(error, dict) else body.get("message") or error
        return " ".join(_words(found).split())[:300] if found else ""


class Uncertain(ForgeError):
    """The connection broke, or the server failed, after a request that may have been carried out: look before it is repeated."""


class _Signed(requests.auth.AuthBase):
    """The credentials as headers. An ``auth`` of our own keeps requests from taking others out of ~/.netrc."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._headers)
        return request


@dataclass
class Rest:
    """One API below ``base``. ``credentials`` are headers, sent there and nowhere else. Use it in a ``with`` statement, or close it.

    ``total`` is the longest that one request may take with all its repetitions, in seconds.
    """

    name: str
    """For people: ``GitHub``."""
    base: str
    clock: Clock
    environ: Mapping[str, str] = field(repr=False)
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    total: float = 180.0
    _session: requests.Session = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self._session.auth = _Signed(self.credentials)
        self._session.headers.update({"User-Agent": "lambda-ci", **self.headers})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def ask(
        self, method: Method, path: str, *, query: Mapping[str, str] | None = None, body: JsonValue = None
    ) -> Answer:
        """The API's answer, whatever its status; ``path`` is below ``base``, or one of its own addresses.

        Repeated, within ``total``: when there were too many requests, and when the server is busy or the connection breaks
        (a POST then raises ``Uncertain``). Raises ForgeError where the API cannot be reached or goes on refusing.
        """
        url = self._url(path)
        deadline = self.clock.monotonic() + self.total
        for attempt in range(1, _ATTEMPTS + 1):
            answer, why, pause = self._attempt(method, url, query=query, body=body, attempt=attempt)
            if answer and pause is None:
                return answer
            if attempt == _ATTEMPTS or self.clock.monotonic() + (pause or 0) > deadline:
                raise self._gave_up(why, attempt, pause or 0)
            self.clock.sleep(pause or 0)
        raise AssertionError("the last attempt returns or raises")

    def pages(self, path: str, *, query: Mapping[str, str] | None = None) -> Iterator[Answer]:
        """An answer and, while it is good, those that ``Link: …; rel="next"`` leads to: a hundred of them at most."""
        answer = self.ask("GET", path, query=query)
        yield answer
        for _ in range(_PAGES - 1):
            link = requests.utils.parse_header_links(answer.headers.get("link", ""))
            following = next((one["url"] for one in link if one.get("rel") == "next"), "")
            if not (answer.ok and following):
                return
            answer = self.ask("GET", following)
            yield answer

    def _url(self, path: str) -> str:
        """Raises ForgeError for an address of somebody else: the credentials are not for it."""
        url = path if "://" in path else f"{self.base.rstrip('/')}/{path.lstrip('/')}"
        if origin_of(url) != origin_of(self.base):
            raise ForgeError(
                f"{self.name} leads to {without_credentials(url)}",
                why=f"It is not on {origin_of(self.base)}, for which the token is.",
                fix="correct the address of the API",
            )
        return url

    def _attempt(
        self, method: Method, url: str, *, query: Mapping[str, str] | None, body: JsonValue, attempt: int
    ) -> tuple[Answer | None, str, float | None]:
        """The answer, why it is no good, and the seconds after which to ask again (``None``: do not)."""
        backoff = 0.5 * 2**attempt
        try:
            answer = self._once(method, url, query=query, body=body)
        except requests.exceptions.SSLError as error:
            raise ForgeError(
                f"the certificate of {origin_of(url)} is not trusted here",
                why=plain(error),
                fix="name your certificate authority's file in SSL_CERT_FILE or REQUESTS_CA_BUNDLE",
            ) from error
        except requests.ConnectTimeout as error:
            return None, plain(error), backoff
        except DecodeError as error:
            raise ForgeError(f"{self.name} sends what cannot be unpacked", why=plain(error)) from error
        except (requests.ConnectionError, requests.Timeout, HTTPError) as error:
            if method not in _REPEATABLE and not _refused(error):
                raise self._uncertain(method, plain(error)) from error
            return None, plain(error), backoff
        except (requests.RequestException, OSError, ValueError) as error:
            raise ForgeError(f"cannot ask {self.name} at {origin_of(url)}", why=plain(error)) from error
        return self._judged(answer, method, backoff)

    def _judged(self, answer: Answer, method: Method, backoff: float) -> tuple[Answer, str, float | None]:
        if (pause := _limited(answer)) is not None:
            return answer, f"too many requests: {answer.status} {answer.message}", pause
        if answer.status not in _BUSY:
            return answer, "", None
        if method not in _REPEATABLE:
            raise self._uncertain(method, f"{answer.status} {answer.message}".rstrip())
        return answer, f"it answered {answer.status} {answer.message}".rstrip(), _asked(answer) or backoff

    def _once(self, method: Method, url: str, *, query: Mapping[str, str] | None, body: JsonValue) -> Answer:
        """Redirects (a renamed repository) are followed within the API, and a POST stays a POST."""
        answer = self._send(method, url, query=query, body=body)
        for _ in range(_REDIRECTS):
            if answer.status not in _MOVED or "location" not in answer.headers:
                break
            url = self._url(urljoin(url, answer.headers["location"]))
            answer = self._send(method, url, query=None, body=body)
        return answer

    def _send(self, method: Method, url: str, *, query: Mapping[str, str] | None, body: JsonValue) -> Answer:
        with self._session.request(
            method,
            url,
            params=query,
            json=body,
            timeout=(_CONNECT, _READ),
            verify=trust(self.environ),
            allow_redirects=False,
            stream=True,
        ) as response:
            content = response.raw.read(_LARGEST, decode_content=True)
            headers = {name.lower(): value for name, value in response.headers.items()}
            if (after := retry_after(response)) is not None:
                headers["retry-after"] = str(after)
            return Answer(status=response.status_code, body=_json(content), headers=headers)

    def _uncertain(self, method: Method, why: str) -> Uncertain:
        return Uncertain(
            f"{self.name} broke off a request ({method})",
            why=f"{why}. Whether it was carried out is not known.",
            fix="run it again",
        )

    def _gave_up(self, why: str, attempts: int, pause: float) -> ForgeError:
        waiting = f" It wants {pause:.0f} s of patience, which is more than a job should have." if pause > 60 else ""
        return ForgeError(
            f"{self.name} does not answer at {origin_of(self.base)}: gave up after {attempts} attempts",
            why=f"The last one: {why}.{waiting}",
            fix=f"see whether {origin_of(self.base)} can be reached from here and is well (its status page), then run it again",
        )


def text_at(body: object, *path: str) -> str:
    """What stands there in an answer, if it is text; else nothing."""
    for part in path:
        body = body.get(part) if isinstance(body, dict) else None
    return body if isinstance(body, str) else ""


def _words(said: JsonValue) -> str:
    """GitLab says what is wrong by member: ``{"name": ["is too long"]}`` → ``name: is too long``."""
    if isinstance(said, dict):
        return "; ".join(f"{name}: {_words(text)}" for name, text in said.items())
    return ", ".join(map(_words, said)) if isinstance(said, list) else str(said)


def _limited(answer: Answer) -> float | None:
    """Seconds to wait where there were too many requests; ``None`` where that is not what the answer says."""
    spent = "0" in (answer.headers.get("x-ratelimit-remaining"), answer.headers.get("ratelimit-remaining"))
    words = "rate limit" in answer.message.lower() or "abuse" in answer.message.lower()
    if answer.status != 429 and not (answer.status == 403 and (spent or words or "retry-after" in answer.headers)):
        return None
    if (asked := _asked(answer)) is not None:
        return asked
    return _until_reset(answer) if spent else _LIMITED_PAUSE


def _asked(answer: Answer) -> float | None:
    value = answer.headers.get("retry-after")
    try:
        return None if value is None else max(0.0, float(value))
    except ValueError:
        return None


def _until_reset(answer: Answer) -> float:
    """By the server's own clock, which its answer tells."""
    from email.utils import parsedate_to_datetime

    try:
        now = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
        reset = answer.headers.get("x-ratelimit-reset") or answer.headers.get("ratelimit-reset", "")
        return max(1.0, float(reset) - now + 1)
    except (TypeError, ValueError):
        return _LIMITED_PAUSE


def _refused(error: Exception) -> bool:
    """Whether the connection was never made, so that the server has seen nothing."""
    return "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)


def _json(content: bytes) -> JsonValue:
    try:
        parsed: JsonValue = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return parsed
