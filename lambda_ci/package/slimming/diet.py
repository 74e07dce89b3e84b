"""The rules by which a package becomes smaller, applied one after the other; each says what it saves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, Self

from lambda_ci.model.artifact import Saving
from lambda_ci.package.file import read
from lambda_ci.package.slimming import botocore_data, headers, runtime_boto3, stubs, tests
from lambda_ci.package.slimming.distribution import Distribution, Whole
from lambda_ci.package.slimming.duplicates import Duplicates
from lambda_ci.package.slimming.mentions import named_files
from lambda_ci.package.slimming.replaced import replaced
from lambda_ci.package.slimming.services_used import service_warnings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from lambda_ci.model.artifact import Wheel
    from lambda_ci.model.audit import Contents
    from lambda_ci.model.spec.packages import PackageSpec
    from lambda_ci.model.target import Target
    from lambda_ci.package.file import File

    Unpacked = Sequence[tuple[Wheel, Sequence[File]]]


class Weighed(Protocol):
    """Sizes in bytes: unpacked, and as it lies in a zip."""

    @property
    def size(self) -> int: ...
    @property
    def compressed_size(self) -> int: ...


_RULES: dict[str, Callable[[Distribution], set[str]]] = {
    "tests": tests.unneeded,
    "stubs": stubs.unneeded,
    "headers": headers.unneeded,
}


@dataclass(kw_only=True)
class Diet:
    """What is left so far, and what was saved."""

    spec: PackageSpec
    target: Target
    own: Sequence[File]
    contents: Sequence[Contents]
    left: list[Distribution]
    savings: list[Saving] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls, wheels: Unpacked, *, spec: PackageSpec, target: Target, own: Sequence[File], contents: Sequence[Contents]
    ) -> Self:
        """Before anything is left out. ``contents``: of each wheel, and of ``own``, the files beside them."""
        left = [Distribution(whole=Whole(wheel, files), files=files) for wheel, files in wheels]
        return cls(spec=spec, target=target, own=own, contents=contents, left=left)

    def follow(self) -> None:
        """Apply what ``spec`` asks for. Raises ``PackageError`` where it cannot be had."""
        self.note_symbols()
        self.without_runtime()
        self.without_services()
        for name, rule in _RULES.items():
            if name in self.spec.slim:
                self.leave_out(name, rule)
        self.without_duplicates()

    def note_symbols(self) -> None:
        """The libraries are smaller already: their wheels came with an overlay."""
        if "debug-symbols" in self.spec.slim:
            pairs = [pair for one in self.left if one.wheel.overlays for pair in replaced(one.wheel, one.files)]
            self._save("debug-symbols", [before for before, _ in pairs], instead=[after for _, after in pairs])

    def without_runtime(self) -> None:
        if not self.spec.runtime_boto3:
            return
        found = runtime_boto3.carried(self.left, self.target)
        self.warnings.extend(found.warnings)
        gone = [file for one in self.left if one.name in found.left_out for file in one.files]
        self.left = [one for one in self.left if one.name not in found.left_out]
        self._save("runtime-boto3", gone)

    def without_services(self) -> None:
        services = self.spec.botocore_services
        known = botocore_data.known(self.left) if services else frozenset()
        if not known:
            return
        botocore_data.check(self.left, services)
        others = [one for one in self.left if one.name not in runtime_boto3.AWS]
        left_out = known - botocore_data.ALWAYS.union(services)
        self.warnings.extend(service_warnings(self.own, others, left_out=left_out))
        self.leave_out("botocore-services", lambda one: botocore_data.unneeded(one, services))

    def without_duplicates(self) -> None:
        if "duplicates" not in self.spec.slim:
            return
        there = {file.path for one in self.left for file in one.files}.union(file.path for file in self.own)
        binaries = [binary for found in self.contents for binary in found.binaries if binary.path in there]
        needed = {name for binary in binaries for name in binary.needed}
        for file in self.own:
            if file.path.endswith(".py"):
                needed.update(named_files(read(file)))
        rule = Duplicates(binaries={binary.path: binary for binary in binaries}, needed=needed)
        self.leave_out("duplicates", rule.unneeded)

    def leave_out(self, name: str, rule: Callable[[Distribution], set[str]]) -> None:
        gone: list[File] = []
        for index, one in enumerate(self.left):
            if paths := rule(one):
                gone.extend(file for file in one.files if file.path in paths)
                self.left[index] = replace(one, files=_without(one.files, paths))
        self._save(name, gone)

    def _save(self, name: str, gone: Sequence[Weighed], *, instead: Sequence[Weighed] = ()) -> None:
        if gone:
            self.savings.append(
                Saving(
                    rule=name,
                    files=len(gone),
                    size=sum(one.size for one in gone) - sum(one.size for one in instead),
                    compressed_size=sum(one.compressed_size for one in gone)
                    - sum(one.compressed_size for one in instead),
                )
            )


def _without(files: Sequence[File], paths: Collection[str]) -> list[File]:
    return [file for file in files if file.path not in paths]
