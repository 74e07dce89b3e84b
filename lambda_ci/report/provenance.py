"""The provenance of a package: an in-toto Statement (v1) with SLSA's provenance predicate (v1).

Source: in-toto/attestation, spec/v1 (statement, resource descriptor, digest set); slsa.dev/spec/v1.0/provenance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.report.purl import purl, quoted, repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import JsonValue

    from lambda_ci.model.inventory import Component, Inventory, Origins, Place, Repository

    Members = dict[str, JsonValue]

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:lambda-ci:build:1"
NOBODY = "urn:lambda-ci:builder:unknown"
"""Who built it where no CI system says so: nobody vouches for that machine."""
_ALGORITHMS = {
    "sha256", "sha224", "sha384", "sha512", "sha512_224", "sha512_256", "sha3_224", "sha3_256", "sha3_384", "sha3_512",
    "blake2b", "blake2s",
}  # fmt: skip
"""in-toto, digest set; md5 and sha1 prove nothing."""


def statement(inventory: Inventory, origins: Origins) -> Members:
    """The statement, unsigned: a CI system's own attestation signs it."""
    package = inventory.package
    told = package.bytecode
    definition: Members = {
        "buildType": BUILD_TYPE,
        "externalParameters": dict(origins.parameters),
        "internalParameters": {"lock": origins.lock, **({"bytecode": told.place} if told.place else {})},
        "resolvedDependencies": [*_dependencies(inventory, origins)],
    }
    return {
        "_type": STATEMENT,
        "subject": [
            {
                "name": package.path.name,
                "digest": {"sha256": package.sha256},
                "annotations": {"code-sha256": package.code_sha256},
            }
        ],
        "predicateType": PREDICATE,
        "predicate": {"buildDefinition": definition, "runDetails": _details(origins)},
    }


def _details(origins: Origins) -> Members:
    """Who built it. That somebody else took it from a cache afterwards is told in an extension field."""
    run, taken = origins.maker.run, origins.taken
    builder: Members = {"id": run.builder if run else NOBODY, "version": {"lambda-ci": origins.maker.version}}
    details: Members = {"builder": builder}
    if run and run.invocation:
        details["metadata"] = {"invocationId": run.invocation}
    if taken:
        by: Members = {"invocationId": taken.by.invocation} if taken.by and taken.by.invocation else {}
        details["lambdaci_taken"] = {"from": taken.place, **by}
    return details


def _dependencies(inventory: Inventory, origins: Origins) -> Iterator[Members]:
    if origins.maker.repository:
        yield _repository(origins.maker.repository)
    for name, sha256 in origins.files:
        yield {"name": name, "digest": {"sha256": sha256}}
    for component in inventory.components:
        if component.sha256:
            yield from _source(component)
            yield _wheel(component)
    yield from _images(inventory.components, compiling=inventory.package.bytecode.image)


def _repository(found: Repository) -> Members:
    described: Members = {"name": "source", "digest": {"gitCommit": found.commit}}
    if found.url:
        described["uri"] = f"{repository(found.url)}@{found.commit}"
    if found.dirty is not None:
        described["annotations"] = {"dirty": found.dirty}
    return described


def _wheel(component: Component) -> Members:
    described: Members = {"name": component.filename, "uri": purl(component), "digest": {"sha256": component.sha256}}
    made = component.made
    if made:
        built: Members = {"built": made.backend, "image": made.image, "image-digest": made.digest}
        built["folder"] = component.origin.path
        return {**described, "annotations": {key: value for key, value in built.items() if value}}
    return {**_location(component.origin), **described}


def _source(component: Component) -> Iterator[Members]:
    """What a wheel was built from. A folder is part of the project and has no digest of its own: the wheel names it."""
    origin = component.origin
    if component.made is None:
        return
    digest: Members = {name: value for name, value in origin.digests if name in _ALGORITHMS}
    if origin.commit:
        digest = {"gitCommit": origin.commit}
    described: Members = {**({"digest": digest} if digest else {}), **_location(origin)}
    if described:
        yield {"name": origin.filename or component.name, **described}


def _location(origin: Place) -> Members:
    if origin.commit and origin.url:
        return {"uri": f"{repository(origin.url)}@{origin.commit}"}
    return {"uri": quoted(origin.url), "downloadLocation": quoted(origin.url)} if origin.url else {}


def _images(components: Iterable[Component], *, compiling: str) -> Iterator[Members]:
    """``compiling``: the one whose Python compiled the bytecode, by digest; empty where it was in none."""
    made = [one.made for one in components if one.made and one.made.digest]
    building = {f"{one.image.partition('@')[0]}@{one.digest}" for one in made}
    for image in sorted(building | ({compiling} if compiling else set())):
        name, _, digest = image.rpartition("@")
        algorithm, _, value = digest.partition(":")
        uses = ["wheels were built in it"] if image in building else []
        uses += ["bytecode was compiled in it"] if image == compiling else []
        yield {"name": name, "digest": {algorithm: value}, "annotations": {"use": ", ".join(uses)}}
