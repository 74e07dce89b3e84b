"""Older locks of Poetry: what the project asks for is followed through them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lambda_ci.errors import BuildError
from lambda_ci.lock.poetry_graph import allows, walk
from lambda_ci.lock.selection import DEFAULT, Selection
from tests.fakes.building import AL2, AL2023


@pytest.mark.parametrize(
    ("constraint", "inside", "outside"),
    [
        ("*", ["0", "9.9"], []),
        ("", ["1"], []),
        ("1.2.3", ["1.2.3"], ["1.2.4", "1.2"]),
        ("=1.2", ["1.2"], ["1.3"]),
        ("^1.2.3", ["1.2.3", "1.9"], ["1.2.2", "2.0"]),
        ("^0.2.3", ["0.2.3", "0.2.9"], ["0.3.0", "0.2.2"]),
        ("^0.0.3", ["0.0.3"], ["0.0.4"]),
        ("^0", ["0.9"], ["1.0"]),
        ("~1.2.3", ["1.2.3", "1.2.9"], ["1.3"]),
        ("~1", ["1.0", "1.9"], ["2.0"]),
        ("~=1.2", ["1.9"], ["2.0"]),
        ("1.2.*", ["1.2", "1.2.7"], ["1.3"]),
        (">=1,<2", ["1.5"], ["2.0"]),
        (">= 1 , < 2", ["1.5"], ["2.0"]),
        (">=1 <2", ["1.5"], ["2.0"]),
        ("<1 || >=3", ["0.9", "3.1"], ["2.0"]),
        ("!=1.5", ["1.4"], ["1.5"]),
        (">=1", ["2.0b1"], []),
        ("nonsense", ["1", "2"], []),
    ],
)
def test_constraints_mean_what_poetry_means(constraint: str, inside: list[str], outside: list[str]) -> None:
    assert all(allows(constraint, version) for version in inside)
    assert not any(allows(constraint, version) for version in outside)


def _package(name: str, version: str = "1.0", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as TOML has it
    return {"name": name, "version": version, **more}


def _walk(packages: list[dict[str, Any]], poetry: dict[str, Any], *, extras: dict[str, Any] | None = None,
          selection: Selection = DEFAULT, target: Any = AL2023) -> list[str]:  # fmt: skip # noqa: ANN401
    document = {"package": packages, "extras": extras or {}}
    found = walk(document, {"tool": {"poetry": poetry}}, target=target, selection=selection, path=Path("poetry.lock"))
    return [f"{one['name']} {one['version']}" for one in found]


def test_packages_that_need_each_other_end() -> None:
    packages = [_package("a", dependencies={"B": "*"}), _package("b", dependencies={"a": ">=1"})]
    assert _walk(packages, {"dependencies": {"python": "^3.9", "A": "^1"}}) == ["a 1.0", "b 1.0"]


def test_of_several_versions_the_one_for_the_target_is_taken() -> None:
    packages = [_package("a", "1.0"), _package("a", "2.0"), _package("b")]
    several = [{"version": "^1", "python": "<3.12"}, {"version": "^2", "python": ">=3.12"}]
    assert _walk(packages, {"dependencies": {"a": several}}) == ["a 2.0"]
    assert _walk(packages, {"dependencies": {"a": several}}, target=AL2) == ["a 1.0"]
    marked = [{"version": "1.0", "markers": "sys_platform == 'win32'"}, {"version": "2.0", "platform": "linux"}]
    assert _walk(packages, {"dependencies": {"a": marked}}) == ["a 2.0"]


def test_extras_of_packages_and_of_the_project_bring_in_what_is_optional() -> None:
    optional = {"version": "*", "optional": True}
    packages = [
        _package(
            "a", dependencies={"Sock_s": {**optional, "markers": 'extra == "net"'}}, extras={"net": ["sock.s (>=1)"]}
        ),
        _package("sock-s"),
        _package("six"),
    ]
    poetry = {"dependencies": {"a": "*", "six": optional}}
    assert _walk(packages, poetry) == ["a 1.0"]
    assert _walk(packages, {"dependencies": {"a": {"version": "*", "extras": ["net"]}}}) == ["a 1.0", "sock-s 1.0"]
    assert _walk(packages, poetry, extras={"s3": ["six"]}, selection=Selection(extras=("s3",))) == ["a 1.0", "six 1.0"]


def test_groups_old_and_new() -> None:
    poetry = {
        "dependencies": {},
        "dev-dependencies": {"a": "*"},
        "group": {"prod": {"dependencies": {"b": "*"}}},
    }
    packages = [_package("a"), _package("b")]
    assert _walk(packages, poetry) == []
    assert _walk(packages, poetry, selection=Selection(groups=("prod",))) == ["b 1.0"]
    assert _walk(packages, poetry, selection=Selection(groups=("prod", "dev"))) == ["a 1.0", "b 1.0"]


def test_a_package_that_is_missing_is_named() -> None:
    with pytest.raises(BuildError, match=r"has no b, which is needed on python3\.12"):
        _walk([_package("a", dependencies={"b": "*"})], {"dependencies": {"a": "*"}})
