"""User names and passwords for the origins that files come from. uv leaves them out of its locks; those who fetch need them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters import keyring
from lambda_ci.adapters.index_credentials import of_name, of_netrc, of_store
from lambda_ci.adapters.url import credentials_of, origin_of, without_userinfo
from lambda_ci.lock.indexes import indexes, uses_keyring

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def credentials_for(
    further: Iterable[str], *, root: Path, environ: Mapping[str, str], files: Iterable[str] = ()
) -> dict[str, tuple[str, str]]:
    """By origin: of every index that is configured for ``root``, of the indexes in ``further``, and what is known for ``files``.

    As uv has it (docs.astral.sh/uv, package indexes and HTTP credentials): an address may hold them; those of a named index may
    stand in UV_INDEX_NAME_USERNAME and UV_INDEX_NAME_PASSWORD; then netrc, what ``uv auth login`` keeps, and the program
    ``keyring`` where uv is told to ask it and a user name is known. Raises BuildError when that is late.
    """
    found: dict[str, tuple[str, str]] = {}
    asks = uses_keyring(root, environ)
    for name, url in indexes(further, root=root, environ=environ):
        origin = origin_of(url)
        if url.startswith(("http://", "https://")) and not found.get(origin, ("", ""))[1]:
            user, word = of_name(name, environ) or credentials_of(url) or of_netrc(url, environ) or ("", "")
            if not word:
                user, word = of_store(url, environ, user=user) or (user, "")
            if user and not word and asks:
                word = keyring.password(without_userinfo(url), user, environ=environ)
            found |= {origin: (user, word)} if user or word else {}
    others = {origin_of(url): url for url in files}  # one of each is looked up: there are many files
    for origin in others.keys() - found.keys():
        url = others[origin]
        found |= {origin: known} if (known := of_netrc(url, environ) or of_store(url, environ)) else {}
    return found
