"""git, as far as building needs it: one commit of a repository, with its tags and submodules, and the state of the project's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.adapters import process
from lambda_ci.adapters.git_login import configured, logging_in
from lambda_ci.adapters.url import credentials_of, public, without_credentials, without_userinfo
from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_PATIENCE = 20.0
"""Seconds that git may take to look at a work tree."""


@dataclass(frozen=True, kw_only=True)
class State:
    """A work tree: its commit, the address it came from (without credentials, empty where there is none), and whether
    it differs from the commit."""

    commit: str
    url: str
    dirty: bool


def state(folder: Path, *, without: Sequence[Path] = (), environ: Mapping[str, str]) -> State | None:
    """The work tree that ``folder`` is in; ``None`` where there is none, no commit yet, or no git that could tell.

    ``without``: files and folders in which changes do not count, such as the output.
    """
    root = next((one for one in (folder, *folder.parents) if (one / ".git").exists()), None)
    if root is None:
        return None
    env = {**environ, **trusting(root, environ), "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    outside = [f":(exclude,literal){path.relative_to(root)}" for path in without if path.is_relative_to(root)]
    looking = ["status", "--porcelain=v2", "--branch", "--", str(root), *outside]
    try:
        told = process.run(["git", "-C", str(root), *looking], env=env, timeout=_PATIENCE)
        remote = process.run(
            ["git", "-C", str(root), "config", "--get", "remote.origin.url"], env=env, timeout=_PATIENCE
        )
    except BuildError:
        return None
    lines = told.stdout.splitlines()
    commit = next((line.split()[2] for line in lines if line.startswith("# branch.oid ")), "")
    if told.returncode != 0 or not commit.isalnum():
        return None
    dirty = any(not line.startswith("#") for line in lines)
    return State(commit=commit, url=_address(remote.stdout.strip()), dirty=dirty)


def made_of(folder: Path, *, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The commit of the work tree that ``folder`` is in, and those that it merges, also where only the last was fetched.
    None where there is no work tree, or no git that could tell."""
    root = next((one for one in (folder, *folder.parents) if (one / ".git").exists()), None)
    if root is None:
        return ()
    git = ["git", "-C", str(root)]
    env = {**environ, **trusting(root, environ), "LC_ALL": "C"}
    try:
        head = process.run([*git, "rev-parse", "--verify", "HEAD"], env=env, timeout=_PATIENCE).stdout.strip()
        told = process.run([*git, "cat-file", "commit", "HEAD"], env=env, timeout=_PATIENCE).stdout
    except BuildError:
        return ()
    headers = told.partition("\n\n")[0].splitlines()
    return (head, *(line.removeprefix("parent ") for line in headers if line.startswith("parent ")))


def _address(url: str) -> str:
    """Empty for a folder of this machine."""
    return "" if url.startswith(("/", ".", "~", "file:")) else public(url)


def trusting(root: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """In a container lambda-ci is root, and the work tree somebody else's, which git refuses unless it is told. What
    a repository's configuration could start meanwhile is switched off."""
    return configured([("safe.directory", str(root)), ("core.fsmonitor", "false")], environ)


def checkout(repository: str, commit: str, folder: Path, *, environ: Mapping[str, str], seconds: float) -> None:
    """Clone into ``folder`` and check the commit out. Raises BuildError. Credentials in the address never become arguments."""
    env = {**environ, **logging_in([repository], environ), "GIT_TERMINAL_PROMPT": "0"}
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


def _check(completed: process.Completed, repository: str, commit: str) -> None:
    if completed.returncode == 0:
        return
    lines = without_credentials(completed.stderr).strip().splitlines()
    raise BuildError(
        f"cannot check out {commit[:12]} of {without_credentials(repository)}",
        why="\n".join(lines[-4:]) or f"git ended with {completed.returncode}",
        fix="look whether the address and the commit are right and git has the rights (a token, a deploy key)",
    )
