"""What a package is built for: a Lambda runtime on an architecture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from lambda_ci.model.platform import facts

if TYPE_CHECKING:
    from packaging.markers import Environment
    from packaging.tags import Tag

PATCH = 20
"""The patch release that markers see. AWS keeps its runtimes at the newest one; no series of CPython had a later one yet."""


class Architecture(StrEnum):
    """The instruction sets of Lambda, under Lambda's names."""

    X86_64 = "x86_64"
    ARM64 = "arm64"

    @property
    def machine(self) -> str:
        """The name that wheels, ELF files and ``platform_machine`` use."""
        return "aarch64" if self is Architecture.ARM64 else "x86_64"


@dataclass(frozen=True)
class Target:
    """A runtime and an architecture, with what follows from them. Source of the facts: ``platform.json``."""

    runtime: str
    architecture: Architecture

    @cached_property
    def python(self) -> tuple[int, int]:
        """``(3, 12)`` for ``python3.12``."""
        major, minor = self.runtime.removeprefix("python").split(".")
        return int(major), int(minor)

    @cached_property
    def glibc(self) -> tuple[int, int]:
        """The C library's version; that of the newest known runtime where this one is unknown."""
        runtimes = facts().runtimes
        known = runtimes.get(self.runtime) or runtimes[facts().newest_runtime]
        return known.glibc

    @property
    def python_version(self) -> str:
        return f"{self.python[0]}.{self.python[1]}"

    @property
    def image(self) -> str:
        """AWS's image of the runtime."""
        return f"public.ecr.aws/lambda/python:{self.python_version}"

    @cached_property
    def platforms(self) -> tuple[str, ...]:
        """Wheel platform tags that run there, best first (PEP 600 and the three legacy names)."""
        oldest = 17 if self.architecture is Architecture.ARM64 else 5
        legacy = {17: "manylinux2014"}
        if self.architecture is Architecture.X86_64:
            legacy |= {12: "manylinux2010", 5: "manylinux1"}
        names: list[str] = []
        for minor in range(self.glibc[1], oldest - 1, -1):
            names.append(f"manylinux_{self.glibc[0]}_{minor}")
            names.extend([legacy[minor]] if minor in legacy else [])
        names.append("linux")
        return tuple(f"{name}_{self.architecture.machine}" for name in names)

    @cached_property
    def tags(self) -> tuple[Tag, ...]:
        """Every wheel tag the runtime takes, best first."""
        from packaging.tags import compatible_tags, cpython_tags

        interpreter = f"cp{self.python[0]}{self.python[1]}"
        return (
            *cpython_tags(self.python, platforms=self.platforms),
            *compatible_tags(self.python, interpreter=interpreter, platforms=self.platforms),
        )

    @cached_property
    def marker_environment(self) -> Environment:
        """The environment markers (PEP 508) of the runtime; never those of the machine that builds."""
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.python_version}.{PATCH}",
            "os_name": "posix",
            "platform_machine": self.architecture.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": f"{self.python_version}.{PATCH}",
            "python_version": self.python_version,
            "sys_platform": "linux",
        }

    def __str__(self) -> str:
        return f"{self.runtime} on {self.architecture} (glibc {self.glibc[0]}.{self.glibc[1]})"
