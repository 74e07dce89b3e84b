"""Where builds get what they need to build: the index, credentials, proxies and certificates, as environment variables.

Nothing of it becomes an argument, which other users of the machine could read. pip hands the addresses of its indexes to
another pip, as arguments, where a build needs packages itself; so credentials reach it by a netrc, which it reads in both.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from lambda_ci.adapters.index_credentials import of_name, of_netrc, of_store
from lambda_ci.adapters.url import credentials_of, without_userinfo
from lambda_ci.wheels.builders.tree import EPOCH
from lambda_ci.wheels.builders.variables import versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CERTIFICATES = "/lambda-ci/certificates.pem"
_OPTION = re.compile(r"^(?P<name>--?[a-z][a-z-]*)(?:\s+|=)?\s*(?P<value>.*)$")
_NAMES = {"-i": "--index-url", "-f": "--find-links"}
_BUNDLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "CURL_CA_BUNDLE")
_PASSED_ON = re.compile(
    r"^((HTTP|HTTPS|NO|ALL|FTP)_PROXY|PIP_(TRUSTED_HOST|NO_INDEX|DEFAULT_TIMEOUT|RETRIES))$",
    re.IGNORECASE,
)
LOGINS = "LAMBDA_CI_NETRC"
"""The variable with what the netrc is to hold."""
_PLAIN = re.compile(r"[A-Za-z0-9!$%&()*+,./:;<=>?@^_{|}~-]+")
"""What every version of Python reads in a netrc as it is written."""
REPRODUCIBLE = {"SOURCE_DATE_EPOCH": str(EPOCH), "PYTHONHASHSEED": "0"}


def for_uv(lines: Sequence[str], environ: Mapping[str, str]) -> dict[str, str]:
    """uv reads its own variables and files by itself; this adds the index of the dependency file."""
    found = _lines(lines)
    settings = dict(REPRODUCIBLE)
    if found["--index-url"]:
        settings["UV_DEFAULT_INDEX"] = found["--index-url"][-1]
    if found["--extra-index-url"]:
        settings["UV_INDEX"] = " ".join([*found["--extra-index-url"], environ.get("UV_INDEX", "")]).strip()
    if found["--find-links"]:
        links = [*found["--find-links"], *filter(None, [environ.get("UV_FIND_LINKS", "")])]
        settings["UV_FIND_LINKS"] = ",".join(links)
    return settings


def for_pip(lines: Sequence[str], environ: Mapping[str, str], *, root: Path) -> dict[str, str]:
    """The same for the pip of an image: uv's indexes under pip's names, and ``LOGINS`` where they want credentials. What is
    only on this machine stays out."""
    found, configured = _lines(lines), _configured(root, environ)
    index = [
        *found["--index-url"],
        *_first(environ, "UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"),
        *configured[0],
    ]
    extra = [*found["--extra-index-url"]]
    for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        extra += environ.get(name, "").split()
    links = [*found["--find-links"], *re.split(r"[\s,]+", environ.get("UV_FIND_LINKS", ""))]
    remote = [link for link in links if link.startswith(("http://", "https://"))]
    logins: dict[str, tuple[str, str]] = {}
    settings = {
        "PIP_INDEX_URL": " ".join(_bare(_authorised(url, environ), logins) for url in index[:1]),
        "PIP_EXTRA_INDEX_URL": " ".join(_bare(_authorised(url, environ), logins) for url in [*extra, *configured[1]]),
        "PIP_FIND_LINKS": " ".join(_bare(link, logins) for link in remote),
        LOGINS: "".join(f"machine {host} login {user} password {word}\n" for host, (user, word) in logins.items()),
    }
    passed = {name: value for name, value in environ.items() if _PASSED_ON.match(name)}
    certificates = dict.fromkeys(_BUNDLES, CERTIFICATES) if bundle(environ) else {}
    given = {name: value for name, value in settings.items() if value}
    return {**given, **passed, **versions(environ), **certificates, **REPRODUCIBLE}


def bundle(environ: Mapping[str, str]) -> Path | None:
    """The file of certificates that this machine's programs are told to trust."""
    named = (Path(environ[name]) for name in _BUNDLES if environ.get(name))
    return next((path for path in named if path.is_file()), None)


def _lines(lines: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"--index-url": [], "--extra-index-url": [], "--find-links": []}
    for line in lines:
        if option := _OPTION.match(line):
            found.setdefault(_NAMES.get(option["name"], option["name"]), []).append(option["value"].strip())
    return found


def _first(environ: Mapping[str, str], *names: str) -> list[str]:
    return next(([environ[name]] for name in names if environ.get(name)), [])


def _authorised(entry: str, environ: Mapping[str, str]) -> str:
    """``name=url`` or a URL, with the credentials that uv would use for it: of the variables of its name, or of netrc."""
    name, mark, rest = entry.partition("=")
    url = rest if mark and "://" not in name else entry
    if credentials_of(url) or not url.startswith(("http://", "https://")):
        return url
    named = of_name(name if url == rest else "", environ)
    user, password = named or of_netrc(url, environ) or of_store(url, environ) or ("", "")
    scheme, _, place = url.partition("://")
    return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{place}" if user or password else url


def _bare(url: str, logins: dict[str, tuple[str, str]]) -> str:
    """The address without its credentials, which ``logins`` gets by host. It keeps them where a netrc cannot tell them: a host
    has one login there, and odd characters mean different things to different Pythons."""
    found = credentials_of(url)
    host = urlsplit(url).hostname if found else None
    if not found or not host or not all(map(_PLAIN.fullmatch, found)) or logins.setdefault(host, found) != found:
        return url
    return without_userinfo(url)


def _configured(root: Path, environ: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The default index and the others of uv's configuration files: the nearest of the project, then the user's."""
    home = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '')}/.config"
    project = next(filter(None, map(_settings, (root, *root.parents))), {})
    default: list[str] = []
    others: list[str] = []
    for settings in (project, _of_file(Path(home) / "uv/uv.toml"), _of_file(Path("/etc/uv/uv.toml"))):
        for entry in _tables(settings.get("index")):
            url = f"{entry.get('name', '')}={entry['url']}" if entry.get("name") else str(entry["url"])
            (default if entry.get("default") else others).append(url)
        default += [str(settings["index-url"])] if "index-url" in settings else []
        others += [str(url) for url in _list(settings.get("extra-index-url"))]
    return default, others


def _tables(value: object) -> Iterator[Mapping[str, object]]:
    """Indexes that packages must name (``explicit``) serve no build."""
    for entry in _list(value):
        if isinstance(entry, dict) and "url" in entry and not entry.get("explicit"):
            yield entry


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _settings(folder: Path) -> dict[str, object]:
    if found := _of_file(folder / "uv.toml"):
        return found
    tool = _of_file(folder / "pyproject.toml").get("tool", {})
    uv = tool.get("uv", {}) if isinstance(tool, dict) else {}
    return uv if isinstance(uv, dict) else {}


def _of_file(path: Path) -> dict[str, object]:
    import tomllib

    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
