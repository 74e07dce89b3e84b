from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration


def test_a_package_is_slimmed_as_the_file_says(configuration: Configuration) -> None:
    configuration.one(
        "package: {botocore-services: [s3, dynamodb], max-unpacked-size: 100 MiB}",
        top="package: {slim: [tests, debug-symbols], max-size: 20971520, botocore-services: [sqs]}",
    )
    package = configuration.function().spec.package
    assert package.slim == ("tests", "debug-symbols")
    assert package.botocore_services == ("s3", "dynamodb")
    assert (package.max_size, package.max_unpacked_size) == (20971520, "100 MiB")
    assert package.runtime_boto3 is False


def test_flags_take_lists_and_sizes(configuration: Configuration) -> None:
    configuration.one()
    configuration.flags = {
        "package-slim": "tests, stubs",
        "package-max-size": "20 MB",
        "package-botocore-services": "s3,sqs",
        "package-max-unpacked-size": "200000000",
    }
    package = configuration.function().spec.package
    assert (package.slim, package.botocore_services) == (("tests", "stubs"), ("s3", "sqs"))
    assert (str(package.max_size), str(package.max_unpacked_size)) == ("20 MB", "200000000")


@pytest.mark.parametrize(
    ("package", "problems"),
    [
        ("{max-size: 20 mb}", ['6:25: functions.f.package.max-size: must be an amount of bytes: a whole number, or a text such as 20 MB or 20 MiB, not "20 mb"']),
        ("{max-size: 0}", ["6:25: functions.f.package.max-size: must be more than 0, not 0"]),
        ("{max-size: -1}", ["6:25: functions.f.package.max-size: must be more than 0, not -1"]),
        ("{max-size: 1.5}", ["6:25: functions.f.package.max-size: must be text or a whole number, not 1.5"]),
        ("{max-size: true}", ["6:25: functions.f.package.max-size: must be text or a whole number, not true"]),
        ("{slim: tests}", ['6:21: functions.f.package.slim: must be a list, not "tests"']),
        ("{slim: [test]}", ['6:22: functions.f.package.slim[0]: must be one of "tests", "stubs", "headers", "debug-symbols", "duplicates", not "test"; did you mean "tests"?']),
        ("{botocore-services: [dynmodb]}", ['6:35: functions.f.package.botocore-services[0]: botocore knows no service "dynmodb"; did you mean "dynamodb"?']),
        ("{botocore-services: [S3]}", ['6:35: functions.f.package.botocore-services[0]: must be letters, digits, - and _, not "S3"']),
        ("{botocore-services: [s3], runtime-boto3: true}", ["6:15: functions.f.package.botocore-services: there is no botocore to take services from: `runtime-boto3` leaves it out; remove one of the two"]),
        ("{max-sise: 1}", ['6:15: functions.f.package.max-sise: unknown key; did you mean "max-size"?']),
        ("{max-size: 30 MB, max-unpacked-size: 20 MB}", ["6:25: functions.f.package.max-size: has no effect: `max-unpacked-size` is smaller, and a zip is smaller than what is in it"]),
        ("{max-unpacked-size: 300 MiB}", ["6:34: functions.f.package.max-unpacked-size: has no effect: Lambda itself takes no more than 262144000 bytes unpacked"]),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said_with_its_place(
    configuration: Configuration, package: str, problems: list[str]
) -> None:
    configuration.one(f"package: {package}")
    assert configuration.problems() == [f"lambda-ci.yml:{problem}" for problem in problems]


def test_a_service_that_may_be_newer_than_lambda_ci_is_a_warning(configuration: Configuration) -> None:
    configuration.one("package: {botocore-services: [zzqqxxyy]}")
    [warning] = configuration.problems()
    assert 'knows no service "zzqqxxyy"; the build fails unless the locked one does' in warning
    assert configuration.function().spec.package.botocore_services == ("zzqqxxyy",)


def test_every_problem_is_said_at_once(configuration: Configuration) -> None:
    configuration.one("package: {max-size: x, max-unpacked-size: 0, slim: [a, b], botocore-services: [dynmodb, sqqs]}")
    assert len(configuration.problems()) == 6
