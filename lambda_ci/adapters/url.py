"""Addresses as people may see them: without the credentials that they carry."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

_URL = re.compile(
    r"(?P<scheme>(?<![A-Za-z0-9+.\-])[A-Za-z0-9+.\-]+://)"
    r"(?P<userinfo>[^\s/?#'\"`<>]*@)?"
    r"(?P<rest>[^\s?#'\"`<>]*)"
    r"(?P<query>\?[^\s#'\"`<>]*)?"
    r"(?P<fragment>#[^\s'\"`<>]*)?"
)

_SECRET = re.compile(r"token|key|sig|auth|pass|pwd|secret|cred|session|jwt|sas", re.IGNORECASE)
_DIGEST = re.compile(r"(?:sha-?(?:1|224|256|384|512)|md5|blake2[bs]|hash|checksum|digest|etag)", re.IGNORECASE)
_LONGEST_WORD = 20
"""Letters, of a value that is no secret: a version, a platform."""


def without_credentials(text: str) -> str:
    """The text with user names, passwords, queries and fragments of every URL in it replaced by ``***``."""
    return _URL.sub(_redacted, text)


def without_userinfo(text: str) -> str:
    """The text with only the user names and passwords of its URLs taken out: still tells one address from another."""
    return _URL.sub(lambda found: found[0].replace(found["userinfo"] or "", "", 1), text)


def public(url: str) -> str:
    """The address itself: no user name, no password, no query, no fragment."""
    return without_userinfo(url).partition("#")[0].partition("?")[0]


def credentials_of(url: str) -> tuple[str, str] | None:
    """User name and password that a URL carries, decoded; ``None`` where it carries none."""
    userinfo, at, _host = _netloc(url).rpartition("@")
    user, _, password = userinfo.partition(":")
    return (unquote(user), unquote(password)) if at else None


def secret_in(url: str) -> str:
    """What of a URL nobody else may see: ``user name and password``, or the name of a parameter of its query that may well be a
    token (a signature of S3, a token of an index). Empty where there is nothing. What holds a digest is no secret."""
    if credentials_of(url):
        return "user name and password"
    query = url.partition("#")[0].partition("?")[2]
    for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=None):
        said = name if value else ""
        if not _DIGEST.fullmatch(name) and (_SECRET.search(said) or len(value or name) >= _LONGEST_WORD):
            return f"the parameter {name}" if value else "the query"
    return ""


def origin_of(url: str) -> str:
    """``https://host:port``: what credentials belong to."""
    scheme = url.partition("://")[0].lower()
    return f"{scheme}://{_netloc(url).rpartition('@')[2].lower()}"


def _netloc(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def _redacted(match: re.Match[str]) -> str:
    userinfo = "***@" if match["userinfo"] else ""
    query = "?***" if match["query"] else ""
    fragment = "#***" if match["fragment"] else ""
    return f"{match['scheme']}{userinfo}{match['rest']}{query}{fragment}"
