"""The wheels of locks, on this machine: those in the cache are verified, the others fetched in parallel."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lambda_ci.errors import BuildError
from lambda_ci.wheels.choose import Choice, choose
from lambda_ci.wheels.store import Partial, WheelStore
from lambda_ci.wheels.threads import in_parallel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lambda_ci.adapters.http import Downloads
    from lambda_ci.console import Console
    from lambda_ci.model.artifact import Lock, Wheel

_THREADS = 8
_CHUNK = 1 << 20
_NOTHING: Mapping[str, str] = MappingProxyType({})


def fetch(
    locks: Sequence[Lock], *, cache_dir: Path, console: Console, environ: Mapping[str, str] = _NOTHING
) -> tuple[tuple[Wheel, ...], ...]:
    """The wheels of each lock, in its order; a wheel that several locks name is verified or fetched once.

    ``environ`` names a private certificate authority (SSL_CERT_FILE, REQUESTS_CA_BUNDLE). Raises BuildError: no wheel fits, a
    server refuses or cannot be reached, a file is not what was locked, the cache cannot be written.
    """
    chosen = [choose(lock) for lock in locks]
    store = WheelStore(cache_dir / "wheels")
    distinct = {store.path(choice): choice for choices in chosen for choice in choices}
    wheels = _cached(store, list(distinct.values()))
    missing = [choice for path, choice in distinct.items() if path not in wheels]
    if missing:
        wheels |= _fetched(missing, store=store, console=console, environ=environ)
    return tuple(tuple(wheels[store.path(choice)] for choice in choices) for choices in chosen)


def _cached(store: WheelStore, choices: Sequence[Choice]) -> dict[Path, Wheel]:
    found = in_parallel(store.find, choices, threads=_THREADS, cancelled=threading.Event()) if choices else []
    return {wheel.path: wheel for wheel in found if wheel}


def _fetched(
    choices: Sequence[Choice], *, store: WheelStore, console: Console, environ: Mapping[str, str]
) -> dict[Path, Wheel]:
    store.sweep()
    cancelled = threading.Event()
    sizes = [choice.size for choice in choices]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    with ExitStack() as stack:
        downloads = stack.enter_context(_downloads(environ, console)) if any(map(_is_remote, choices)) else None
        advance = stack.enter_context(console.progress(f"fetching {len(choices)} wheels", total))
        hand = _Hand(store=store, downloads=downloads, cancelled=cancelled, advance=advance)
        wheels = in_parallel(hand.fetch, choices, threads=_THREADS, cancelled=cancelled)
    size = sum(wheel.size for wheel in wheels)
    console.line(f"fetched {len(wheels)} {'wheel' if len(wheels) == 1 else 'wheels'}, {size / 1e6:.1f} MB")
    return {wheel.path: wheel for wheel in wheels}


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

    def fetch(self, choice: Choice) -> Wheel:
        with self.store.partial(choice, cancelled=self.cancelled, advance=self.advance) as partial:
            if _is_remote(choice):
                self._download(choice, partial)
            else:
                _copy(choice.path or _file_of(choice), partial)
            return self.store.keep(partial)

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
