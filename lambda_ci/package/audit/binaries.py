"""What is wrong with the binaries of one group.

An error is what certainly fails when the function uses the file: an extension module that Python would choose, a library
of a wheel that is made for one platform, a program or library of the function's own. A wheel for any platform carries
binaries for several, and plugins are loaded when what they need is there: those are warnings.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lambda_ci.model.audit import Finding, Kind
from lambda_ci.model.images import images
from lambda_ci.model.problem import Severity
from lambda_ci.package.audit import remedy
from lambda_ci.package.audit.extension import extension
from lambda_ci.package.audit.loader import Place
from lambda_ci.package.audit.symbols import too_new

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_ci.model.audit import Binary
    from lambda_ci.model.target import Target
    from lambda_ci.package.audit.extension import Extension
    from lambda_ci.package.audit.group import Group
    from lambda_ci.package.audit.loader import Loader

_BY_CHANCE = {"plugins", "tests", "test", "testing", "examples"}
"""Folders whose libraries nothing loads at an import."""
_INTERPRETERS = {
    "x86_64": {"/lib64/ld-linux-x86-64.so.2", "/usr/lib64/ld-linux-x86-64.so.2"},
    "aarch64": {"/lib/ld-linux-aarch64.so.1", "/lib64/ld-linux-aarch64.so.1", "/usr/lib/ld-linux-aarch64.so.1"},
}


@dataclass(frozen=True, kw_only=True)
class Audit:
    """One group, against the target. ``layers``: whether the function has some, which may bring libraries."""

    group: Group
    loader: Loader
    target: Target
    layers: bool

    def findings(self) -> Iterator[Finding]:
        for binary in self.group.binaries:
            if binary.kind is not Kind.OTHER or binary.fault:
                yield from self._of(binary)

    def _of(self, binary: Binary) -> Iterator[Finding]:
        module = extension(binary)
        if module and not module.fits(self.target):
            yield from self._not_for_this_python(binary, module)
        elif binary.fault:
            yield self._damaged(binary, certain=bool(module) or self._is_loaded(binary))
        elif binary.machine != self._machine:
            if module or not self.group.universal or self._machine not in self.group.machines:
                yield self._other_machine(binary, certain=bool(module) or self._is_alone(binary))
        else:
            yield from self._on_this_machine(binary, certain=bool(module) or self._is_loaded(binary))

    def _on_this_machine(self, binary: Binary, *, certain: bool) -> Iterator[Finding]:
        if _is_musl(binary):
            yield self._musl(binary, certain=certain and (not self._libraries_for_glibc or bool(extension(binary))))
            return
        yield from self._program(binary)
        for symbol in too_new(binary, self.loader, self.target):
            what = f"needs {symbol.name} of {symbol.library}, and {self.target.runtime} has {symbol.has}"
            fix = remedy.newer_runtime(self.group, self.target, symbol.runtime)
            yield self._finding(binary, what, fix, certain=certain and symbol.certain)
        for library in binary.needed:
            yield from self._library(binary, library, certain=certain)

    def _library(self, binary: Binary, library: str, *, certain: bool) -> Iterator[Finding]:
        place = self.loader.place(library, binary)
        if any(library.startswith(name + ".so") for name in images().optional.get(self.group.distribution, ())):
            return
        if place is Place.NOWHERE:
            where = " (it must come with one of the layers)" if self.layers else ""
            what = f"needs {library}, which neither the package nor Lambda's image has{where}"
            yield self._finding(binary, what, remedy.library(self.group, library), certain=certain and not self.layers)
        elif place is Place.USUAL:
            what = f"needs {library}, which AWS's images have had so far, but AWS does not promise it"
            yield self._finding(binary, what, remedy.library(self.group, library), certain=False)
        elif place is Place.ELSEWHERE and self.group.own:
            what = f"needs {library}, which is in the package at {self.loader.names[library]!r}, where it is not looked for"
            yield self._finding(binary, what, remedy.library(self.group, library), certain=False)

    def _program(self, binary: Binary) -> Iterator[Finding]:
        if binary.kind is not Kind.PROGRAM:
            return
        if binary.interpreter and binary.interpreter not in _INTERPRETERS[self._machine]:
            what = f"is started by {binary.interpreter}, which Lambda's image does not have"
            yield self._finding(binary, what, remedy.rebuild(self.group, self.target), certain=self.group.own)
        if self.group.own and not self.group.files[binary.path].mode & 0o111:
            what = "is a program, and not executable: Lambda cannot run it, nor make it executable"
            yield self._finding(binary, what, "chmod +x it before the build (with git: `git update-index --chmod=+x`)")

    def _not_for_this_python(self, binary: Binary, module: Extension) -> Iterator[Finding]:
        if module.has_sibling(self.group.files, self.target):
            return
        what = f"is for {module.built_for(self.target)}: {self.target.runtime} on {self.target.architecture} does not see it"
        fix = remedy.other_python(self.group, self.target, module)
        yield self._finding(binary, what, fix, certain=not self._has_fitting_modules)

    def _damaged(self, binary: Binary, *, certain: bool) -> Finding:
        what = f"is damaged: {binary.fault}"
        return self._finding(binary, what, remedy.rebuild(self.group, self.target), certain=certain)

    def _other_machine(self, binary: Binary, *, certain: bool) -> Finding:
        what = f"is for {binary.machine}, and the function runs on {self.target.architecture}"
        return self._finding(binary, what, remedy.other_machine(self.group, self.target, binary), certain=certain)

    def _musl(self, binary: Binary, *, certain: bool) -> Finding:
        what = "is for systems with musl (Alpine Linux), and Lambda's have glibc"
        return self._finding(binary, what, remedy.rebuild(self.group, self.target), certain=certain)

    def _is_loaded(self, binary: Binary) -> bool:
        """Whether a library or program, which no import names, is there to be used on this platform."""
        if self.group.own:
            return binary.kind is not Kind.OTHER
        by_chance = _BY_CHANCE.intersection(binary.path.split("/")[:-1])
        return binary.kind is Kind.LIBRARY and not self.group.universal and not by_chance

    def _is_alone(self, binary: Binary) -> bool:
        """Whether a library or program has no relatives for this machine."""
        if self._machine in self.group.machines:
            return False
        if self.group.universal:
            return binary.kind is Kind.LIBRARY and len(self.group.machines) == 1
        return binary.kind is Kind.LIBRARY or self.group.own

    @property
    def _machine(self) -> str:
        return self.target.architecture.machine

    @cached_property
    def _has_fitting_modules(self) -> bool:
        modules = [module for binary in self.group.binaries if (module := extension(binary)) and module.tag]
        return any(module.fits(self.target) for module in modules)

    @cached_property
    def _libraries_for_glibc(self) -> bool:
        return any(
            binary.kind is Kind.LIBRARY
            and binary.machine == self._machine
            and not binary.fault
            and not _is_musl(binary)
            for binary in self.group.binaries
        )

    def _finding(self, binary: Binary, what: str, fix: str, *, certain: bool = False) -> Finding:
        return Finding(
            level=Severity.ERROR if certain else Severity.WARNING,
            path=binary.path,
            distribution=self.group.distribution,
            wheel=self.group.wheel,
            what=what,
            fix=fix,
        )


def _is_musl(binary: Binary) -> bool:
    return "/ld-musl-" in binary.interpreter or any(
        library == "libc.so" or library.startswith("libc.musl-") for library in binary.needed
    )
