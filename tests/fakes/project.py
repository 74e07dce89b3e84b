"""A function's folder, its wheels and its package, in a folder of the test."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from lambda_ci.errors import PackageError
from lambda_ci.model.settings import Function
from lambda_ci.model.spec.function import FunctionSpec
from lambda_ci.package.assemble import Contents, assemble, files_of
from lambda_ci.package.wheel_pool import WheelPool
from tests.fakes.wheels import wheel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lambda_ci.model.artifact import Package, Wheel
    from tests.fakes.wheels import Entry

HANDLER = "def handler(event, context):\n    return event\n"


@dataclass
class Project:
    """``app.handler`` on python3.11, built from ``root/source`` into ``root/dist``."""

    root: Path
    name: str = "orders"
    spec: dict[str, Any] = field(default_factory=dict)
    members: dict[str, Any] = field(default_factory=dict)
    source: Path = field(init=False)
    requirements: Path | None = None
    wheels: list[Wheel] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.source = self.root / "source"
        self.source.mkdir(parents=True)

    @property
    def output_dir(self) -> Path:
        return self.root / "dist"

    @property
    def function(self) -> Function:
        values = {"handler": "app.handler", "runtime": "python3.11", **self.spec}
        spec = FunctionSpec.model_validate(values).model_copy(update={"members": self.members})
        return Function(name=self.name, spec=spec, source=self.source, requirements=self.requirements)

    def write(self, path: str, content: str | bytes = "") -> Path:
        file = self.source / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def wheel(
        self,
        name: str,
        files: Mapping[str, bytes | Entry] | Sequence[tuple[str, bytes | Entry]],
        *,
        version: str = "1.0",
        prefix: bytes = b"",
    ) -> None:
        self.wheels.append(wheel(self.root / "cache", name, files, version=version, prefix=prefix))

    def assemble(self) -> Package:
        contents = Contents(wheels=self.wheels, own=files_of(self.function, output_dir=self.output_dir))
        return assemble(self.function, contents, WheelPool(), output_dir=self.output_dir)

    def refusal(self) -> str:
        """Why there is no package."""
        with pytest.raises(PackageError) as caught:
            self.assemble()
        assert not self.output_dir.exists()
        return str(caught.value)

    def paths(self) -> list[str]:
        """What the package of this project holds, without dist-info."""
        with zipfile.ZipFile(self.assemble().path) as archive:
            return [name for name in archive.namelist() if ".dist-info/" not in name]
