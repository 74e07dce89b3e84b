"""Bad files, and exactly what is printed about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import ConfigurationError

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration

FUNCTION = "functions: {f: {handler: app.handler, runtime: python3.13}}\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (FUNCTION, "lambda-ci.yml:1:1: version: is required"),
        ("version: 1\n", "lambda-ci.yml:1:1: functions: is required"),
        ("version: 1\nfunctions:\n", "lambda-ci.yml:1:1: functions: is required"),
        ("version: 1\nfunctions: {}\n", "lambda-ci.yml:2:12: functions: must not be empty"),
        ("version: 1\nfunctions: [a]\n", "lambda-ci.yml:2:12: functions: must be a mapping (KEY: value), not a list"),
        ("version: 1\nfunctions: {f: 3}\n", "lambda-ci.yml:2:16: functions.f: must be a mapping (KEY: value), not 3"),
        (f"version: 2\n{FUNCTION}", "lambda-ci.yml:1:10: version: must be 1, not 2"),
        (f'version: "1"\n{FUNCTION}', 'lambda-ci.yml:1:10: version: must be 1, not "1"'),
        (f"version: 1\nprojekt: x\n{FUNCTION}", 'lambda-ci.yml:2:1: projekt: unknown key; did you mean "project"?'),
        (
            f"version: 1\nproject: 3.10\n{FUNCTION}",
            'lambda-ci.yml:2:10: project: 3.10 was read as the number 3.1; write "3.10"',
        ),
        (
            f"version: 1\nproject: true\n{FUNCTION}",
            'lambda-ci.yml:2:10: project: true was read as the boolean true; write "true"',
        ),
        (
            f"version: 1\nproject: a b\n{FUNCTION}",
            'lambda-ci.yml:2:10: project: must be letters, digits, - and _, not "a b"',
        ),
        (
            f"version: 1\nlayers: {{deps: {{}}}}\n{FUNCTION}",
            "lambda-ci.yml:2:10: layers.deps.requirements: is required, or `source`: there is nothing to put into the layer",
        ),
        (
            f"version: 1\naws: {{role-to-assume: x}}\n{FUNCTION}",
            'lambda-ci.yml:2:23: aws.role-to-assume: must be the ARN of a role, such as arn:aws:iam::123456789012:role/deploy, not "x"',
        ),
        (
            f"version: 1\naws: {{regoin: x}}\n{FUNCTION}",
            'lambda-ci.yml:2:7: aws.regoin: unknown key; did you mean "region"?',
        ),
        (
            f"version: 1\naws: {{endpoint-url: localhost}}\n{FUNCTION}",
            (
                "lambda-ci.yml:2:21: aws.endpoint-url: must be an address that begins with http:// or https://, "
                'not "localhost"'
            ),
        ),
        (f"version: 1\nstaging: {{}}\n{FUNCTION}", "lambda-ci.yml:2:1: staging.bucket: is required"),
        (
            f"version: 1\nstaging: {{bucket: A}}\n{FUNCTION}",
            (
                "lambda-ci.yml:2:19: staging.bucket: must be the name of an S3 bucket: 3 to 63 small letters, digits, dots and "
                'hyphens, not "A"'
            ),
        ),
        (
            f"version: 1\nstaging: {{bucket: abc, owner: 123456789012}}\n{FUNCTION}",
            'lambda-ci.yml:2:31: staging.owner: 123456789012 was read as the number 123456789012; write "123456789012"',
        ),
        (
            f"version: 1\nstaging: {{bucket: abc, kms-key-id: a b}}\n{FUNCTION}",
            'lambda-ci.yml:2:36: staging.kms-key-id: must be the ARN, the id or the alias of a KMS key, not "a b"',
        ),
        (
            f"version: 1\nstages: {{s: 3}}\n{FUNCTION}",
            "lambda-ci.yml:2:13: stages.s: must be a mapping (KEY: value), not 3",
        ),
        (
            f"version: 1\nstages: {{s: {{functions: {{g: {{}}}}}}}}\n{FUNCTION}",
            "lambda-ci.yml:2:26: stages.s.functions.g: no such function under `functions`",
        ),
    ],
)
def test_a_wrong_file_gets_one_line(text: str, line: str, configuration: Configuration) -> None:
    configuration.write(text)

    assert configuration.problems() == [line]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("timeot: 3", '5: functions.f.timeot: unknown key; did you mean "timeout"?'),
        ("function-url: {auth-type: NONE}", '5: functions.f.function-url: unknown key; did you mean "url"?'),
        ("environment-mod: merge", '5: functions.f.environment-mod: unknown key; did you mean "environment-mode"?'),
        ("members: {}", "5: functions.f.members: unknown key"),
        ("Timeout: 3", '5: functions.f.Timeout: unknown key; did you mean "timeout"?'),
        ("triggers: {}", "15: functions.f.triggers: must be a list, not a mapping"),
        ("rollout: canary", '14: functions.f.rollout: must be a mapping (KEY: value), not "canary"'),
        ("layers: {deps: {}}", "13: functions.f.layers: must be a list, not a mapping"),
        ("function-name: a/b", '20: functions.f.function-name: must be letters, digits, - and _, not "a/b"'),
        (f"function-name: {'a' * 65}", "20: functions.f.function-name: must have at most 64 characters, not 65"),
        ("source: 3.10", '13: functions.f.source: 3.10 was read as the number 3.1; write "3.10"'),
        (
            "architecture: arm",
            '19: functions.f.architecture: must be one of "x86_64", "arm64", not "arm"; did you mean "arm64"?',
        ),
        ("requirements: 3", "19: functions.f.requirements: must be text or false, not 3"),
        ("requirements: true", "19: functions.f.requirements: must be text or false, not true"),
        ('alias: "12"', '12: functions.f.alias: must be letters, digits, - and _ (not digits alone), not "12"'),
        ("alias: 12", '12: functions.f.alias: 12 was read as the number 12; write "12"'),
        ('alias: ""', "12: functions.f.alias: must not be empty"),
        ("environment: [A]", "18: functions.f.environment: must be a mapping (KEY: value)"),
        ("environment-mode: add", '23: functions.f.environment-mode: must be one of "merge", "replace", not "add"'),
        ("exclude: tests", '14: functions.f.exclude: must be a list, not "tests"'),
        ("exclude: [3]", '15: functions.f.exclude[0]: 3 was read as the number 3; write "3"'),
        ("smoke: {payload: 1}", "12: functions.f.smoke: must be a list, not a mapping"),
        ("smoke: [{expekt: 1}]", '14: functions.f.smoke[0].expekt: unknown key; did you mean "expect"?'),
        ("smoke: [{expect: 200}]", "22: functions.f.smoke[0].expect: must be a mapping (KEY: value), not 200"),
        ("smoke: [{expect: {status: 20}}]", "31: functions.f.smoke[0].expect.status: must be at least 100, not 20"),
        ("smoke: [{expect: {status: OK}}]", '31: functions.f.smoke[0].expect.status: must be a whole number, not "OK"'),
        (
            "smoke: [{expect: {error: 3}}]",
            "30: functions.f.smoke[0].expect.error: must be text or true or false, not 3",
        ),
        (
            "smoke: [{expect: {max-duration: 0}}]",
            "37: functions.f.smoke[0].expect.max-duration: must be more than 0, not 0",
        ),
        (
            "smoke: [{expect: {max-duration: 1s}}]",
            '37: functions.f.smoke[0].expect.max-duration: must be a number, not "1s"',
        ),
        (
            "vpc-config: {ipv6-allowed-for-dual-stack: yes}",
            '47: functions.f.vpc-config.ipv6-allowed-for-dual-stack: must be true or false, not "yes"; write true',
        ),
    ],
)
def test_a_wrong_key_of_a_function_gets_one_line(text: str, line: str, configuration: Configuration) -> None:
    configuration.one(text)

    assert configuration.problems() == [f"lambda-ci.yml:6:{line}"]


def test_the_key_of_a_function_cannot_leave_the_output_folder(configuration: Configuration) -> None:
    configuration.write("version: 1\nfunctions: {../f: {handler: a.b, runtime: python3.13}}\n")

    assert configuration.problems() == [
        'lambda-ci.yml:2:13: functions.../f: must be letters, digits, - and _, not "../f"'
    ]


def test_everything_is_reported_at_once_in_the_order_of_the_file_and_then_the_rest(
    configuration: Configuration,
) -> None:
    configuration.write(
        "version: 1\ndefaults: {timeot: 3}\nfunctions:\n  b: {memory-size: 1}\n  a: {handler: 3.10, runtime: 3}\nprojekt: x\n"
    )
    configuration.flags = {"timeout": "x"}

    assert configuration.problems() == [
        'lambda-ci.yml:2:12: defaults.timeot: unknown key; did you mean "timeout"?',
        "lambda-ci.yml:4:3: functions.b.handler: is required",
        "lambda-ci.yml:4:3: functions.b.runtime: is required",
        "lambda-ci.yml:4:20: functions.b.memory-size: must be between 128 and 32768, not 1",
        'lambda-ci.yml:5:16: functions.a.handler: 3.10 was read as the number 3.1; write "3.10"',
        'lambda-ci.yml:5:31: functions.a.runtime: 3 was read as the number 3; write "3"',
        'lambda-ci.yml:6:1: projekt: unknown key; did you mean "project"?',
        'flag --timeout: must be a whole number, not "x"',
    ]


def test_what_is_wrong_in_the_defaults_is_said_once_and_where_it_stands(configuration: Configuration) -> None:
    functions = "".join(f"  f{number}:\n" for number in range(12))
    configuration.write(
        f"version: 1\ndefaults: {{handler: a.b, runtime: python3.13, memory-size: 64, alias: 1}}\nfunctions:\n{functions}"
    )

    assert configuration.problems() == [
        "lambda-ci.yml:2:60: defaults.memory-size: must be between 128 and 32768, not 64",
        'lambda-ci.yml:2:71: defaults.alias: 1 was read as the number 1; write "1"',
    ]


def test_hundreds_of_problems_are_cut(configuration: Configuration) -> None:
    configuration.one("\n".join(f"key{number}: 1" for number in range(250)))

    with pytest.raises(ConfigurationError) as caught:
        configuration.load()

    assert caught.value.what == "the configuration has 250 problems"
    assert len(caught.value.problems) == 100
    assert caught.value.why == "150 more are not shown"
    assert caught.value.exit_code == 2


def test_one_problem_is_counted_as_one(configuration: Configuration) -> None:
    configuration.one("timeot: 1")

    with pytest.raises(ConfigurationError, match=r"the configuration has 1 problem$"):
        configuration.load()


def test_values_of_the_environment_are_never_printed(configuration: Configuration) -> None:
    configuration.write(
        "version: 1\n"
        "defaults: {tags: &secret {AA: hunter2, BB: 3.14159}}\n"
        "functions:\n"
        "  f: {handler: a.b, runtime: python3.13, environment: *secret}\n"
        "  g: {handler: a.b, runtime: python3.13, environment: [hunter2]}\n"
        "  h: {handler: a.b, runtime: python3.13, environment: {AA: [hunter2], BB: {hunter: 2}, AWS_REGION: hunter2}}\n"
    )

    problems = [problem for problem in configuration.problems() if ".environment" in problem or ":4:" in problem]

    assert problems
    assert not [problem for problem in problems if "hunter2" in problem]


def test_the_environment_is_never_in_the_representation_of_the_settings(configuration: Configuration) -> None:
    configuration.one("environment: {KEY: hunter2}")

    assert "hunter2" not in repr(configuration.load())
