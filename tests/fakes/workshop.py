"""A workshop on this machine: jobs, a store, and what was said."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters.host import Host
from lambda_ci.adapters.uv import Uv
from lambda_ci.model.spec.packages import BuildSpec
from lambda_ci.model.target import Architecture, Target
from lambda_ci.wheels.builders.source import Job
from lambda_ci.wheels.builders.workshop import Workshop
from lambda_ci.wheels.choice import Choice, Unbuilt
from lambda_ci.wheels.store import WheelStore
from tests.fakes.quiet import quiet

if TYPE_CHECKING:
    from lambda_ci.model.artifact import Wheel

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
HERE = Target(f"python{VERSION}", Architecture.X86_64)
"""The runtime of the Python that runs this."""
LIKE = Host(machine="x86_64", glibc=(2, 17), python=Path(sys.executable), identity="cpython of the tests")


@dataclass
class WorkshopBench:
    """``hosts`` says what this machine is taken for; empty, it is looked at."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    hosts: dict[str, Host] = field(default_factory=dict)
    archives: dict[str, Path] = field(default_factory=dict)
    obtained: list[str] = field(default_factory=list)
    shown: str = ""
    threads: int = 2

    def archive(self, name: str, content: bytes, *, version: str = "1.0") -> Unbuilt:
        """A source archive as a lock names it."""
        filename = f"{name}-{version}.tar.gz"
        self.archives[filename] = self.folder / filename
        self.archives[filename].write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        choice = Choice(
            name=name,
            version=version,
            filename=filename,
            algorithm="sha256",
            digest=digest,
            size=len(content),
            url=f"https://index.example/{filename}",
            path=None,
            credentials=None,
        )
        return Unbuilt(name=name, version=version, file=choice)

    def job(self, source: Unbuilt, target: Target = HERE, **options: object) -> Job:
        spec = BuildSpec.model_validate({key.replace("_", "-"): value for key, value in options.items()})
        return Job(source=source, target=target, options=spec, root=self.folder)

    def build(self, *jobs: Job) -> list[Wheel]:
        """A workshop of its own each time, on the same cache."""
        console, stream = quiet()
        store = WheelStore(self.folder / "cache" / "wheels")
        uv = Uv({"PATH": os.environ["PATH"], "HOME": str(self.folder), "UV_OFFLINE": "1"} | self.environ)
        workshop = Workshop(
            store=store,
            uv=uv,
            console=console,
            obtain=self._obtain,
            keep_out=(self.folder / "cache",),
            hosts=dict(self.hosts),
            threads=self.threads,
        )
        try:
            built = workshop.build(jobs)
        finally:
            self.shown = stream.getvalue()
        return [built[job] for job in jobs]

    def _obtain(self, choice: Choice) -> Path:
        self.obtained.append(choice.filename)
        return self.archives[choice.filename]
