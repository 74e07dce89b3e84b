from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import PackageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fakes.slimmed import Slimmed

CLOSURE = {
    "boto3": ["botocore<2,>=1", "jmespath", "s3transfer"],
    "botocore": ["jmespath", "python-dateutil", "urllib3"],
    "s3transfer": ["botocore"],
    "jmespath": [],
    "python-dateutil": ["six>=1.5"],
    "six": [],
    "urllib3": [],
}


@pytest.fixture
def with_boto3(slimmed: Slimmed) -> Slimmed:
    for name, requires in CLOSURE.items():
        slimmed.wheel(name, {f"{name.replace('-', '_')}/__init__.py": b""}, requires=requires, version="2.0")
    return slimmed


def distributions(slimmed: Slimmed) -> set[str]:
    return {line.distribution for line in slimmed.package(runtime_boto3=True).ledger} - {""}


def other(slimmed: Slimmed, name: str, *requires: str) -> None:
    slimmed.wheel(name, {f"{name}/__init__.py": b""}, requires=requires)


def test_the_whole_closure_is_left_out(with_boto3: Slimmed) -> None:
    other(with_boto3, "demo", "boto3>=1.30", 'six; extra == "x"', 'urllib3; python_version < "3"')
    package = with_boto3.package(runtime_boto3=True)
    assert {line.distribution for line in package.ledger} == {"", "demo"}
    assert package.warnings == ()
    [saving] = package.savings
    assert (saving.rule, saving.files) == ("runtime-boto3", 5 * len(CLOSURE))


def test_what_others_need_stays_and_is_said(with_boto3: Slimmed) -> None:
    other(with_boto3, "requests", "urllib3<3,>=1.26")
    other(with_boto3, "pandas", "python-dateutil>=2.8.2")
    assert distributions(with_boto3) == {"requests", "pandas", "urllib3", "python-dateutil", "six"}
    assert with_boto3.package(runtime_boto3=True).warnings == (
        "python-dateutil stays in the package, because pandas needs it: the runtime's own botocore will use it as well",
        "urllib3 stays in the package, because requests needs it: the runtime's own botocore will use it as well",
    )


@pytest.mark.parametrize("requirement", ["botocore<1.36,>=1.35", "boto3==1.35.0", "s3transfer~=0.10"])
def test_what_takes_no_newer_boto3_cannot_take_awss(with_boto3: Slimmed, requirement: str) -> None:
    other(with_boto3, "aiobotocore", requirement)
    with pytest.raises(PackageError, match="aiobotocore needs") as caught:
        with_boto3.package(runtime_boto3=True)
    assert "AWS's choice" in caught.value.why
    assert caught.value.exit_code == 4


def test_an_old_runtime_takes_no_new_urllib3(with_boto3: Slimmed) -> None:
    other(with_boto3, "requests", "urllib3")
    with_boto3.project.spec["runtime"] = "python3.9"
    with pytest.raises(PackageError, match="takes urllib3 1 only"):
        with_boto3.package(runtime_boto3=True)


@pytest.mark.parametrize("names", [[], ["urllib3"], ["six", "jmespath"]])
def test_without_boto3_nothing_is_left_out(slimmed: Slimmed, names: Sequence[str]) -> None:
    for name in names:
        other(slimmed, name)
    assert distributions(slimmed) == set(names)


def test_nothing_is_missed_of_what_the_runtime_carries(with_boto3: Slimmed) -> None:
    with_boto3.project.write("app.py", "import boto3\ndef handler(event, context): ...\n")
    assert with_boto3.package(runtime_boto3=True).warnings == ()
