"""Git repositories whose addresses carry credentials, as in ``demo @ git+https://${TOKEN}@git.example/demo``.

uv would hand such an address to git as an argument, which everybody on the machine can read. So it resolves copies of the
requirements without the credentials, git logs in by itself, and the lock gets the addresses back.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lambda_ci.adapters.git_login import logging_in
from lambda_ci.adapters.scratch import scratch
from lambda_ci.adapters.url import without_userinfo
from lambda_ci.errors import BuildError
from lambda_ci.lock.pylock import dump_pylock, parse_pylock
from lambda_ci.lock.requirements import copied, expanded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from packaging.pylock import Package

    from lambda_ci.adapters.uv import Uv
    from lambda_ci.lock.demand import Source

_CARRIES = re.compile(r"(?P<git>git\+)(?P<scheme>https?://)(?P<userinfo>[^\s/@\"']+@)(?P<place>[^\s@#;\"']+)")


def carries_logins(source: Source) -> bool:
    """Whether a git repository is named with a user name or a password in its address."""
    return any(_CARRIES.search(line) for line in source.lines)


@contextmanager
def without_logins(source: Source, *, uv: Uv) -> Iterator[tuple[Source, Uv, Callable[[str], str]]]:
    """The same requirements without credentials of git servers, a uv whose git has them, and what puts them back into the lock.

    For requirements files. Raises BuildError for what cannot be read; those raised within name the files as the user does.
    """
    logins = _Logins(environ=uv.environ)
    with scratch() as folder:
        file = copied(source.path, folder, environ=uv.environ, change=logins.take)
        bare = replace(source, files=(str(file),))
        able = replace(uv, environ={**uv.environ, **logging_in(logins.taken.values(), uv.environ)})
        own = re.compile(rf"{re.escape(str(folder))}/\d+/")
        try:
            yield bare, able, logins.restored
        except BuildError as error:
            why = own.sub("", error.why)
            raise BuildError(error.what, why=why, fix=error.fix) from error


@dataclass(kw_only=True)
class _Logins:
    environ: Mapping[str, str] = field(repr=False)
    taken: dict[str, str] = field(default_factory=dict, repr=False)
    """Addresses without credentials to those with them."""

    def take(self, line: str) -> str:
        return _CARRIES.sub(self._taken, line)

    def _taken(self, found: re.Match[str]) -> str:
        address = expanded(f"{found['scheme']}{found['userinfo']}{found['place']}", self.environ)
        bare = without_userinfo(address)
        self.taken[bare] = address
        return f"{found['git']}{bare}"

    def restored(self, text: str) -> str:
        """The lock with the credentials in it."""
        pylock = parse_pylock(text, label="uv's lock")
        return dump_pylock(replace(pylock, packages=[self._restored(package) for package in pylock.packages]))

    def _restored(self, package: Package) -> Package:
        vcs = package.vcs
        if vcs is None or vcs.url not in self.taken:
            return package
        return replace(package, vcs=replace(vcs, url=self.taken[vcs.url]))
