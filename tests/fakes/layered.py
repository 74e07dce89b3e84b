"""A function above layers that the project builds, as the package stage makes them."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lambda_ci.model.settings import Layer
from lambda_ci.model.spec.packages import LayerSpec
from lambda_ci.model.target import Architecture
from lambda_ci.package.cache.local import Remembered
from lambda_ci.package.make import Workbench, make, make_layer, own_of
from lambda_ci.package.wheel_pool import WheelPool
from tests.fakes.project import Project
from tests.fakes.wheels import wheel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.model.artifact import Package, Wheel
    from lambda_ci.package.layers import LayerTree
    from tests.fakes.wheels import Entry


@dataclass
class Layered(Project):
    """``layer("deps", …)`` adds layers below the function, in order; sources lie in ``root/NAME``."""

    layers: list[tuple[Layer, list[Wheel]]] = field(default_factory=list)

    def layer(
        self,
        name: str,
        wheels: Mapping[str, Mapping[str, bytes | Entry]] | None = None,
        *,
        own: Mapping[str, bytes] | None = None,
        version: str = "1.0",
        **spec: Any,  # noqa: ANN401 - fields of LayerSpec
    ) -> None:
        """One more layer: its wheels by name, each with its files, and the files of its source."""
        source = self.root / name if own is not None else None
        for path, content in (own or {}).items():
            file = self.root / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        made = [wheel(self.root / "cache", one, files, version=version) for one, files in (wheels or {}).items()]
        described = LayerSpec.model_validate({"runtime": "python3.11", "architecture": Architecture.X86_64, **spec})
        self.layers.append((Layer(name=name, spec=described, source=source, requirements=None), made))

    @property
    def bench(self) -> Workbench:
        remembered = Remembered(self.root / "notes")
        return Workbench(output_dir=self.output_dir, keep_out=(), pool=WheelPool(), remembered=remembered)

    def trees(self) -> list[LayerTree]:
        return [make_layer(layer, wheels, self.bench)[0] for layer, wheels in self.layers]

    def assemble(self) -> Package:
        """The function's package, above its layers."""
        bench = self.bench
        return make(self.function, own_of(self.function, bench), self.wheels, bench, layers=self.trees())[0]

    def held(self) -> list[str]:
        """What the first layer holds, without dist-info."""
        with zipfile.ZipFile(self.trees()[0].built.package.path) as archive:
            return [name for name in archive.namelist() if ".dist-info/" not in name]
