"""A layer that the project builds, as it is on AWS. Pure.

Its name holds a digest of its content, so that the ARNs a function has tell whether anything changed. A layer version never changes;
its description carries our mark, because layers take no tags.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambda_ci.model.artifact import LayerPackage, Package
    from lambda_ci.model.target import Target

MARK = "lambda-ci:project="
"""In the description of every layer version that is ours, with the project's name."""
DIGEST = 12
"""Hexadecimal digits of the content in a name."""
_LONGEST = 64


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A layer that the project builds, as it shall be on AWS. ``key`` is its name in the configuration."""

    key: str
    name: str
    description: str
    license_info: str
    target: Target
    mark: str
    package: Package


def layer(built: LayerPackage, *, project: str) -> Layer:
    """Another content, target, description or licence is another layer."""
    package, target = built.package, built.target
    shaping = (package.sha256, target.runtime, target.architecture, built.description, built.license_info)
    digest = hashlib.sha256("\0".join(shaping).encode()).hexdigest()[:DIGEST]
    mark = f"{MARK}{project}"
    return Layer(
        key=built.name,
        name=f"{f'{project}-{built.name}'[: _LONGEST - DIGEST - 1]}-{digest}",
        description=f"{built.description} {mark}".strip(),
        license_info=built.license_info,
        target=target,
        mark=mark,
        package=package,
    )
