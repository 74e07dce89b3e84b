from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration

KNOWN = "what is known: ${env:NAME}, ${env:NAME:-default}, and $${ for a literal ${"


def description(configuration: Configuration, text: str) -> object:
    configuration.one(f"description: {text!r}")
    return configuration.function().spec.members["Description"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${env:NAME}", "Ada"),
        ("Dear ${env:NAME}, ${env:NAME}!", "Dear Ada, Ada!"),
        ("${env:NAME:-Bob}", "Ada"),
        ("${env:OTHER:-Bob}", "Bob"),
        ("${env:OTHER:-}", ""),
        ("${env:EMPTY:-Bob}", "Bob"),
        ("${env:EMPTY}", ""),
        ("$${env:NAME}", "${env:NAME}"),
        ("$$${env:NAME}", "$${env:NAME}"),
        ("$NAME and $(NAME)", "$NAME and $(NAME)"),
        ("${env:OTHER:-a:-b}", "a:-b"),
    ],
)
def test_placeholders_are_filled_from_the_environment(text: str, value: str, configuration: Configuration) -> None:
    configuration.environ = {"NAME": "Ada", "EMPTY": ""}

    assert description(configuration, text) == value


def test_what_was_filled_in_is_not_read_again(configuration: Configuration) -> None:
    configuration.environ = {"NAME": "${env:SECRET}", "SECRET": "x"}

    assert description(configuration, "${env:NAME}") == "${env:SECRET}"


def test_a_missing_variable_without_default_is_a_problem(configuration: Configuration) -> None:
    configuration.one("description: ${env:NAME} ${env:OTHER}")

    assert configuration.problems() == [
        (
            "lambda-ci.yml:6:18: functions.f.description: the environment variable NAME is not set; "
            "set it, or give a default: ${env:NAME:-default}"
        ),
        (
            "lambda-ci.yml:6:18: functions.f.description: the environment variable OTHER is not set; "
            "set it, or give a default: ${env:OTHER:-default}"
        ),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${ssm:/shop/key}", f"${{ssm:…}} is not supported by this version; {KNOWN}"),
        ("${TABLE}", f"${{…}} must say where the value comes from; {KNOWN}"),
        ("${}", f"${{…}} must say where the value comes from; {KNOWN}"),
        ("${env:}", f"${{env:…}} must name an environment variable; {KNOWN}"),
        ("${env:A-B}", f"${{env:…}} must name an environment variable; {KNOWN}"),
        ("${env:TABLE", f"a ${{ that is not closed, or that holds braces; {KNOWN}"),
        ("${{ inputs.x }}", f"a ${{ that is not closed, or that holds braces; {KNOWN}"),
    ],
)
def test_a_placeholder_that_can_never_be_filled_is_a_problem(
    text: str, message: str, configuration: Configuration
) -> None:
    configuration.one(f'description: "{text}"')

    assert configuration.problems() == [f"lambda-ci.yml:6:18: functions.f.description: {message}"]


def test_malformed_placeholders_are_found_where_this_run_does_not_look(configuration: Configuration) -> None:
    configuration.one(top="stages: {prod: {defaults: {description: '${ssm:x}'}}}")

    assert configuration.problems() == [
        f"lambda-ci.yml:2:41: stages.prod.defaults.description: ${{ssm:…}} is not supported by this version; {KNOWN}"
    ]


def test_a_variable_that_this_run_does_not_need_may_be_missing(configuration: Configuration) -> None:
    configuration.one(
        "environment: {TABLE: '${env:TABLE}'}", top="stages: {dev: {functions: {f: {environment: {TABLE: t}}}}}"
    )
    configuration.flags = {"stage": "dev"}

    assert configuration.function().spec.environment == {"TABLE": "t"}


def test_a_placeholder_may_stand_for_a_number_or_a_boolean(configuration: Configuration) -> None:
    configuration.environ = {"SECONDS": "7", "SLOW": "1.5", "BROKEN": "true", "DUAL": "false"}
    configuration.one(
        "timeout: ${env:SECONDS}\n"
        "vpc-config: {ipv6-allowed-for-dual-stack: '${env:DUAL}'}\n"
        "smoke: [{expect: {status: '${env:CODE:-204}', max-duration: '${env:SLOW}'}}]\n"
    )

    function = configuration.function()

    assert function.spec.members == {"Timeout": 7, "VpcConfig": {"Ipv6AllowedForDualStack": False}}
    assert (function.spec.smoke[0].expect.status, function.spec.smoke[0].expect.max_duration) == (204, 1.5)


def test_a_placeholder_in_a_text_stays_text(configuration: Configuration) -> None:
    configuration.environ = {"PORT": "8080", "YES": "true"}
    configuration.one("environment: {PORT: '${env:PORT}', YES: '${env:YES}'}")

    assert configuration.function().spec.environment == {"PORT": "8080", "YES": "true"}


def test_interpolated_values_are_never_printed(configuration: Configuration) -> None:
    configuration.environ = {"SECRET": "hunter2"}
    configuration.one(
        """\
function-name: "${env:SECRET} "
source: ${env:SECRET}
requirements: ${env:SECRET}
architecture: ${env:SECRET}
alias: "${env:SECRET} "
timeout: ${env:SECRET}
role: ${env:SECRET}
tracing-config: {mode: "${env:SECRET}"}
vpc-config: ${env:SECRET}
environment: ${env:SECRET}
exclude: ["!", "!${env:EMPTY:-}"]
smoke: [{payload-file: "${env:SECRET}", expect: {status: "${env:SECRET}", jmespath: "${env:SECRET}["}}]"""
    )
    configuration.write(
        (configuration.folder / "lambda-ci.yml").read_text()
        + 'aws: {region: "${env:SECRET}", endpoint-url: "${env:SECRET}"}\n'
    )

    problems = configuration.problems()

    assert len(problems) >= 14
    assert not [problem for problem in problems if "hunter2" in problem]
    assert "lambda-ci.yml:11:14: functions.f.timeout: must be a whole number" in problems


def test_a_variable_that_is_no_utf8_is_refused(configuration: Configuration) -> None:
    configuration.environ = {"NAME": "caf\udce9"}
    configuration.one("description: ${env:NAME}")

    assert configuration.problems() == [
        "lambda-ci.yml:6:18: functions.f.description: the environment variable's value is not UTF-8 text"
    ]
