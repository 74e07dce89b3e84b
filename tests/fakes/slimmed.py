"""A function whose dependencies are slimmed: what is left, what was saved, what is said about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tests.fakes.wheels import archive, put

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambda_ci.model.artifact import Package
    from tests.fakes.project import Project
    from tests.fakes.wheels import Entry


@dataclass
class Slimmed:
    """``app.handler``; wheels have METADATA, entry points, a licence and a RECORD."""

    project: Project

    def wheel(
        self,
        name: str,
        files: Mapping[str, bytes | Entry],
        *,
        version: str = "1.0",
        requires: Sequence[str] = (),
        tag: str = "py3-none-any",
    ) -> None:
        info = f"{name.replace('-', '_')}-{version}.dist-info"
        declared = "".join(f"Requires-Dist: {one}\n" for one in requires)
        own = {
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{declared}".encode(),
            f"{info}/entry_points.txt": b"[demo]\nmain = demo:main\n",
            f"{info}/licenses/LICENSE": b"Do as you like.\n",
            f"{info}/RECORD": "".join(f"{path},,\n" for path in files).encode(),
        }
        made = put(self.project.root / "cache", archive({**files, **own}), name=name, version=version)
        self.project.wheels.append(replace(made, filename=f"{name}-{version}-{tag}.whl"))

    def package(self, **options: Any) -> Package:  # noqa: ANN401 - whatever the specification takes
        """The package with these options of ``package``, in kebab-case with underscores."""
        self.project.spec["package"] = {name.replace("_", "-"): value for name, value in options.items()}
        return self.project.assemble()

    def left(self, **options: Any) -> set[str]:  # noqa: ANN401
        """The paths of the package's files without ``dist-info`` and without the handler's module."""
        paths = {member.path for member in self.package(**options).members}
        return {path for path in paths if ".dist-info/" not in path} - {"app.py"}

    def slim(self, *rules: str) -> set[str]:
        return self.left(slim=rules)
