"""The bill of materials of a package: CycloneDX 1.6 in JSON. The same package gives the same document.

Source: cyclonedx.org, specification 1.6 (ECMA-424); guides on SBOM and purl.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import TYPE_CHECKING
from urllib.parse import quote

from lambda_ci.report.dependencies import edges, tops
from lambda_ci.report.purl import purl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic import JsonValue

    from lambda_ci.model.inventory import Component, Document, Inventory, Library, Licence, Metadata, Part

    Members = dict[str, JsonValue]

_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
"""RFC 9562, URLs."""
_OWN = "own-files"
_PACKAGE = "package"


def bill(inventory: Inventory, *, version: str, timestamp: str = "") -> Members:
    """The document. ``version`` is lambda-ci's; ``timestamp`` (ISO 8601, UTC) is there only where it is given."""
    refs = _refs(inventory.components)
    content: Members = {
        "version": 1,
        "metadata": _metadata(inventory, version=version, timestamp=timestamp),
        "components": [
            *(_component(one, ref) for one, ref in zip(inventory.components, refs, strict=True)),
            *_own(inventory),
        ],
        "dependencies": _dependencies(inventory, refs),
    }
    identity = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    serial = uuid.uuid5(_NAMESPACE, f"urn:sha256:{identity}")
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        **content,
    }


def _refs(components: Sequence[Component]) -> list[str]:
    """One reference each, though a function's own files may hold a distribution a second time."""
    seen: dict[str, int] = {}
    refs: list[str] = []
    for one in components:
        name = purl(one)
        count = seen[name] = seen.get(name, 0) + 1
        refs.append(name if count == 1 else f"{name}#{count}")
    return refs


def _metadata(inventory: Inventory, *, version: str, timestamp: str) -> Members:
    package, target = inventory.package, inventory.target
    component: Members = {
        "type": "application",
        "bom-ref": _PACKAGE,
        "name": package.function,
        "hashes": _sha256(package.sha256),
        "properties": _properties({
            "code-sha256": package.code_sha256,
            "runtime": target.runtime,
            "architecture": target.architecture.value,
        }),
    }
    tools: Members = {"components": [{"type": "application", "name": "lambda-ci", "version": version}]}
    time: Members = {"timestamp": timestamp} if timestamp else {}
    return {**time, "lifecycles": [{"phase": "build"}], "tools": tools, "component": component}


def _component(component: Component, ref: str) -> Members:
    metadata = component.metadata
    inner: list[JsonValue] = [*(_library(one, ref) for one in metadata.libraries), *_parts(metadata, component, ref)]
    members: Members = {
        "type": "library",
        "bom-ref": ref,
        "name": component.name,
        "version": component.version,
        "purl": purl(component),
        "description": metadata.summary,
        "authors": [{"name": metadata.author}] if metadata.author else [],
        "hashes": _sha256(component.sha256) if component.sha256 else [],
        "licenses": _licences(metadata.licence),
        "externalReferences": _references(metadata),
        "properties": _properties({"wheel": component.filename}),
        "components": inner,
    }
    return {key: value for key, value in members.items() if value}


def _licences(licence: Licence) -> list[JsonValue]:
    """CycloneDX takes one expression or any number of names, never both."""
    if licence.expression:
        return [{"expression": licence.expression, "acknowledgement": "declared"}]
    return [{"license": {"name": name, "acknowledgement": "declared"}} for name in licence.names]


def _references(metadata: Metadata) -> list[JsonValue]:
    links: list[JsonValue] = [{"type": one.kind, "url": one.url} for one in metadata.links]
    return [*links, *(_document(one) for one in metadata.documents)]


def _document(document: Document) -> Members:
    """An SBOM that lies in the package, by its path there."""
    return {"type": "bom", "url": quote(document.path), "hashes": _sha256(document.sha256)}


def _library(library: Library, ref: str) -> Members:
    """Its file says what it is; of which version, nothing tells for sure."""
    return {
        "type": "library",
        "bom-ref": f"{ref}#{quote(library.path)}",
        "name": library.path.rpartition("/")[2],
        "hashes": _sha256(library.sha256),
        "properties": _properties({"path": library.path}),
    }


def _parts(metadata: Metadata, component: Component, ref: str) -> Iterator[Members]:
    """What SBOMs inside the wheel name, once each, and without the wheel itself."""
    seen: set[Part] = set()
    own = purl(component).partition("?")[0]
    for document in metadata.documents:
        for part in document.parts:
            if part not in seen and part.purl.partition("?")[0].lower() != own.lower():
                seen.add(part)
                yield _part(part, f"{ref}#{quote(document.path)}#{len(seen)}", document)


def _part(part: Part, ref: str, document: Document) -> Members:
    members: Members = {
        "type": part.kind,
        "bom-ref": ref,
        "name": part.name,
        "version": part.version,
        "purl": part.purl,
        "properties": _properties({"told-by": document.path}),
    }
    return {key: value for key, value in members.items() if value}


def _own(inventory: Inventory) -> list[JsonValue]:
    """The function's own files, as one component."""
    return [
        {
            "type": "application",
            "bom-ref": _OWN,
            "name": f"{inventory.package.function} (own files)",
            "properties": _properties({"files": str(line.files), "size": str(line.size)}),
        }
        for line in inventory.package.ledger
        if not line.distribution
    ]


def _dependencies(inventory: Inventory, refs: Sequence[str]) -> list[JsonValue]:
    ref_of = {one.name: ref for one, ref in zip(inventory.components, refs, strict=True)}
    graph = edges(inventory.components, inventory.target)
    own = [_OWN] if any(not line.distribution for line in inventory.package.ledger) else []
    seconds = sorted(set(refs) - set(ref_of.values()))
    rows = [(_PACKAGE, [*own, *(ref_of[name] for name in tops(graph)), *seconds])]
    rows += [(ref_of[name], [ref_of[one] for one in graph[name]]) for name in sorted(graph)]
    rows += [(ref, []) for ref in (*own, *seconds)]
    return [{"ref": ref, "dependsOn": [*needed]} if needed else {"ref": ref} for ref, needed in rows]


def _sha256(digest: str) -> list[JsonValue]:
    return [{"alg": "SHA-256", "content": digest}]


def _properties(values: dict[str, str]) -> list[JsonValue]:
    return [{"name": f"lambda-ci:{name}", "value": value} for name, value in values.items() if value]
