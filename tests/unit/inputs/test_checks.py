from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration


def file(runtime: str, rest: str = "") -> str:
    return f"version: 1\nfunctions: {{f: {{handler: a.b, runtime: {runtime}}}}}\n{rest}"


def test_handler_and_runtime_are_required_after_merging(configuration: Configuration) -> None:
    configuration.write("version: 1\ndefaults: {runtime: python3.13}\nfunctions:\n  f: {}\n  g: {handler: a.b}\n")

    assert configuration.problems() == ["lambda-ci.yml:4:3: functions.f.handler: is required"]


@pytest.mark.parametrize(
    ("runtime", "message"),
    [
        ("python3.13", ""),
        ("python3.15", ""),
        (
            "python3.9",
            "python3.9 is deprecated since 2025-12-15; AWS blocks creating functions from 2027-02-01 and updating them from 2027-03-03",
        ),
        ("python3.99", 'python3.99 is not a runtime that lambda-ci knows; did you mean "python3.9"?'),
    ],
)
def test_a_deprecated_or_unknown_runtime_is_a_warning(runtime: str, message: str, configuration: Configuration) -> None:
    configuration.write(file(runtime))

    assert [str(warning) for warning in configuration.load().warnings] == [
        f"lambda-ci.yml:2:40: functions.f.runtime: {message}" for _ in [1] if message
    ]


@pytest.mark.parametrize("runtime", ["nodejs22.x", "python2.7", "python3", "python3.x", "provided.al2023"])
def test_a_runtime_that_is_no_python_is_an_error(runtime: str, configuration: Configuration) -> None:
    configuration.write(file(runtime))

    assert configuration.problems() == [
        f'lambda-ci.yml:2:40: functions.f.runtime: must be a Python runtime of Lambda, such as python3.13, not "{runtime}"'
    ]


def test_an_unknown_region_is_a_warning(configuration: Configuration) -> None:
    configuration.write(file("python3.13", "aws: {region: eu-west-11}\n"))

    assert [str(warning) for warning in configuration.load().warnings] == [
        'lambda-ci.yml:3:15: aws.region: "eu-west-11" is not a region that lambda-ci knows; did you mean "eu-west-1"?'
    ]


def test_what_cannot_be_a_region_is_an_error(configuration: Configuration) -> None:
    configuration.write(file("python3.13", "aws: {region: eu west 1}\n"))

    assert configuration.problems() == [
        'lambda-ci.yml:3:15: aws.region: must be the name of a region, such as eu-west-1, not "eu west 1"'
    ]


@pytest.mark.parametrize(
    "handler", ["app", "app.", ".handler", "app:handler", "a..b", "/app.handler", "../app.handler"]
)
def test_a_handler_names_a_module_and_a_function(handler: str, configuration: Configuration) -> None:
    configuration.one()
    configuration.flags = {"handler": handler}

    assert configuration.problems() == [
        f'flag --handler: must be module.function, such as app.handler, not "{handler}"'
    ]


def test_names_of_variables_follow_lambdas_rules(configuration: Configuration) -> None:
    configuration.one("environment: {A: x, 1A: x, A-B: x, _HANDLER: x, AWS_REGION: x, OK_1: x}")

    rule = "a variable's name has two or more letters, digits and _, and begins with a letter"
    reserved = "Lambda sets this variable itself; it cannot be set"
    assert configuration.problems() == [
        f"lambda-ci.yml:6:19: functions.f.environment.A: {rule}",
        f"lambda-ci.yml:6:25: functions.f.environment.1A: {rule}",
        f"lambda-ci.yml:6:32: functions.f.environment.A-B: {rule}",
        f"lambda-ci.yml:6:40: functions.f.environment._HANDLER: {reserved}",
        f"lambda-ci.yml:6:53: functions.f.environment.AWS_REGION: {reserved}",
    ]


@pytest.mark.parametrize(("length", "size"), [(4096 - len('{"KEY":""}'), 0), (4096 - len('{"KEY":""}') + 1, 4097)])
def test_the_variables_have_room_for_4096_bytes_of_json(length: int, size: int, configuration: Configuration) -> None:
    configuration.one(f"environment: {{KEY: {'x' * length}}}")

    line = f"lambda-ci.yml:6:5: functions.f.environment: the variables take {size} bytes as JSON; Lambda allows 4096"
    assert configuration.problems() == ([line] if size else [])


def test_bytes_are_counted_not_characters(configuration: Configuration) -> None:
    configuration.one(f"environment: {{KEY: {'é' * 2100}}}")

    (problem,) = configuration.problems()
    assert "the variables take 4210 bytes" in problem


def test_reserved_tags_are_refused(configuration: Configuration) -> None:
    configuration.one("tags: {'aws:x': a, 'lambda-ci:project': b}")

    assert configuration.problems() == [
        "lambda-ci.yml:6:12: functions.f.tags.aws:x: tags that begin with aws: are reserved by AWS",
        "lambda-ci.yml:6:24: functions.f.tags.lambda-ci:project: tags that begin with lambda-ci: are set by lambda-ci itself",
    ]


def test_too_many_tags_are_refused(configuration: Configuration) -> None:
    configuration.one(f"tags: {{{', '.join(f't{number}: x' for number in range(50))}}}")

    assert configuration.problems() == [
        "lambda-ci.yml:6:5: functions.f.tags: 50 tags are too many: AWS allows 50, and lambda-ci adds one"
    ]


def test_a_pattern_that_gitignore_does_not_know_is_refused(configuration: Configuration) -> None:
    configuration.one('exclude: ["*.md", "!"]')

    assert configuration.problems() == [
        'lambda-ci.yml:6:23: functions.f.exclude[1]: "!" is not a pattern as in .gitignore'
    ]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("a[", "is not a JMESPath expression: Invalid jmespath expression: Incomplete expression"),
        ("a b", "is not a JMESPath expression: Unexpected token: b: Parse error at column 2, token"),
        ("[" * 1000, "is nested too deeply for a JMESPath expression"),
        ("a" * 1001, "must have at most 1000 characters, not 1001"),
        ("", "is not a JMESPath expression"),
    ],
)
def test_an_expression_that_jmespath_does_not_take_is_refused(
    expression: str, message: str, configuration: Configuration
) -> None:
    configuration.one(f'smoke: [{{expect: {{jmespath: "{expression}"}}}}]')

    (problem,) = configuration.problems()
    assert problem.startswith(f"lambda-ci.yml:6:33: functions.f.smoke[0].expect.jmespath: {message}")
    assert "\n" not in problem


def test_two_functions_cannot_share_one_name(configuration: Configuration) -> None:
    configuration.write(
        "version: 1\n"
        "defaults: {handler: a.b, runtime: python3.13}\n"
        "functions:\n"
        "  a: {function-name: shop}\n"
        "  b: {function-name: shop}\n"
        "  shop:\n"
    )

    assert configuration.problems() == [
        'lambda-ci.yml:5:22: functions.b.function-name: "shop" is the name of the function "a" already',
        'lambda-ci.yml:6:3: functions.shop: "shop" is the name of the function "a" already',
    ]
