"""The layers of a function: which of their versions it shall have, and what has to be published for it. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.deploy.own_layer import DIGEST, Layer
from lambda_ci.errors import PackageError
from lambda_ci.model.artifact import Package
from lambda_ci.model.change import Action, Change, FieldChange, Resource
from lambda_ci.model.platform import facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic import JsonValue

    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live
    from lambda_ci.model.spec.project import StagingSpec

_OWN = re.compile(rf"(?:.*:layer:)?(?P<name>[a-zA-Z0-9_-]+-[0-9a-f]{{{DIGEST}}})(?::[0-9]+)?")


def attached(layers: Sequence[Layer | str] | None, lives: Sequence[Live | None]) -> dict[str, str]:
    """Of the project's layers those that the function has, by name, with their ARNs: $LATEST's before those of the alias."""
    names = {one.name for one in layers or () if isinstance(one, Layer)}
    found: dict[str, str] = {}
    for live in lives:
        for arn in _arns(live) if live else ():
            name = arn.split(":")[6]
            if live and name in names and arn.split(":")[3:5] == live.function_arn.split(":")[3:5]:
                found.setdefault(name, arn)
    return found


def resolved(desired: Desired, current: Current) -> Desired:
    """With the member ``Layers`` as it shall be; a layer that is still to be published stands there by its name."""
    if desired.layers is None:
        rest = None if desired.code_only else _without_ours(desired, current)
        return replace(desired, members={**desired.members, "Layers": rest}) if rest is not None else desired
    arns: list[JsonValue] = [
        one if isinstance(one, str) else current.layers.get(one.name) or one.name for one in desired.layers
    ]
    return replace(desired, members={**desired.members, "Layers": arns})


def _without_ours(desired: Desired, current: Current) -> list[JsonValue] | None:
    """Where nothing is said about layers, those of others stay, and ours go; ``None``: the function has none of ours."""
    arns = _arns(current.latest) if current.latest else ()
    ours = re.compile(rf"{re.escape(desired.project)}-.+-[0-9a-f]{{{DIGEST}}}")
    account = current.latest.function_arn.split(":")[3:5] if current.latest else []
    rest = [arn for arn in arns if arn.split(":")[3:5] != account or not ours.fullmatch(arn.split(":")[6])]
    return [*rest] if len(rest) < len(arns) else None


def layer_changes(desired: Desired, current: Current) -> Iterator[Change]:
    """What is published for the function, and what is there already, where the function's layers change."""
    wanted = resolved(desired, current).members.get("Layers")
    if desired.layers is None or (current.latest and wanted == list(_arns(current.latest))):
        return
    for one in desired.layers:
        if isinstance(one, Layer):
            yield Change(
                resource=Resource.LAYER,
                action=Action.CREATE if one.name in current.new_layers else Action.UNCHANGED,
                fields=tuple(_fields(one)),
                name=one.key,
            )


def gives_way(desired: Desired, live: Live) -> bool:
    """Whether the code goes before the configuration: a package becomes smaller while layers change, and Lambda counts what is
    attached with the package that is there at that moment."""
    wanted = desired.members.get("Layers")
    smaller = isinstance(desired.package, Package) and desired.package.size < live.code_size
    return smaller and bool(wanted) and wanted != list(_arns(live))


def _fields(layer: Layer) -> Iterator[FieldChange]:
    facts_of = {
        "layer-name": layer.name,
        "layer-size": str(layer.package.size),
        "unpacked-size": str(layer.package.unpacked_size),
        "files": str(len(layer.package.members)),
    }
    for field, value in facts_of.items():
        yield FieldChange(field=field, before="", after=value)


def check_sizes(desired: Desired, current: Current, *, staging: StagingSpec | None) -> None:
    """Raises ``PackageError`` for a layer that is to be published and fits into no request."""
    limit = facts().limits.direct_upload
    for one in desired.layers or ():
        if isinstance(one, Layer) and not current.layers.get(one.name) and one.package.size > limit and not staging:
            raise PackageError(
                f"the layer {one.key} is {one.package.size:,} bytes, and a direct upload takes {limit:,}",
                why="Lambda reads larger layers from an S3 bucket, and none is configured.",
                fix="add to lambda-ci.yml:\nstaging:\n  bucket: NAME-OF-A-BUCKET-IN-THE-FUNCTION'S-REGION",
            )


def shown(value: JsonValue) -> str:
    """The member ``Layers`` for people: those of a project by their names alone, which tell their content."""
    words = [str(one) for one in value] if isinstance(value, list) else []
    return ", ".join(found["name"] if (found := _OWN.fullmatch(word)) else word for word in words)


def _arns(live: Live) -> tuple[str, ...]:
    arns = live.members.get("Layers")
    return tuple(str(arn) for arn in arns) if isinstance(arns, list) else ()
