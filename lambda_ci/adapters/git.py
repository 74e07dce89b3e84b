"""git, as far as building needs it: one commit of a repository, with its tags and submodules."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from lambda_ci.adapters import process
from lambda_ci.adapters.url import credentials_of, origin_of, without_credentials, without_userinfo
from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def checkout(repository: str, commit: str, folder: Path, *, environ: Mapping[str, str], seconds: float) -> None:
    """Clone into ``folder`` and check the commit out. Raises BuildError. Credentials in the address never become arguments."""
    env = {**environ, **_authorised(repository, environ), "GIT_TERMINAL_PROMPT": "0"}
    url = without_userinfo(repository) if credentials_of(repository) else repository

    def git(*arguments: str) -> process.Completed:
        return process.run(["git", *arguments], env=env, timeout=seconds)

    def must(*arguments: str) -> None:
        _check(git(*arguments), repository, commit)

    must("clone", "--quiet", "--no-checkout", "--", url, str(folder))
    inside = ("-C", str(folder), "-c", "advice.detachedHead=false")
    if git(*inside, "cat-file", "-e", f"{commit}^{{commit}}").returncode != 0:
        must(*inside, "fetch", "--quiet", "origin", commit)
    must(*inside, "checkout", "--quiet", "--detach", commit)
    if (folder / ".gitmodules").exists():
        must(*inside, "submodule", "update", "--quiet", "--init", "--recursive")


def _authorised(repository: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Configuration for git that puts the credentials back, in the environment (git-config, GIT_CONFIG_COUNT)."""
    found = credentials_of(repository)
    if not found or not repository.startswith(("http://", "https://")):
        return {}
    origin = origin_of(repository)
    scheme, _, host = origin.partition("://")
    user, password = (quote(part, safe="") for part in found)
    count = int(environ.get("GIT_CONFIG_COUNT") or 0)
    return {
        "GIT_CONFIG_COUNT": str(count + 1),
        f"GIT_CONFIG_KEY_{count}": f"url.{scheme}://{user}:{password}@{host}/.insteadOf",
        f"GIT_CONFIG_VALUE_{count}": f"{origin}/",
    }


def _check(completed: process.Completed, repository: str, commit: str) -> None:
    if completed.returncode == 0:
        return
    lines = without_credentials(completed.stderr).strip().splitlines()
    raise BuildError(
        f"cannot check out {commit[:12]} of {without_credentials(repository)}",
        why="\n".join(lines[-4:]) or f"git ended with {completed.returncode}",
        fix="look whether the address and the commit are right and git has the rights (a token, a deploy key)",
    )
