"""What of a function's configuration is different from what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.model.naming import kebab

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from lambda_ci.model.settings import Function, Settings

_OF_ALL = ("project", "stage", "aws", "staging")


def differences(new: Settings, old: Settings) -> dict[str, tuple[str, ...]]:
    """For every function of ``new``, in words; empty where its configuration is the same."""
    before = {function.name: function for function in old.functions}
    shared = tuple(f"`{name}` changed" for name in _OF_ALL if getattr(new, name) != getattr(old, name))
    return {one.name: (*shared, *_of_function(one, before.get(one.name), new, old)) for one in new.functions}


def _of_function(function: Function, before: Function | None, new: Settings, old: Settings) -> tuple[str, ...]:
    if before is None:
        return ("it is new",)
    keys = [*_keys(function.spec, before.spec), *_members(function.spec.members, before.spec.members)]
    layers = [name for name in function.spec.layers or () if name in new.layers]
    return (
        *(f"`{key}` changed" for key in keys),
        *(f"the layer {name} changed" for name in layers if _layer(name, new) != _layer(name, old)),
    )


def _layer(name: str, settings: Settings) -> object:
    layer = settings.layers.get(name)
    return layer and layer.spec


def _keys(one: BaseModel, other: BaseModel) -> list[str]:
    fields = type(one).model_fields
    changed = [name for name in fields if getattr(one, name) != getattr(other, name)]
    return [fields[name].alias or name.replace("_", "-") for name in changed if name != "members"]


def _members(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    """AWS's members, by their names in the file."""
    changed = sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
    return [kebab(name) for name in changed]
