"""The wheels of locks, on this machine: those in the cache are verified, the others fetched in parallel or built."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lambda_ci.adapters.threads import in_parallel
from lambda_ci.errors import BuildError
from lambda_ci.wheels.builders.source import Job
from lambda_ci.wheels.choice import Choice
from lambda_ci.wheels.choose import choose, choose_or_build
from lambda_ci.wheels.store import Partial, WheelStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lambda_ci.adapters.http import Downloads
    from lambda_ci.adapters.shared_cache import SharedCache
    from lambda_ci.console import Console
    from lambda_ci.model.artifact import Lock, Wheel
    from lambda_ci.model.spec.packages import BuildSpec
    from lambda_ci.wheels.builders.workshop import Workshop

_THREADS = 8
_CHUNK = 1 << 20
_NOTHING: Mapping[str, str] = MappingProxyType({})


def fetch(
    locks: Sequence[Lock],
    depot: Depot,
    *,
    building: Sequence[BuildSpec] = (),
    keep_out: Sequence[Path] = (),
    arrived: Callable[[Wheel], None] = lambda _wheel: None,
    meanwhile: Callable[[], None] = lambda: None,
) -> tuple[tuple[Wheel, ...], ...]:
    """The wheels of each lock, in its order; a wheel that several locks name is verified, fetched or built once.

    ``building`` says for each lock how what has no fitting wheel is built; without it nothing is. ``keep_out``: folders
    that are part of no source. ``arrived`` is told of each file that was fetched, by several threads; ``meanwhile`` is called
    while those in the cache are verified. Raises BuildError: no wheel fits, a server refuses or cannot be reached, a file is
    not what was locked, a build fails, the cache cannot be written.
    """
    options = building or (None,) * len(locks)
    orders = [ordered(lock, one) for lock, one in zip(locks, options, strict=True)]
    choices = [order for some in orders for order in some if isinstance(order, Choice)]
    wheels = depot.bring(choices, arrived=arrived, meanwhile=meanwhile)
    jobs = [order for some in orders for order in some if isinstance(order, Job)]
    built = depot.build(jobs, keep_out=keep_out) if jobs else {}
    return tuple(
        tuple(built[order] if isinstance(order, Job) else wheels[depot.store.path(order)] for order in some)
        for some in orders
    )


def ordered(lock: Lock, options: BuildSpec | None) -> list[Choice | Job]:
    """What is needed for a lock: files to have, and wheels to make."""
    if options is None or options.backend == "wheels":
        return [*choose(lock)]
    return [
        one
        if isinstance(one, Choice)
        else Job(source=one, target=lock.target, options=options, root=lock.root, indexes=lock.indexes)
        for one in choose_or_build(lock)
    ]


@dataclass(frozen=True, kw_only=True)
class Depot:
    """The cache, and the ways to fill it. ``environ`` names a private certificate authority (SSL_CERT_FILE, REQUESTS_CA_BUNDLE),
    and is what builds are run with."""

    store: WheelStore
    console: Console
    environ: Mapping[str, str]

    @classmethod
    def of(
        cls,
        cache_dir: Path,
        *,
        console: Console,
        environ: Mapping[str, str] = _NOTHING,
        shared: SharedCache | None = None,
    ) -> Depot:
        """That of a machine. ``shared``: what other machines have."""
        return cls(store=WheelStore(cache_dir / "wheels", shared), console=console, environ=environ)

    def bring(
        self,
        choices: Sequence[Choice],
        *,
        kind: str = "wheel",
        arrived: Callable[[Wheel], None] = lambda _wheel: None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> dict[Path, Wheel]:
        """The files by their place in the cache; those that are not there are fetched."""
        distinct = {self.store.path(choice): choice for choice in choices}
        found = _cached(self.store, list(distinct.values()), meanwhile)
        missing = [choice for path, choice in distinct.items() if path not in found]
        if missing:
            found |= _fetched(missing, depot=self, kind=kind, arrived=arrived)
        return found

    def build(self, jobs: Sequence[Job], *, keep_out: Sequence[Path]) -> dict[Job, Wheel]:
        return self._workshop(keep_out).build(jobs)

    def built(self, jobs: Sequence[Job], *, keep_out: Sequence[Path]) -> dict[Job, Wheel]:
        """Those that were built before; nothing is built."""
        return self._workshop(keep_out).known(jobs) if jobs else {}

    def _workshop(self, keep_out: Sequence[Path]) -> Workshop:
        from lambda_ci.adapters.uv import Uv
        from lambda_ci.wheels.builders.workshop import Workshop

        return Workshop(
            store=self.store, uv=Uv(self.environ), console=self.console, obtain=self._source, keep_out=keep_out
        )

    def _source(self, choice: Choice) -> Path:
        (file,) = self.bring([choice], kind="source archive").values()
        return file.path


def _cached(store: WheelStore, choices: Sequence[Choice], meanwhile: Callable[[], None]) -> dict[Path, Wheel]:
    if not choices:
        return {}
    found = in_parallel(store.find, choices, threads=_THREADS, cancelled=threading.Event(), meanwhile=meanwhile)
    return {wheel.path: wheel for wheel in found if wheel}


def _fetched(
    choices: Sequence[Choice], *, depot: Depot, kind: str, arrived: Callable[[Wheel], None]
) -> dict[Path, Wheel]:
    store, console = depot.store, depot.console
    store.sweep()
    cancelled = threading.Event()
    sizes = [choice.size for choice in choices]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    with ExitStack() as stack:
        downloads = stack.enter_context(_downloads(depot.environ, console)) if any(map(_is_remote, choices)) else None
        advance = stack.enter_context(console.progress(f"fetching {_counted(choices, kind)}", total))
        hand = _Hand(store=store, downloads=downloads, cancelled=cancelled, advance=advance, arrived=arrived)
        wheels = in_parallel(hand.fetch, _largest_first(choices), threads=_THREADS, cancelled=cancelled)
    size = sum(wheel.size for wheel in wheels)
    console.line(f"fetched {_counted(wheels, kind)}, {size / 1e6:.1f} MB")
    return {wheel.path: wheel for wheel in wheels}


def _largest_first(choices: Sequence[Choice]) -> list[Choice]:
    """So that nothing is waited for at the end that could have begun before; those of unknown size come first of all."""
    return sorted(choices, key=lambda one: -one.size if one.size is not None else float("-inf"))


def _counted(files: Sequence[object], kind: str) -> str:
    return f"{len(files)} {kind}{'' if len(files) == 1 else 's'}"


def _downloads(environ: Mapping[str, str], console: Console) -> Downloads:
    from lambda_ci.adapters.http import Downloads

    return Downloads(environ=environ, clock=console.clock, connections=_THREADS)


def _is_remote(choice: Choice) -> bool:
    return choice.path is None and not choice.url.startswith("file:")


@dataclass(frozen=True, kw_only=True)
class _Hand:
    """What one thread needs to get one wheel."""

    store: WheelStore
    downloads: Downloads | None
    cancelled: threading.Event
    advance: Callable[[int], None]
    arrived: Callable[[Wheel], None]

    def fetch(self, choice: Choice) -> Wheel:
        with self.store.partial(choice, cancelled=self.cancelled, advance=self.advance) as partial:
            if _is_remote(choice):
                self._download(choice, partial)
            else:
                _copy(choice.path or _file_of(choice), partial)
            wheel = self.store.keep(partial)
        self.arrived(wheel)
        return wheel

    def _download(self, choice: Choice, partial: Partial) -> None:
        if not choice.url.startswith(("http://", "https://")):
            raise BuildError(
                f"cannot fetch {choice.filename} from {choice.place}",
                why="addresses start with https://, http:// or file://",
                fix="correct the address in the lock or in the index",
            )
        assert self.downloads is not None
        self.downloads.get(choice.url, partial, credentials=choice.credentials)


def _file_of(choice: Choice) -> Path:
    parts = urlsplit(choice.url)
    if parts.netloc not in {"", "localhost"}:
        raise BuildError(f"{choice.place} is on another machine", fix="use a path or an http address")
    return Path(unquote(parts.path))


def _copy(path: Path, partial: Partial) -> None:
    """Only what opens the source is about the source; what the cache refuses explains itself."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BuildError(
            f"cannot read {path}, which the lock names",
            why=error.strerror or str(error),
            fix="put it there, or lock again",
        ) from error
    with file:
        partial.restart()
        while data := file.read(_CHUNK):
            partial.write(data)
