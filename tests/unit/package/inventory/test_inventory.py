"""Which distributions a package holds: those of its wheels, those among the function's own files, and no others."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from importlib.metadata import distributions
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambda_ci import __version__
from lambda_ci.errors import PackageError
from lambda_ci.package.inventory.inventory import inventory
from lambda_ci.package.inventory.notes import Records
from lambda_ci.report.purl import purl
from tests.fakes.project import HANDLER, Project

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.model.inventory import Component, Inventory

SBOM = {
    "bomFormat": "CycloneDX",
    "components": [
        {"type": "library", "name": "libgomp", "version": "8.5", "purl": "pkg:rpm/almalinux/libgomp@8.5"},
        {"type": "nonsense", "name": "inner", "purl": "not one", "components": [{"name": "deeper"}]},
        {"name": 5},
        "nothing",
    ],
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path / "project")
    project.write("app.py", HANDLER)
    return project


def listed(project: Project, records: Records | None = None) -> Inventory:
    package = project.assemble()
    return inventory(package, project.wheels, project.function.spec.target, places={}, records=records or Records())


def named(found: Inventory, name: str) -> Component:
    return next(one for one in found.components if one.name == name)


def test_components_are_what_the_unpacked_package_has(project: Project, tmp_path: Path) -> None:
    project.wheel("one", {"one.py": b""}, version="2.0")
    project.wheel("two", {"two/__init__.py": b"", "two/_vendor/three-1.0.dist-info/METADATA": b"Name: three\n"})
    project.write("four-4.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: Four\nVersion: 4.0\nLicense: MIT\n")
    project.write("four.py", "")
    found = listed(project)
    with ZipFile(found.package.path) as archive:
        archive.extractall(tmp_path / "unpacked")
    there = {(one.name.lower(), one.version) for one in distributions(path=[str(tmp_path / "unpacked")])}
    assert (
        {(one.name, one.version) for one in found.components}
        == there
        == {("one", "2.0"), ("two", "1.0"), ("four", "4.0")}
    )
    assert named(found, "four").metadata.licence.expression == "MIT"
    assert (named(found, "four").sha256, named(found, "one").sha256) == ("", project.wheels[0].sha256)


def test_what_nothing_is_left_of_is_no_component(project: Project) -> None:
    project.wheel("one", {"one.py": b""})
    package = project.assemble()
    project.wheel("gone", {"gone.py": b""})
    found = inventory(package, project.wheels, project.function.spec.target, places={}, records=Records())
    assert [one.name for one in found.components] == ["one"]


def test_the_library_of_our_own_is_a_component_without_a_wheel(project: Project) -> None:
    project.spec["dispatch"] = True
    [ours] = listed(project).components
    assert (ours.name, ours.filename) == ("lambda-ci", "")
    assert purl(ours) == f"pkg:generic/lambda-ci@{__version__}", "on an index that name may be somebody else's"


def test_what_others_bundled_is_found(project: Project) -> None:
    library = b"the content of a library"
    document = json.dumps(SBOM).encode()
    project.wheel(
        "one",
        {
            "one/__init__.py": b"",
            "one.libs/libgomp-24e2ab19.so.1.0.0": library,
            "one-1.0.dist-info/sboms/auditwheel.cdx.json": document,
            "one-1.0.dist-info/sboms/broken.cdx.json": b"{",
            "one-1.0.dist-info/sboms/other.spdx": b"SPDXVersion: SPDX-2.3",
        },
    )
    metadata = named(listed(project), "one").metadata
    assert [(one.path, one.sha256) for one in metadata.libraries] == [
        ("one.libs/libgomp-24e2ab19.so.1.0.0", hashlib.sha256(library).hexdigest())
    ]
    assert [one.path.rpartition("/")[2] for one in metadata.documents] == [
        "auditwheel.cdx.json",
        "broken.cdx.json",
        "other.spdx",
    ]
    parts = [(one.kind, one.name, one.version, one.purl) for one in metadata.documents[0].parts]
    assert parts == [
        ("library", "libgomp", "8.5", "pkg:rpm/almalinux/libgomp@8.5"),
        ("library", "inner", "", ""),
        ("library", "deeper", "", ""),
    ]


def _cached(project: Project) -> Path:
    """Put the wheel where the cache of wheels has it; returns the place of its note."""
    made = project.wheels.pop()
    place = project.root / "wheels" / "sha256" / made.sha256[:2] / made.sha256 / made.filename
    place.parent.mkdir(parents=True)
    shutil.move(made.path, place)
    project.wheels.append(replace(made, path=place))
    return place.parent / "metadata-1.json"


def test_a_wheel_is_read_once_and_its_note_believed(project: Project) -> None:
    project.wheel(
        "one", {"one.libs/libx-01234567.so": b"x", "one-1.0.dist-info/sboms/a.cdx.json": json.dumps(SBOM).encode()}
    )
    note = _cached(project)
    first = listed(project)
    assert note.stat().st_mode & 0o777 == 0o644
    assert listed(project) == first
    note.write_text(json.dumps(json.loads(note.read_text()) | {"summary": "as noted"}))
    assert named(listed(project), "one").metadata.summary == "as noted"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["format", "name", "licence", "links", "needs", "libraries", "documents", "sha256"]),
        st.none() | st.integers() | st.lists(st.lists(st.integers() | st.text(max_size=3), max_size=3), max_size=2),
        min_size=1,
    )
)  # fmt: skip
def test_a_note_that_is_none_is_made_again_or_is_one(project: Project, change: dict[str, object]) -> None:
    if not project.wheels:
        project.wheel("one", {"one.py": b""})
        _cached(project)
    note = project.wheels[0].path.parent / "metadata-1.json"
    note.unlink(missing_ok=True)
    listed(project)
    note.write_text(json.dumps(json.loads(note.read_text()) | change))
    assert [one.name for one in listed(project).components] == ["one"]


def test_a_package_that_went_away_is_named(project: Project) -> None:
    project.write("four-4.0.dist-info/METADATA", "Name: four\n")
    package = project.assemble()
    package.path.unlink()
    with pytest.raises(PackageError, match=r"orders\.zip cannot be read"):
        inventory(package, (), project.function.spec.target, places={}, records=Records())


def test_a_layer_has_its_distributions_below_a_folder(project: Project) -> None:
    project.write("python/five-5.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: five\nVersion: 5.0\n")
    assert [(one.name, one.version) for one in listed(project).components] == [("five", "5.0")]
