"""The order of building: what was built before, else where it is built, and whether the right thing came out."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters.host import this_host
from lambda_ci.adapters.scratch import scratch
from lambda_ci.adapters.threads import in_parallel
from lambda_ci.errors import BuildError
from lambda_ci.wheels.builders import container, in_place, log
from lambda_ci.wheels.builders.cache import BuiltStore, key
from lambda_ci.wheels.builders.check import is_pure, the_wheel
from lambda_ci.wheels.builders.containers import Places
from lambda_ci.wheels.builders.decision import Decision, decide
from lambda_ci.wheels.builders.origin import Origin
from lambda_ci.wheels.builders.tree import unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lambda_ci.adapters.host import Host
    from lambda_ci.adapters.process import Completed
    from lambda_ci.adapters.uv import Uv
    from lambda_ci.console import Console
    from lambda_ci.model.artifact import Wheel
    from lambda_ci.wheels.builders.container import Workplace
    from lambda_ci.wheels.builders.source import Job
    from lambda_ci.wheels.builders.tree import Tree
    from lambda_ci.wheels.choice import Choice
    from lambda_ci.wheels.store import WheelStore

_AT_ONCE = 4
"""Builds that run at the same time, at most; compilers want memory too."""


@dataclass(kw_only=True)
class Workshop:
    """Builds jobs, several at once, with one engine and one container for those that can share it."""

    store: WheelStore
    uv: Uv
    console: Console
    obtain: Callable[[Choice], Path]
    """Gets a source archive, verified."""
    keep_out: Sequence[Path] = ()
    """Folders that are part of no source, such as the cache."""
    hosts: dict[str, Host] = field(default_factory=dict)
    """This machine, by the Python version that is asked for; looked at when it is needed."""
    threads: int = min(_AT_ONCE, os.cpu_count() or 1)

    def build(self, jobs: Sequence[Job]) -> dict[Job, Wheel]:
        """The wheel of every job. Raises BuildError for the first that cannot be built; the others are stopped then."""
        distinct = list(dict.fromkeys(jobs))
        with ExitStack() as stack:
            shift = self._shift(stack, builds=len(distinct))
            wheels: dict[Job, Wheel] = {}
            while missing := [job for job in distinct if job not in wheels]:
                wheels |= shift.round(missing)
        return {job: wheels[job] for job in distinct}

    def known(self, jobs: Sequence[Job]) -> dict[Job, Wheel]:
        """The wheels of those that were built before, here or by a machine that shares its cache; nothing is built."""
        with ExitStack() as stack:
            shift = self._shift(stack, builds=0)
            return {job: wheel for job in dict.fromkeys(jobs) if (wheel := shift.known(job))}

    def _shift(self, stack: ExitStack, *, builds: int) -> _Shift:
        environ = self.uv.environ
        return _Shift(
            workshop=self,
            built=BuiltStore(self.store),
            origin=Origin(obtain=self.obtain, keep_out=self.keep_out, environ=environ, stack=stack),
            places=Places(console=self.console, environ=environ, stack=stack, builds=builds),
            stack=stack,
        )

    def host(self, job: Job) -> Host:
        """This machine, as far as the job's Python matters."""
        version = job.target.python_version
        if version not in self.hosts:
            self.hosts[version] = this_host(version, uv=self.uv)
        return self.hosts[version]


@dataclass(frozen=True, kw_only=True)
class _Order:
    """One wheel to make, and where. ``name`` is its key in the cache, ``how`` what is noted about it there."""

    job: Job
    decision: Decision
    identity: str
    name: str
    how: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class _Shift:
    """The work on some jobs: decided, announced and prepared one after the other, then done several at once."""

    workshop: Workshop
    built: BuiltStore
    origin: Origin
    places: Places
    stack: ExitStack
    cancelled: threading.Event = field(default_factory=threading.Event)

    def round(self, jobs: Sequence[Job]) -> dict[Job, Wheel]:
        """The wheels of those jobs that could be finished; the others only looked pure and are decided anew."""
        planned = {job: self._planned(job) for job in jobs}
        orders = {one.name: one for one in planned.values() if isinstance(one, _Order)}
        places = {name: self._prepared(order) for name, order in orders.items()}
        made = in_parallel(
            lambda order: self._made(order, places[order.name]),
            list(orders.values()),
            threads=self.workshop.threads,
            cancelled=self.cancelled,
            stop=self.stack.close,
        )
        by_name = dict(zip(orders, made, strict=True))
        wheels = {job: by_name[one.name] if isinstance(one, _Order) else one for job, one in planned.items()}
        return {job: wheel for job, wheel in wheels.items() if wheel}

    def known(self, job: Job) -> Wheel | None:
        """Errors while looking count as not found: the build reports them."""
        try:
            planned = self._planned(job)
        except BuildError:
            return None
        return None if isinstance(planned, _Order) else planned

    def _planned(self, job: Job) -> _Order | Wheel:
        """What has to be done for a job, or what was built before."""
        identity = self.origin.identity(job.source)
        if job.options.backend != "container" and (found := self.built.find(_pure_key(identity, job))):
            return found
        decision = decide(job, self.workshop.host(job), pure=self._is_pure(job, identity))
        with _because(job, decision):
            name, how = self._key(job, decision, identity)
        return self.built.find(name) or _Order(job=job, decision=decision, identity=identity, name=name, how=how)

    def _prepared(self, order: _Order) -> Workplace | None:
        """Everything that a build needs; ``None`` stands for this machine."""
        job, source = order.job, order.job.source
        what = f"has no wheel for {job.target}" if source.file else f"is a source ({source.place})"
        where = "in place" if order.decision.in_place else f"in {container.image_name(job)}"
        self.workshop.console.line(f"{source.label} {what}: building it {where}, because {order.decision.why}")
        self.origin.provide(job)
        return None if order.decision.in_place else self.places.workplace(job)

    def _made(self, order: _Order, place: Workplace | None) -> Wheel | None:
        """``None`` where the source only looked pure: then the place was wrong."""
        console, job = self.workshop.console, order.job
        started = console.clock.monotonic()
        with scratch() as folder:
            output = folder / "wheels"
            output.mkdir()
            self._build(order, place, folder, output=output)
            path, version = the_wheel(job, output, only_pure=order.decision.only_pure)
            if order.decision.only_pure and not is_pure(path.name):
                console.line(f"{job.source.label} has something to compile after all")
                self.built.write(key(source=order.identity), {"pure": "no"})
                return None
            wheel = self.built.keep(order.name, path, project=job.source.name, version=version, how=order.how)
        console.line(f"built {wheel.filename} in {console.clock.monotonic() - started:.1f} s")
        if is_pure(wheel.filename) and not self._is_pure(job, order.identity):
            console.line(f"{job.source.label} has sources that could be compiled and were not: is a compiler missing?")
        return wheel

    def _build(self, order: _Order, place: Workplace | None, folder: Path, *, output: Path) -> None:
        job = order.job
        tree = self.origin.tree(job, folder)
        if place:
            done = place.build(job, tree, name=key(source=order.identity), output=output)
        else:
            done = self._here(job, tree, folder, output)
        if done.returncode != 0:
            text = f"{done.stdout}\n{done.stderr}"
            if not self.cancelled.is_set():
                self.workshop.console.untrusted(log.excerpt(text))
            where = f"in {place.image}" if place else "in place"
            raise log.failure(job.source.label, text, where=where)

    def _here(self, job: Job, tree: Tree, folder: Path, output: Path) -> Completed:
        with (folder / "source.tar").open("w+b") as archive:
            tree.pack(archive)
        root = unpack(folder / "source.tar", folder / "copy") / job.source.subdirectory
        python = self.workshop.host(job).python or _own_python()
        return in_place.build(job, root, python=python, output=output, uv=self.workshop.uv, cancelled=self.cancelled)

    def _is_pure(self, job: Job, identity: str) -> bool:
        """Whether the source looks as if it needed no compiler; remembered, so that it need not be there the next time."""
        nature = key(source=identity)
        known = self.built.note(nature).get("pure")
        if known is None:
            known = "yes" if self.origin.looks_pure(job) else "no"
            self.built.write(nature, {"pure": known})
        return known == "yes"

    def _key(self, job: Job, decision: Decision, identity: str) -> tuple[str, Mapping[str, str]]:
        """The key of what would be built, and what goes into the note about it."""
        how = {"source": job.source.place, "backend": "in place" if decision.in_place else "container"}
        if decision.only_pure:
            return _pure_key(identity, job), how
        if decision.in_place:
            host = self.workshop.host(job)
            glibc = ".".join(map(str, host.glibc or ()))
            return key(source=identity, target=str(job.target), python=host.identity, glibc=glibc), how
        digest = self.places.digest(job)
        packages = sorted(job.options.system_packages)
        name = key(source=identity, target=str(job.target), image=digest, packages=packages)
        return name, {**how, "image": container.image_name(job), "digest": digest, "packages": " ".join(packages)}


def _pure_key(identity: str, job: Job) -> str:
    """What is pure is the same wheel for every architecture and C library; of the Python, only the minor version counts."""
    return key(source=identity, pure=job.target.python_version)


@contextmanager
def _because(job: Job, decision: Decision) -> Iterator[None]:
    """An engine or an image that cannot be had concerns those who know what it is needed for."""
    try:
        yield
    except BuildError as error:
        why = f"{job.source.label} is to be built in a container, because {decision.why}\n{error.why}"
        raise BuildError(error.what, why=why, fix=error.fix) from error


def _own_python() -> Path:
    import sys

    return Path(sys.executable)
