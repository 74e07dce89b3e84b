"""git, as far as it tells what has changed: the paths that differ from a revision, and files as they were then.

Everything that is not committed counts as changed too, untracked files included; what .gitignore names does not exist here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters import process
from lambda_ci.adapters.git import trusting
from lambda_ci.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PATIENCE = 120.0
"""Seconds that git may take to compare a large work tree."""
_NOTHING = "0" * 40
"""What GitHub calls the commit before the first push of a branch."""
_FETCH = (
    "fetch the whole history before: actions/checkout with `fetch-depth: 0`, in GitLab CI the variable `GIT_DEPTH: 0`, "
    "elsewhere `git fetch --unshallow`"
)


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What differs from ``base``, the commit where the revision and this work tree parted. Paths are absolute, without links."""

    base: str
    paths: frozenset[Path]


@dataclass(frozen=True, kw_only=True)
class WorkTree:
    """The work tree that a folder is in; ``root`` is absolute, without links."""

    root: Path
    environ: Mapping[str, str]

    def changes(self, revision: str) -> Changes | None:
        """``None`` where the revision is that before any commit. Raises ConfigurationError where git cannot tell."""
        if revision in {_NOTHING, _NOTHING + "0" * 24}:
            return None
        base = self._base(revision)
        compare = ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-relative"]
        changed = self._must(*compare, "--ignore-submodules=none", base, "--")
        untracked = self._must("ls-files", "--others", "--exclude-standard", "-z", "--full-name", "--", ".")
        names = [*changed.split("\0"), *untracked.split("\0")]
        return Changes(base=base, paths=frozenset(self.root / name.rstrip("/") for name in names if name))

    def content(self, commit: str, path: Path) -> bytes | None:
        """A file as it was in a commit; ``None`` where it was not there. ``path`` is absolute, without links."""
        if not path.is_relative_to(self.root):
            return None
        name = path.relative_to(self.root).as_posix()
        completed = self._run("show", f"{commit}:{name}")
        return completed.stdout.encode() if completed.returncode == 0 else None

    def precedes(self, commit: str, later: str) -> bool | None:
        """Whether one commit is an ancestor of another, and not the same; ``None`` where git does not know one of them."""
        names = [
            self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{one}^{{commit}}")
            for one in (commit, later)
        ]
        if any(one.returncode for one in names):
            return None
        if names[0].stdout == names[1].stdout:
            return False
        return self._run("merge-base", "--is-ancestor", *(one.stdout.strip() for one in names)).returncode == 0

    def _base(self, revision: str) -> str:
        found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if found.returncode != 0:
            raise self._unknown(revision, "has no commit of that name")
        base = self._run("merge-base", found.stdout.strip(), "HEAD")
        if base.returncode != 0:
            raise self._unknown(revision, "has no commit that it shares with HEAD")
        return base.stdout.strip()

    def _unknown(self, revision: str, why: str) -> ConfigurationError:
        what = f"cannot tell what has changed since {revision!r}: this repository {why}"
        if self._run("rev-parse", "--is-shallow-repository").stdout.strip() == "true":
            return ConfigurationError(what, why="It is a shallow clone: its history was not fetched.", fix=_FETCH)
        return ConfigurationError(what, fix="name a commit, a tag or a branch that is fetched, such as origin/main")

    def _must(self, *arguments: str) -> str:
        completed = self._run(*arguments)
        if completed.returncode != 0:
            raise ConfigurationError(
                f"git cannot tell what has changed in {self.root}",
                why=completed.stderr.strip() or f"git ended with {completed.returncode}",
                fix=_FETCH if "shallow" in completed.stderr else "look at what `git status` says there",
            )
        return completed.stdout

    def _run(self, *arguments: str) -> process.Completed:
        env = {**self.environ, **trusting(self.root, self.environ), "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
        for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"):
            env.pop(name, None)
        command = ["git", "-C", str(self.root), *arguments]
        return process.run(command, env=env, timeout=_PATIENCE, raising=process.Raising(failure=ConfigurationError))


def work_tree(folder: Path, *, environ: Mapping[str, str]) -> WorkTree:
    """Raises ConfigurationError where ``folder`` is in none."""
    inside = Path(folder).resolve()
    root = next((one for one in (inside, *inside.parents) if (one / ".git").exists()), None)
    if root is None:
        raise ConfigurationError(
            f"cannot tell what has changed: {folder} is in no git repository",
            why="neither it nor a folder above has `.git`; a container sees only what is mounted",
            fix="run in a clone of the repository (mount all of it), or leave --changed-since out",
        )
    return WorkTree(root=root, environ=environ)
