"""Layers of functions: how they are described, and whether functions use them as Lambda allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.inputs.located import Located, mapping, merge
from lambda_ci.inputs.wording import quoted, suggestion
from lambda_ci.model.platform import facts
from lambda_ci.model.target import Architecture

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lambda_ci.model.problem import Problem

_PACKAGING = ("build", "package")


def is_arn(text: str) -> bool:
    """Whether an entry of ``layers`` is meant as an ARN; the names of layers hold no colon."""
    return ":" in text


def described(sections: Sequence[Located], given: Located) -> dict[str, Located]:
    """Every layer of the sections (the file, the chosen stage), the later ones over the earlier ones, flags over all of them.

    How packages are built stands at the top of a section as well: for every layer, as for every function.
    """
    names = {name: None for section in sections for name in _layers(section)}
    return {name: _described(name, sections, given) for name in names}


def strangers(root: Located) -> Iterator[Problem]:
    """Layers of stages that the file does not have."""
    known = _layers(root)
    for stage in (root.at("stages") or mapping({})).entries.values():
        for name, node in _layers(stage).items():
            if name not in known:
                yield node.key_problem(f"no such layer under `layers`{suggestion(name, known)}")


def _layers(section: Located) -> Mapping[str, Located]:
    node = section.at("layers")
    return node.entries if node is not None else {}


def _described(name: str, sections: Sequence[Located], given: Located) -> Located:
    own = next(node for section in sections if (node := _layers(section).get(name)) is not None)
    parts = [part for section in sections for part in (_packaging(section), _layers(section).get(name))]
    usable = [part for part in parts if part is not None and isinstance(part.value, dict)]
    merged = merge(mapping({}, like=own), *usable, _packaging(given)) or own
    there = {key: node for key, node in merged.entries.items() if node.value is not None}
    return Located(value=there, origin=own.origin, key_origin=own.key_origin, key=own.key)


def _packaging(section: Located) -> Located | None:
    there = {name: node for name in _PACKAGING if (node := section.at(name)) is not None}
    return mapping(there, like=section) if there else None


def check_layers(function: Located, layers: Located | None) -> Iterator[Problem]:
    """How one function uses layers. Whether an ARN has the form of one, the service model says."""
    node = function.at("layers")
    used = node.elements if node is not None else ()
    if node is not None and used and _value(function, "package-type") == "Image":
        yield node.key_problem("an image has no layers: put what they hold into the image")
    yield from _count(function, node, len(used))
    seen: dict[str, Located] = {}
    for element in used:
        if isinstance(element.value, str):
            yield from _twice(element, element.value, seen)
            if not is_arn(element.value):
                yield from _named(element, element.value, function, layers)


def _count(function: Located, node: Located | None, count: int) -> Iterator[Problem]:
    limit, auto = facts().limits.layers_count, _value(function, "layer") == "auto"
    if node is not None and count > limit:
        yield node.problem(f"must have at most {limit} entries, not {count}")
    elif node is not None and auto and count == limit:
        yield node.problem(f"must have at most {limit - 1} entries beside `layer: auto`, which adds one, not {count}")


def _twice(element: Located, text: str, seen: dict[str, Located]) -> Iterator[Problem]:
    """Lambda takes no two versions of one layer."""
    layer = text.rpartition(":")[0] if is_arn(text) else text
    if layer in seen:
        what = "this layer" if element.secret else quoted(layer)
        yield element.problem(f"{what} is in the list already; a function has one version of a layer")
    seen.setdefault(layer, element)


def _named(element: Located, name: str, function: Located, layers: Located | None) -> Iterator[Problem]:
    known = layers.entries if layers is not None else {}
    layer = known.get(name)
    if layer is None:
        what = "this layer" if element.secret else quoted(name)
        meant = "" if element.secret else suggestion(name, known)
        yield element.problem(f"{what} is neither under `layers` at the top nor the ARN of a layer version{meant}")
        return
    runs = {
        "runtime": _value(function, "runtime"),
        "architecture": _value(function, "architecture") or Architecture.X86_64.value,
    }
    for key, wanted in runs.items():
        fixed = _value(layer, key)
        if fixed and wanted and fixed != wanted:
            yield element.problem(f"the layer is for {key} {fixed} only, and the function's is {wanted}")


def _value(node: Located, key: str) -> str:
    found = node.at(key)
    return found.value if found is not None and isinstance(found.value, str) else ""
