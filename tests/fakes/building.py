"""A project folder with an index of its own, for the lock and the wheels stage."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.pylock import Pylock

from lambda_ci.adapters.uv import Uv
from lambda_ci.lock.resolve import Resolver, lock
from lambda_ci.lock.selection import DEFAULT, Selection
from lambda_ci.model.artifact import Lock
from lambda_ci.model.target import Architecture, Target
from lambda_ci.wheels.fetch import Depot, fetch
from tests.fakes.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lambda_ci.model.artifact import Wheel
    from tests.fakes.index import Index

AL2 = Target("python3.11", Architecture.X86_64)
AL2023 = Target("python3.12", Architecture.X86_64)
ARM = Target("python3.12", Architecture.ARM64)
NAME = "demo-1.0-py3-none-any.whl"


@dataclass
class LockBench:
    """A project folder, an index, and a uv that knows of nothing else."""

    folder: Path
    index: Index
    extra: dict[str, str]
    building: bool = False
    """Whether what has no wheel may be taken as a source."""
    shown: str = ""

    @property
    def environ(self) -> dict[str, str]:
        own = {
            "PATH": os.defpath,
            "HOME": str(self.folder),
            "UV_CACHE_DIR": str(self.folder / "uv"),
            "UV_HTTP_RETRIES": "0",
        }
        return own | {"UV_DEFAULT_INDEX": self.index.simple} | self.extra

    @property
    def project(self) -> Path:
        return self.folder / "project"

    def write(self, name: str, text: str) -> Path:
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def lock(
        self,
        text: str | None,
        target: Target = AL2023,
        *,
        name: str = "requirements.txt",
        selection: Selection = DEFAULT,
    ) -> Lock:
        """Lock ``name``; where ``text`` is ``None`` it is there already."""
        path = self.project / name if text is None else self.write(name, text)
        console, stream = quiet()
        try:
            return lock(
                path,
                target,
                Resolver(uv=Uv(self.environ), cache_dir=self.folder / "cache", console=console),
                selection=selection,
                building=self.building,
            )
        finally:
            self.shown = stream.getvalue()

    def versions(
        self,
        text: str | None,
        target: Target = AL2023,
        *,
        name: str = "requirements.txt",
        selection: Selection = DEFAULT,
    ) -> dict[str, str]:
        pylock = self.lock(text, target, name=name, selection=selection).pylock
        assert pylock
        return {package.name: str(package.version) for package in pylock.packages}

    @property
    def kept(self) -> int:
        folder = self.folder / "cache" / "locks"
        return len(list(folder.iterdir())) if folder.exists() else 0


@dataclass
class WheelBench:
    index: Index
    cache: Path
    root: Path
    shown: str = ""

    def lock(self, *entries: dict[str, object], credentials: dict[str, tuple[str, str]] | None = None) -> Lock:
        packages = [{"name": str(entry["name"]), "wheels": [entry["wheel"]]} for entry in entries]
        document = {"lock-version": "1.0", "created-by": "test", "packages": packages}
        return Lock(
            target=AL2023,
            pylock=Pylock.from_dict(document),
            root=self.root,
            origin="pylock.toml",
            pinned=True,
            credentials=credentials or {},
        )

    def remote(self, filename: str = NAME, content: bytes | None = None, **more: object) -> dict[str, object]:
        digest = self.index.add(filename, content)
        entry = {"url": self.index.url(filename), "hashes": {"sha256": digest}, **more}
        return {"name": filename.split("-", maxsplit=1)[0], "wheel": entry}

    def fetch(
        self,
        *locks: Lock,
        arrived: Callable[[Wheel], None] = lambda _wheel: None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> tuple[tuple[Wheel, ...], ...]:
        console, stream = quiet()
        try:
            return fetch(locks, Depot.of(self.cache, console=console), arrived=arrived, meanwhile=meanwhile)
        finally:
            self.shown = stream.getvalue()

    @property
    def files(self) -> list[Path]:
        return [path for path in self.cache.rglob("*") if path.is_file()]
