"""A function with wheels whose binaries are audited."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import PackageError
from tests.fakes.project import HANDLER, Project
from tests.fakes.wheels import archive, put

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.fakes.wheels import Entry

LINUX = "cp311-cp311-manylinux_2_17_x86_64"
ANY = "py3-none-any"


@dataclass
class Audited:
    """``app.handler`` on python3.11 and x86_64, unless ``project.spec`` says otherwise."""

    project: Project

    def __post_init__(self) -> None:
        self.project.write("app.py", HANDLER)

    def wheel(
        self,
        name: str,
        files: Mapping[str, bytes | Entry],
        *,
        tag: str = LINUX,
        version: str = "1.0",
        requires: Sequence[str] = (),
    ) -> None:
        declared = "".join(f"Requires-Dist: {one}\n" for one in requires)
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{declared}\nText: Requires-Dist: none\n"
        pairs = {**files, f"{name}-{version}.dist-info/METADATA": metadata.encode()}
        made = put(self.project.root / "cache", archive(pairs), name=name, version=version)
        self.project.wheels.append(replace(made, filename=f"{name}-{version}-{tag}.whl"))

    def warnings(self) -> tuple[str, ...]:
        return self.project.assemble().warnings

    def refusal(self) -> str:
        """Every word of why the package is refused."""
        with pytest.raises(PackageError) as caught:
            self.project.assemble()
        assert caught.value.exit_code == 4
        return str(caught.value)
