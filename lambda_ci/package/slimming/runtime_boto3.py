"""The rule ``runtime-boto3``: leave out what Lambda's runtime carries itself, boto3 with everything that only it needs.

AWS changes the runtime's boto3 at will. What is in the package goes before it, so a urllib3 that stays for requests is the one
that the runtime's botocore gets: AWS advises against any such mixture, hence the words about it.
Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html ("Runtime-included SDK versions").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.errors import PackageError
from lambda_ci.package.file import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packaging.requirements import Requirement

    from lambda_ci.model.target import Target
    from lambda_ci.package.slimming.distribution import Distribution

AWS = frozenset({"boto3", "botocore", "s3transfer"})
SHARED = frozenset({"jmespath", "python-dateutil", "six", "urllib3"})
"""What others use as well."""
_UPPER = ("<", "==", "~=")
_OLD_URLLIB3_UP_TO = (3, 9)
"""Below Python 3.10 botocore takes no urllib3 2."""


@dataclass(frozen=True, kw_only=True)
class Carried:
    """The distributions that the runtime brings, by name, and what is to be said about the rest."""

    left_out: frozenset[str]
    warnings: tuple[str, ...] = ()


def carried(distributions: Sequence[Distribution], target: Target) -> Carried:
    """What is left out. Raises ``PackageError`` where something in the package would not work with AWS's choice."""
    present = {one.name: one for one in distributions if one.name in AWS | SHARED}
    if AWS.isdisjoint(present):
        return Carried(left_out=frozenset())
    others = {one.name: list(_needs(one, target)) for one in distributions if one.name not in AWS | SHARED}
    _refuse_bound(others, target)
    stays: dict[str, set[str]] = {}
    for name, needs in others.items():
        for need in needs:
            if _canonical(need.name) in SHARED & present.keys():
                stays.setdefault(_canonical(need.name), set()).add(name)
    if "python-dateutil" in stays and "six" in present:
        stays.setdefault("six", set()).add("python-dateutil")
    _refuse_new_urllib3(present, stays, target)
    warnings = tuple(_mixture(name, sorted(who)) for name, who in sorted(stays.items()) if name != "six")
    return Carried(left_out=frozenset(present.keys() - stays.keys()), warnings=warnings)


def _needs(distribution: Distribution, target: Target) -> Iterator[Requirement]:
    """What a distribution declares for this target, without extras."""
    from email.parser import BytesHeaderParser

    from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
    from packaging.requirements import InvalidRequirement, Requirement

    environment = {**{key: str(value) for key, value in target.marker_environment.items()}, "extra": ""}
    metadata = next((file for file in distribution.files if _is_metadata(file.path)), None)
    declared = BytesHeaderParser().parsebytes(read(metadata)).get_all("Requires-Dist", []) if metadata else []
    for text in declared:
        try:
            need = Requirement(str(text))
            if need.marker is None or need.marker.evaluate(environment):
                yield need
        except (InvalidRequirement, UndefinedComparison, UndefinedEnvironmentName):
            continue


def _is_metadata(path: str) -> bool:
    top, _, name = path.partition("/")
    return name == "METADATA" and top.endswith(".dist-info")


def _canonical(name: str) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)


def _refuse_bound(others: dict[str, list[Requirement]], target: Target) -> None:
    """A distribution that takes no newer boto3 would break on the day when AWS's is newer."""
    bound = [
        f"{name} needs {need.name}{need.specifier}"
        for name, needs in sorted(others.items())
        for need in needs
        if _canonical(need.name) in AWS and any(one.operator.startswith(_UPPER) for one in need.specifier)
    ]
    if bound:
        raise PackageError(
            f"`runtime-boto3` cannot be had: {'; '.join(bound)}",
            why=f"The boto3 of {target.runtime} is of AWS's choice and changes without a deployment.",
            fix="Remove `runtime-boto3`, so that the locked boto3 is packaged, or do without that distribution.",
        )


def _refuse_new_urllib3(present: dict[str, Distribution], stays: dict[str, set[str]], target: Target) -> None:
    version = present["urllib3"].wheel.version if "urllib3" in present else ""
    if "urllib3" in stays and target.python <= _OLD_URLLIB3_UP_TO and not version.startswith("1."):
        raise PackageError(
            f"`runtime-boto3` cannot be had: {', '.join(sorted(stays['urllib3']))} needs urllib3, {version} is locked, "
            f"and the botocore of {target.runtime} takes urllib3 1 only",
            why="The package goes before what the runtime carries, so its botocore would get the packaged urllib3.",
            fix="Pin urllib3<2, or remove `runtime-boto3`.",
        )


def _mixture(name: str, who: Sequence[str]) -> str:
    verb = "needs" if len(who) == 1 else "need"
    return f"{name} stays in the package, because {', '.join(who)} {verb} it: the runtime's own botocore will use it as well"
