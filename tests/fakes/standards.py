"""Judges of what lambda-ci writes for others: CycloneDX's own schema, and the fields of in-toto and SLSA, strictly."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cyclonedx.validation.json import JsonStrictValidator

_URI = re.compile(r"[a-z][a-z0-9+.-]*:[A-Za-z0-9._~:/?#@!$&'()*+,;=%\[\]{}-]+")
_DIGESTS = {"sha256": 64, "sha384": 96, "sha512": 128, "gitCommit": 40}
_DESCRIPTOR = {"name", "uri", "digest", "content", "downloadLocation", "mediaType", "annotations"}


@cache
def _validator() -> JsonStrictValidator:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    return JsonStrictValidator(SchemaVersion.V1_6)


def check_bill(document: dict[str, Any]) -> None:
    """CycloneDX 1.6 as its makers check it; and that every reference is there, once."""
    fault = _validator().validate_str(json.dumps(document))
    assert fault is None, fault
    refs = list(_refs(document))
    assert len(refs) == len(set(refs))
    assert {one["ref"] for one in document["dependencies"]} <= set(refs)
    assert {needed for one in document["dependencies"] for needed in one.get("dependsOn", ())} <= set(refs)


def _refs(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from ([value["bom-ref"]] if "bom-ref" in value else [])
        for one in value.values():
            yield from _refs(one)
    elif isinstance(value, list):
        for one in value:
            yield from _refs(one)


def check_statement(document: dict[str, Any]) -> None:
    """in-toto Statement v1 and SLSA provenance v1: only fields that these know, of their types, the required ones there."""
    assert set(document) == {"_type", "subject", "predicateType", "predicate"}
    assert document["_type"] == "https://in-toto.io/Statement/v1"
    assert document["predicateType"] == "https://slsa.dev/provenance/v1"
    assert document["subject"]
    for subject in document["subject"]:
        _check_descriptor(subject)
        assert subject["name"]
        assert "sha256" in subject["digest"]
    predicate = document["predicate"]
    assert set(predicate) == {"buildDefinition", "runDetails"}
    _check_definition(predicate["buildDefinition"])
    _check_run(predicate["runDetails"])


def _check_definition(definition: dict[str, Any]) -> None:
    assert set(definition) == {"buildType", "externalParameters", "internalParameters", "resolvedDependencies"}
    assert _URI.fullmatch(definition["buildType"])
    assert isinstance(definition["externalParameters"], dict)
    assert isinstance(definition["internalParameters"], dict)
    for one in definition["resolvedDependencies"]:
        _check_descriptor(one)


def _check_run(details: dict[str, Any]) -> None:
    own = {name for name in details if "_" not in name}  # `vendor_field` is an extension
    assert own <= {"builder", "metadata", "byproducts"}
    assert set(details["builder"]) <= {"id", "version", "builderDependencies"}
    assert _URI.fullmatch(details["builder"]["id"])
    assert all(isinstance(value, str) for value in details["builder"].get("version", {}).values())
    assert set(details.get("metadata", {})) <= {"invocationId", "startedOn", "finishedOn"}


def _check_descriptor(one: dict[str, Any]) -> None:
    assert set(one) <= _DESCRIPTOR
    assert {"uri", "digest", "content"} & set(one), one
    for name, value in one.get("digest", {}).items():
        assert re.fullmatch(rf"[0-9a-f]{{{_DIGESTS[name]}}}", value), (name, value)
    for key in ("uri", "downloadLocation"):
        assert key not in one or _URI.fullmatch(one[key]), one[key]
    assert isinstance(one.get("annotations", {}), dict)
