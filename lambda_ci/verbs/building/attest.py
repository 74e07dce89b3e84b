"""The papers beside a package: what is in it, and how it came to be."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci import __version__
from lambda_ci.errors import ConfigurationError
from lambda_ci.model.inventory import Maker, Origins, Taken
from lambda_ci.verbs.building.parts import parts
from lambda_ci.verbs.origin import repository_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from lambda_ci.model.artifact import Lock, Package
    from lambda_ci.model.inventory import Place
    from lambda_ci.model.settings import Function, Layer, Settings
    from lambda_ci.package.inventory.notes import Records
    from lambda_ci.verbs.building.parts import Supply
    from lambda_ci.verbs.world import World

_ASKED = (
    "handler",
    "runtime",
    "architecture",
    "groups",
    "extras",
    "exclude",
    "build",
    "package",
    "audit",
    "dispatch",
)
"""What of a specification decides about the package; variables and everything on AWS do not."""


@dataclass(frozen=True, kw_only=True)
class Papers:
    """Where they are."""

    sbom: Path
    provenance: Path


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What is the same for all packages of a run."""

    root: Path
    """The project's folder, resolved."""
    maker: Maker
    timestamp: str
    """ISO 8601, from SOURCE_DATE_EPOCH; empty where that is not set."""
    records: Records


def surroundings(settings: Settings, world: World) -> Surroundings | None:
    """``None`` where nothing wants papers. Raises ConfigurationError for a SOURCE_DATE_EPOCH that is none."""
    if not any(one.spec.package.sbom for one in parts(settings)):
        return None
    from lambda_ci.ci.run import run_of
    from lambda_ci.package.inventory.notes import Records

    return Surroundings(
        root=settings.root.resolve(),
        maker=Maker(version=__version__, run=run_of(world.environ), repository=repository_of(settings, world)),
        timestamp=_timestamp(world.environ.get("SOURCE_DATE_EPOCH", "")),
        records=Records(),
    )


def attest(
    part: Function | Layer,
    package: Package,
    supply: Supply,
    around: Surroundings | None,
    *,
    maker: Maker | None = None,
    place: str = "",
) -> Papers | None:
    """Write ``NAME.cdx.json`` and ``NAME.provenance.json`` beside a package; ``None`` where they are not wanted.

    ``maker`` and ``place``: who has made it and where it was taken from, where that was not this run.
    Raises PackageError where a wheel cannot be read or they cannot be written.
    """
    if around is None or not part.spec.package.sbom:
        return None
    from lambda_ci.lock.places import places
    from lambda_ci.package.documents import write_paper
    from lambda_ci.package.inventory.inventory import inventory
    from lambda_ci.report.cyclonedx import bill
    from lambda_ci.report.provenance import statement

    lock, wheels = supply
    known = {name: _shown(one, around.root) for name, one in places(lock, wheels).items()}
    found = inventory(package, wheels, lock.target, places=known, records=around.records)
    taken = Taken(place=place, by=around.maker.run) if maker else None
    origins = _origins(part, lock, around.root, maker=maker or around.maker, taken=taken)
    sbom, provenance = (package.path.with_suffix(suffix) for suffix in (".cdx.json", ".provenance.json"))
    write_paper(sbom, _text(bill(found, version=__version__, timestamp=around.timestamp)))
    write_paper(provenance, _text(statement(found, origins)))
    return Papers(sbom=sbom, provenance=provenance)


def _origins(part: Function | Layer, lock: Lock, root: Path, *, maker: Maker, taken: Taken | None) -> Origins:
    return Origins(
        parameters=_parameters(part, root),
        lock=lock.origin,
        files=tuple(_files(part.requirements, lock, root)),
        maker=maker,
        taken=taken,
    )


def _parameters(part: Function | Layer, root: Path) -> dict[str, JsonValue]:
    asked = part.spec.model_dump(mode="json", by_alias=True, include=set(_ASKED))
    where = {"source": part.source, "requirements": part.requirements}
    paths: dict[str, JsonValue] = {name: _path(path, root) for name, path in where.items() if path}
    return {"name": part.name, **paths, **asked}


def _files(requirements: Path | None, lock: Lock, root: Path) -> Iterator[tuple[str, str]]:
    """The dependency file, and the lock beside it where that is another one."""
    named = [requirements, lock.root / lock.origin if requirements else None]
    for path in dict.fromkeys(path for path in named if path and path.is_file()):
        try:
            yield _path(path, root), hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            continue


def _shown(place: Place, root: Path) -> Place:
    return replace(place, path=_path(Path(place.path), root)) if place.path else place


def _path(path: Path, root: Path) -> str:
    """As it lies in the project; of what lies elsewhere only the name, because the rest is about this machine."""
    found = path.resolve()
    return found.relative_to(root).as_posix() if found.is_relative_to(root) else found.name


def _timestamp(seconds: str) -> str:
    """reproducible-builds.org, SOURCE_DATE_EPOCH."""
    from datetime import UTC, datetime

    if not seconds:
        return ""
    try:
        return datetime.fromtimestamp(int(seconds), tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError) as error:
        raise ConfigurationError(
            f"SOURCE_DATE_EPOCH is no time: {seconds!r}", fix="Set it to seconds since 1970, or not at all."
        ) from error


def _text(document: Mapping[str, JsonValue]) -> str:
    return json.dumps(document, ensure_ascii=False) + "\n"
