"""The bill of materials: right by CycloneDX's own schema, whatever the distributions are called and say."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_ci.model.inventory import Component, Licence, Metadata, Need, Place
from lambda_ci.report.cyclonedx import bill
from tests.fakes.inventories import ALL, DIRECT, FROM_GIT, FULL, VENDORED, component, inventory
from tests.fakes.standards import check_bill


def made(*components: Component, timestamp: str = "") -> dict[str, Any]:
    document: dict[str, Any] = bill(inventory(components), version="0.1.0", timestamp=timestamp)
    return document


def named(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in document["components"] if one["name"] == name)
    return found


def test_everything_that_can_be_said_is_right_by_the_schema() -> None:
    check_bill(made(*ALL))
    check_bill(made(*ALL, timestamp="2026-01-01T00:00:00Z"))
    check_bill(made())


def test_the_package_is_named_with_what_aws_says_of_it() -> None:
    component = made()["metadata"]["component"]
    assert component["hashes"] == [{"alg": "SHA-256", "content": "cd" * 32}]
    assert {one["name"]: one["value"] for one in component["properties"]} == {
        "lambda-ci:code-sha256": "zc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc0=",
        "lambda-ci:runtime": "python3.12",
        "lambda-ci:architecture": "arm64",
    }


def test_the_same_package_gives_the_same_bill_and_another_one_another_number() -> None:
    one, other = made(*ALL), made(*ALL[1:])
    assert one == made(*ALL)
    assert one["serialNumber"] != other["serialNumber"]
    assert "timestamp" not in one["metadata"]
    assert made(timestamp="2026-01-01T00:00:00Z")["metadata"]["timestamp"] == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("one", "purl"),
    [
        (FULL, "pkg:pypi/numpy@1.0"),
        (component("Odd_.Name"), "pkg:pypi/odd-name@1.0"),
        (
            FROM_GIT,
            "pkg:pypi/tool@2%2Blocal?vcs_url=git%2Bhttps://git.example/tool.git%400123456789abcdef0123456789abcdef01234567",
        ),
        (DIRECT, "pkg:pypi/named@1.0?download_url=https://files.example/a%20b.whl"),
        (replace(VENDORED, version=""), "pkg:pypi/vendored"),
        (replace(FULL, origin=Place(path="libs/common", direct=True)), "pkg:generic/numpy@1.0"),
        (replace(FULL, origin=Place(commit="0" * 40, direct=True)), "pkg:generic/numpy@1.0"),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_each_distribution_has_the_package_url_of_where_it_comes_from(one: Component, purl: str) -> None:
    [found] = [found for found in made(one)["components"] if found["bom-ref"] != "own-files"]
    assert found["purl"] == purl


def test_libraries_and_what_inner_bills_tell_are_inside_of_their_distribution_once() -> None:
    numpy = named(made(FULL), "numpy")
    assert [(one["name"], one.get("version")) for one in numpy["components"]] == [
        ("libgfortran-040039e1.so.5.0.0", None),
        ("libgfortran", "11.5.0"),
    ]
    assert {"type": "bom", "url": "numpy-1.0.dist-info/sboms/auditwheel.cdx.json"}.items() <= {
        **numpy["externalReferences"][-1]
    }.items()


def test_a_licence_is_an_expression_or_names_and_never_a_guess() -> None:
    document = made(FULL, VENDORED, component("silent"))
    assert named(document, "numpy")["licenses"] == [
        {"expression": "BSD-3-Clause AND MIT", "acknowledgement": "declared"}
    ]
    assert [one["license"]["name"] for one in named(document, "vendored")["licenses"]] == ["BSD", "MIT License"]
    assert "licenses" not in named(document, "silent")


def needed(document: dict[str, Any]) -> dict[str, list[str]]:
    return {
        one["ref"].removeprefix("pkg:pypi/").partition("@")[0]: [
            ref.removeprefix("pkg:pypi/").partition("@")[0] for ref in one.get("dependsOn", ())
        ]
        for one in document["dependencies"]
    }


def test_dependencies_are_those_that_hold_on_the_target() -> None:
    graph = needed(made(FULL, component("typing-extensions"), component("winlib")))
    assert graph["numpy"] == ["typing-extensions"]
    assert graph["package"] == ["own-files", "numpy", "winlib"]


def test_needs_of_an_extra_count_where_somebody_asks_for_it() -> None:
    extra = Need(name="socks", marker='extra == "socks"')
    one = component("app", Need(name="requests", extras=("socks",)))
    graph = needed(made(one, component("requests", extra), component("socks")))
    assert graph["requests"] == ["socks"]
    assert graph["package"] == ["own-files", "app"]
    assert needed(made(component("requests", extra), component("socks")))["requests"] == []


def test_what_only_needs_each_other_can_be_reached() -> None:
    graph = needed(made(component("a", Need(name="b")), component("b", Need(name="a"))))
    assert graph["package"] == ["own-files", "a"]


def test_a_distribution_that_is_there_twice_is_told_twice() -> None:
    document = made(component("a"), replace(VENDORED, name="a", version="1.0"))
    check_bill(document)
    assert [one["name"] for one in document["components"]] == ["a", "a", "orders (own files)"]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NAMES = st.text(min_size=1, max_size=20) | st.sampled_from(["a", "A", "a.b", "a-b", "%", "é", "@", "#", "?x=y"])
COMPONENTS = st.builds(
    lambda name, version, words, expression: Component(
        name=name,
        version=version,
        metadata=Metadata(
            summary=words, author=words, licence=Licence(expression=expression, names=(words,) if words else ())
        ),
    ),
    NAMES,
    TEXT,
    TEXT,
    st.sampled_from(["", "MIT", "GPL-2.0-only WITH Classpath-exception-2.0"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(COMPONENTS, max_size=5, unique_by=lambda one: one.name))
def test_no_name_and_no_licence_breaks_the_schema(components: list[Component]) -> None:
    document = made(*components)
    check_bill(document)
    assert json.loads(json.dumps(document)) == document
    assert len(document["components"]) == len(components) + 1
