"""The order of building: what was built before, else where it is built, and whether the right thing came out."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters.host import this_host
from lambda_ci.errors import BuildError
from lambda_ci.wheels.builders import container, in_place
from lambda_ci.wheels.builders.built import BuiltStore, key
from lambda_ci.wheels.builders.decision import Decision, decide
from lambda_ci.wheels.builders.tree import Tree, looks_pure, names, unpack
from lambda_ci.wheels.builders.verdict import is_pure, the_wheel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lambda_ci.adapters.docker import Engine, Image
    from lambda_ci.adapters.host import Host
    from lambda_ci.adapters.uv import Uv
    from lambda_ci.console import Console
    from lambda_ci.model.artifact import Wheel
    from lambda_ci.wheels.builders.source import Job, Unbuilt
    from lambda_ci.wheels.choose import Choice
    from lambda_ci.wheels.store import WheelStore


@dataclass(kw_only=True)
class Workshop:
    """Builds jobs one after the other, with one engine and one container for those that can share it."""

    store: WheelStore
    uv: Uv
    console: Console
    obtain: Callable[[Choice], Path]
    """Gets a source archive, verified."""
    keep_out: Sequence[Path] = ()
    """Folders that are part of no source, such as the cache."""
    hosts: dict[str, Host] = field(default_factory=dict)
    """This machine, by the Python version that is asked for; looked at when it is needed."""
    _stack: ExitStack = field(default_factory=ExitStack)
    _engine: Engine | None = None
    _digests: dict[tuple[str, str], str] = field(default_factory=dict)
    _place: tuple[object, container.Workplace] | None = None
    _clones: dict[Unbuilt, Path] = field(default_factory=dict)
    _count: int = 0

    def build(self, jobs: Sequence[Job]) -> dict[Job, Wheel]:
        """The wheel of every job. Raises BuildError for the first that cannot be built."""
        self._count = len(jobs)
        with self._stack:
            return {job: self._wheel(job) for job in dict.fromkeys(jobs)}

    @property
    def _built(self) -> BuiltStore:
        return BuiltStore(self.store)

    def _wheel(self, job: Job) -> Wheel:
        identity = self._identity(job.source)
        nature = key(source=identity)
        if job.options.backend != "container" and (found := self._built.find(_pure_key(identity, job))):
            return found
        decision = decide(job, self._host(job), pure=self._is_pure(job, nature))
        if wheel := self._built_as(job, decision, identity):
            return wheel
        self._built.write(nature, {"pure": "no"})
        return self._wheel(job)

    def _built_as(self, job: Job, decision: Decision, identity: str) -> Wheel | None:
        """``None`` where the source only looked pure: then the place was wrong."""
        with _because(job, decision):
            name, how = self._key(job, decision, identity)
        if found := self._built.find(name):
            return found
        started = self.console.clock.monotonic()
        source = job.source
        what = f"has no wheel for {job.target}" if source.file else f"is a source ({source.place})"
        where = "in place" if decision.in_place else f"in {container.image_name(job)}"
        self.console.line(f"{source.label} {what}: building it {where}, because {decision.why}")
        with tempfile.TemporaryDirectory(prefix="lambda-ci-") as folder:
            output = Path(folder) / "wheels"
            output.mkdir()
            self._make(job, decision, Path(folder), output=output)
            path, version = the_wheel(job, output, only_pure=decision.only_pure)
            if decision.only_pure and not is_pure(path.name):
                self.console.line(f"{source.label} has something to compile after all")
                return None
            wheel = self._built.keep(name, path, project=job.source.name, version=version, how=how)
        seconds = self.console.clock.monotonic() - started
        self.console.line(f"built {wheel.filename} in {seconds:.1f} s")
        if is_pure(wheel.filename) and not self._is_pure(job, key(source=identity)):
            self.console.line(f"{source.label} has sources that could be compiled and were not: is a compiler missing?")
        return wheel

    def _make(self, job: Job, decision: Decision, folder: Path, *, output: Path) -> None:
        with self._tree(job, folder) as tree:
            if not decision.in_place:
                self._workplace(job).build(job, tree, output=output, console=self.console)
                return
            copy = folder / "copy"
            with (folder / "source.tar").open("w+b") as archive:
                tree.pack(archive)
            root = unpack(folder / "source.tar", copy)
            in_place.build(
                job,
                root / job.source.subdirectory,
                python=self._host(job).python or _own_python(),
                output=output,
                uv=self.uv,
                console=self.console,
            )

    @contextmanager
    def _tree(self, job: Job, folder: Path) -> Iterator[Tree]:
        source = job.source
        if source.file:
            yield Tree(folder=unpack(self.obtain(source.file), folder / "sdist"), whole=True)
        elif source.folder:
            yield self._folder(source.folder)
        else:
            yield Tree(folder=self._clone(job), whole=True)

    def _clone(self, job: Job) -> Path:
        from lambda_ci.adapters.git import checkout

        source = job.source
        if source not in self._clones:
            folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="lambda-ci-"))) / "clone"
            checkout(source.repository, source.commit, folder, environ=self.uv.environ, seconds=job.seconds)
            self._clones[source] = folder
        return self._clones[source]

    def _folder(self, folder: Path) -> Tree:
        if not folder.is_dir():
            raise BuildError(f"{folder}, which the lock names, is not a folder", fix="put it there, or lock again")
        return Tree(folder=folder, without=frozenset(path.resolve() for path in self.keep_out))

    def _identity(self, source: Unbuilt) -> str:
        if source.file:
            content = f"{source.file.algorithm}:{source.file.digest}"
        elif source.folder:
            content = f"tree:{self._folder(source.folder).digest}"
        else:
            content = f"git:{source.commit}"
        return f"{source.name} {content} {source.subdirectory}"

    def _is_pure(self, job: Job, nature: str) -> bool:
        """Whether the source looks as if it needed no compiler; remembered, so that it need not be there the next time."""
        known = self._built.note(nature).get("pure")
        if known is None:
            known = "yes" if self._looks_pure(job) else "no"
            self._built.write(nature, {"pure": known})
        return known == "yes"

    def _looks_pure(self, job: Job) -> bool:
        source = job.source
        if source.file:
            return looks_pure(iter(names(self.obtain(source.file))))
        tree = self._folder(source.folder) if source.folder else Tree(folder=self._clone(job), whole=True)
        return tree.looks_pure

    def _key(self, job: Job, decision: Decision, identity: str) -> tuple[str, Mapping[str, str]]:
        """The key of what would be built, and what goes into the note about it."""
        how = {"source": job.source.place, "backend": "in place" if decision.in_place else "container"}
        if decision.only_pure:
            return _pure_key(identity, job), how
        if decision.in_place:
            host = self._host(job)
            glibc = ".".join(map(str, host.glibc or ()))
            return key(source=identity, target=str(job.target), python=host.identity, glibc=glibc), how
        digest = self._digest(job)
        packages = sorted(job.options.system_packages)
        name = key(source=identity, target=str(job.target), image=digest, packages=packages)
        return name, {**how, "image": container.image_name(job), "digest": digest, "packages": " ".join(packages)}

    def _host(self, job: Job) -> Host:
        version = job.target.python_version
        if version not in self.hosts:
            self.hosts[version] = this_host(version, uv=self.uv)
        return self.hosts[version]

    def _docker(self) -> Engine:
        from lambda_ci.adapters.docker import engine

        if self._engine is None:
            self._engine = self._stack.enter_context(engine(self.uv.environ))
        return self._engine

    def _digest(self, job: Job) -> str:
        name, architecture = container.image_name(job), str(job.target.architecture)
        if "@" in name:
            return name.partition("@")[2]
        if (name, architecture) not in self._digests:
            self._digests[name, architecture] = self._docker().digest(name, architecture=architecture)
        return self._digests[name, architecture]

    def _image(self, job: Job) -> Image:
        name = container.image_name(job)

        def pulling() -> None:
            self.console.line(f"pulling {name} for {job.target.architecture}")

        image = self._docker().image(name, architecture=str(job.target.architecture), pulling=pulling)
        self.console.line(f"{name} is {image.digest}")
        return image

    def _workplace(self, job: Job) -> container.Workplace:
        wanted = (job.target, container.image_name(job), job.options.system_packages, job.root, job.indexes)
        if self._place and self._place[0] == wanted:
            return self._place[1]
        image = self._image(job)
        seconds = job.seconds * (self._count + 3)
        place = container.workplace(job, image, engine=self._docker(), environ=self.uv.environ, seconds=seconds)
        self._place = (wanted, self._stack.enter_context(place))
        return self._place[1]


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
