"""Bytecode of wheels and of other sources: from the cache, or compiled by the target's Python, many in one process."""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters.errand import Errand, explained
from lambda_ci.adapters.threads import in_parallel
from lambda_ci.errors import BuildError
from lambda_ci.wheels.bytecode.store import BytecodeStore, Place, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from lambda_ci.adapters.errand import Interpreter
    from lambda_ci.model.artifact import Overlay, Wheel

    Sources = tuple[Mapping[str, str], Callable[[str], bytes]]
    """Digests of contents by path, and what gives the content for a path."""

TASK_ROOT = "/var/task/"
"""Where Lambda unpacks a package, and so what tracebacks name. Python corrects it for what is imported from elsewhere."""
_SECONDS = 900.0
_THREADS = 8
_AT_ONCE = 512 << 20
"""Bytes of zip files that are handed to one process."""
_ENVIRONMENT = {"PYTHONHASHSEED": "0"}
_FLAGS = ("-B", "-S", "-s")
_HERE = Path(__file__).parent
_OFF = "look at that Python, or build without bytecode: package.bytecode: never"


@dataclass(frozen=True, kw_only=True)
class _Job:
    """Sources in a zip file that are to be compiled to a place in the cache."""

    source: Path
    size: int
    wheel: bool
    place: Place


@dataclass(frozen=True, kw_only=True)
class Compiler:
    """Bytecode by one interpreter. ``folder`` holds what the cache does not take, and must stay as long as it is used."""

    interpreter: Interpreter
    store: BytecodeStore
    folder: Path

    def wheels(self, wheels: Iterable[Wheel], *, starting: Callable[[int], None]) -> dict[Wheel, Overlay]:
        """The bytecode of each wheel. ``starting`` is told how many are about to be compiled, if any. Raises BuildError."""
        name = key(program(), self.interpreter.identity)
        places = {wheel: self.store.beside(wheel, name) for wheel in dict.fromkeys(wheels)}
        known = in_parallel(self.store.find, list(places.values()), threads=_THREADS, cancelled=threading.Event())
        found = {wheel: overlay for wheel, overlay in zip(places, known, strict=True) if overlay}
        missing = {
            wheel: _Job(source=wheel.path, size=wheel.size, wheel=True, place=place)
            for wheel, place in places.items()
            if wheel not in found
        }
        if missing:
            starting(len(missing))
            done = self._all(list(missing.values()))
            found |= {wheel: done[job] for wheel, job in missing.items()}
        return found

    def sources(self, digests: Mapping[str, str], read: Callable[[str], bytes]) -> Overlay | None:
        """The bytecode of Python files, by their paths in the package with the sha256 of their contents; ``None`` without any.

        ``read`` gives the content for a path, where it is needed. Raises BuildError.
        """
        place = self._place(digests)
        if place is None:
            return None
        return self.store.find(place) or self._compiled({place: (digests, read)})[place]

    def all_sources(self, some: Sequence[Sources]) -> None:
        """Compile what ``sources`` would be asked for afterwards, as far as it is new, many in one process. Raises BuildError."""
        places = {place: one for one in some if (place := self._place(one[0])) is not None}
        missing = {place: one for place, one in places.items() if self.store.find(place) is None}
        if missing:
            self._compiled(missing)

    def _place(self, digests: Mapping[str, str]) -> Place | None:
        modules = _modules(digests)
        contents = (part for path in modules for part in (path, digests[path]))
        return self.store.by_content(key(program(), self.interpreter.identity, *contents)) if modules else None

    def _compiled(self, some: Mapping[Place, Sources]) -> dict[Place, Overlay]:
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            jobs = []
            for number, (place, (digests, read)) in enumerate(some.items()):
                archive = Path(folder) / f"sources-{number}.zip"
                with explained(), zipfile.ZipFile(archive, "w") as file:
                    for path in _modules(digests):
                        file.writestr(zipfile.ZipInfo(path), _unchanged(path, read(path), digests[path]))
                jobs.append(_Job(source=archive, size=archive.stat().st_size, wheel=False, place=place))
            return {job.place: overlay for job, overlay in self._all(jobs).items()}

    def _all(self, jobs: Sequence[_Job]) -> dict[_Job, Overlay]:
        return {job: overlay for some in _portions(jobs) for job, overlay in self._some(some).items()}

    def _some(self, jobs: Sequence[_Job]) -> dict[_Job, Overlay]:
        """Compile in one process. What it gives is moved into the cache, or stays in ``folder``."""
        with explained():
            into = Path(tempfile.mkdtemp(dir=self.folder))
            task = into / "task.json"
            task.write_text(_task(jobs), encoding="utf-8")
        done = self.interpreter.run(_errand(jobs, task), into=into)
        outputs = {job: into / f"{number}.zip" for number, job in enumerate(jobs)}
        if done.returncode != 0 or not all(path.is_file() for path in outputs.values()):
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
            raise BuildError(
                f"{self.interpreter.place} could not compile bytecode (exit code {done.returncode})",
                why="\n".join(said),
                fix=_OFF,
            )
        return {job: self.store.keep(job.place, path) for job, path in outputs.items()}


def _modules(paths: Iterable[str]) -> list[str]:
    return sorted(path for path in paths if path.endswith(".py"))


def _unchanged(path: str, content: bytes, sha256: str) -> bytes:
    """Under the key of one content must be the bytecode of no other."""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise BuildError(f"{path} changed while it was being compiled", fix="run the build again")
    return content


@cache
def program() -> str:
    """What identifies the program that compiles, so that the cache follows its changes."""
    return key(*((_HERE / name).read_text("utf-8") for name in ("program.py", "marshalled.py")))


def _errand(jobs: Sequence[_Job], task: Path) -> Errand:
    sources = {f"source-{number}.zip": job.source for number, job in enumerate(jobs)}
    return Errand(
        code=(_HERE / "program.py").read_text("utf-8"),
        arguments=(task.name,),
        files={task.name: task, "marshalled.py": _HERE / "marshalled.py", **sources},
        outputs=tuple(f"{number}.zip" for number in range(len(jobs))),
        environment=_ENVIRONMENT,
        seconds=_SECONDS,
        flags=_FLAGS,
    )


def _task(jobs: Sequence[_Job]) -> str:
    described = [
        {"source": f"source-{number}.zip", "output": f"{number}.zip", "prefix": TASK_ROOT, "wheel": job.wheel}
        for number, job in enumerate(jobs)
    ]
    return json.dumps({"jobs": described})


def _portions(jobs: Sequence[_Job]) -> Iterator[list[_Job]]:
    portion: list[_Job] = []
    for job in jobs:
        if portion and sum(one.size for one in portion) + job.size > _AT_ONCE:
            yield portion
            portion = []
        portion.append(job)
    if portion:
        yield portion
