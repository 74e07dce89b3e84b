"""Logging in to git servers with the credentials that addresses carry.

git hands its own programs the address as an argument, which everybody on the machine can read, also one that `insteadOf`
has put credentials into. So it is given the address without them, and a helper that it asks where a server wants to know
who is there (gitcredentials). What the helper answers stands in the environment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.url import credentials_of, origin_of, without_userinfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_WEB = ("http://", "https://")
_HELPER = '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$LAMBDA_CI_GIT_USER_{n}" "$LAMBDA_CI_GIT_PASSWORD_{n}"; }; f'


def logging_in(addresses: Iterable[str], environ: Mapping[str, str]) -> dict[str, str]:
    """Variables to lay over ``environ``; none where no address of the web carries credentials.

    They count for the whole server, submodules included; where the addresses have several for it, each for its repository.
    """
    found = {url: given for url in addresses if url.startswith(_WEB) and (given := credentials_of(url))}
    logins: dict[str, tuple[str, str]] = {}
    for url, given in found.items():
        origin = origin_of(url)
        alone = all(other == given for address, other in found.items() if origin_of(address) == origin)
        logins[origin if alone else without_userinfo(url)] = given
    variables: dict[str, str] = {}
    settings: list[tuple[str, str]] = []
    for number, (place, (user, password)) in enumerate(logins.items()):
        variables |= {f"LAMBDA_CI_GIT_USER_{number}": user, f"LAMBDA_CI_GIT_PASSWORD_{number}": password}
        own = f"credential.{place}.helper"
        settings += [(own, ""), (own, _HELPER.replace("{n}", str(number)))]  # the empty one: nobody else's answer
    return variables | (configured(settings, environ) if settings else {})


def configured(settings: Iterable[tuple[str, str]], environ: Mapping[str, str]) -> dict[str, str]:
    """git's configuration as variables, after what ``environ`` has of it (git-config, GIT_CONFIG_COUNT)."""
    start = int(environ.get("GIT_CONFIG_COUNT") or 0)
    variables: dict[str, str] = {}
    count = start
    for count, (key, value) in enumerate(settings, start=start + 1):
        variables |= {f"GIT_CONFIG_KEY_{count - 1}": key, f"GIT_CONFIG_VALUE_{count - 1}": value}
    return {"GIT_CONFIG_COUNT": str(count), **variables}
