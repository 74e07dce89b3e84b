"""Where sources come from: an archive of the lock, a folder of this machine, a commit of a repository."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambda_ci.adapters.scratch import scratch
from lambda_ci.errors import BuildError
from lambda_ci.wheels.builders.tree import Tree, looks_pure, names, unpack
from lambda_ci.wheels.builders.variables import shaping

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import ExitStack
    from pathlib import Path

    from lambda_ci.wheels.builders.source import Job
    from lambda_ci.wheels.choice import Choice, Unbuilt


@dataclass(kw_only=True)
class Origin:
    """``stack`` says how long checkouts stay. ``provide`` comes first; the rest may then be asked in parallel."""

    obtain: Callable[[Choice], Path]
    keep_out: Sequence[Path]
    environ: Mapping[str, str] = field(repr=False)
    stack: ExitStack = field(repr=False)
    _clones: dict[Unbuilt, Path] = field(default_factory=dict)

    def provide(self, job: Job) -> None:
        """Have the source on this machine. Raises BuildError where it cannot be had."""
        if job.source.file:
            self.obtain(job.source.file)
        elif not job.source.folder:
            self._clone(job)

    def tree(self, job: Job, folder: Path) -> Tree:
        """The source, unpacked below ``folder`` where it is an archive. Raises BuildError."""
        source = job.source
        if source.file:
            return Tree(folder=unpack(self.obtain(source.file), folder / "sdist"), whole=True)
        return self._folder(source.folder) if source.folder else Tree(folder=self._clone(job), whole=True)

    def looks_pure(self, job: Job) -> bool:
        """Whether nothing in it looks as if it needed a compiler."""
        source = job.source
        if source.file:
            return looks_pure(iter(names(self.obtain(source.file))))
        tree = self._folder(source.folder) if source.folder else Tree(folder=self._clone(job), whole=True)
        return tree.looks_pure

    def identity(self, source: Unbuilt) -> str:
        """The same for the same content and the same variables that shape what is built; needs nothing to be fetched."""
        if source.file:
            content = f"{source.file.algorithm}:{source.file.digest}"
        elif source.folder:
            content = f"tree:{self._folder(source.folder).digest}"
        else:
            content = f"git:{source.commit}"
        variables = shaping(source.name, self.environ)
        return f"{source.name} {content} {source.subdirectory}" + (f" {json.dumps(variables)}" if variables else "")

    def _clone(self, job: Job) -> Path:
        from lambda_ci.adapters.git import checkout

        source = job.source
        if source not in self._clones:
            folder = self.stack.enter_context(scratch()) / "clone"
            checkout(source.repository, source.commit, folder, environ=self.environ, seconds=job.seconds)
            self._clones[source] = folder
        return self._clones[source]

    def _folder(self, folder: Path) -> Tree:
        if not folder.is_dir():
            raise BuildError(f"{folder}, which the lock names, is not a folder", fix="put it there, or lock again")
        return Tree(folder=folder, without=frozenset(path.resolve() for path in self.keep_out))
