from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from lambda_ci.inputs.action import from_environ
from lambda_ci.inputs.options import options

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration


def test_every_option_has_a_name_of_its_own_and_a_sentence_of_help() -> None:
    names = [option.name for option in options()]

    assert len(names) == len(set(names))
    assert not [option.name for option in options() if not option.help]
    assert {"config", "function", "stage", "region", "function-name", "memory-size"} <= set(names)


def test_options_know_their_place_in_the_file() -> None:
    by_name = {option.name: option for option in options()}

    assert (by_name["region"].scope, by_name["region"].key) == ("project", "aws.region")
    assert (by_name["staging-bucket"].scope, by_name["staging-bucket"].key) == ("project", "staging.bucket")
    assert (by_name["memory-size"].scope, by_name["memory-size"].key) == ("function", "memory-size")
    assert by_name["memory-size"].member
    assert not by_name["handler"].member
    assert by_name["environment-mode"].choices == ("merge", "replace")
    assert by_name["memory-size"].variable == "LAMBDA_CI_MEMORY_SIZE"


def test_kinds_follow_the_models() -> None:
    kinds = {option.name: option.kind for option in options()}

    assert {
        name: kinds[name] for name in ("source", "requirements", "function-name", "architecture", "environment")
    } == {
        "source": "path",
        "requirements": "path",
        "function-name": "string",
        "architecture": "string",
        "environment": "map",
    }
    assert {
        name: kinds[name] for name in ("timeout", "layers", "vpc-config", "file-system-configs", "smoke", "exclude")
    } == {
        "timeout": "integer",
        "layers": "list",
        "vpc-config": "json",
        "file-system-configs": "json",
        "smoke": "json",
        "exclude": "list",
    }


def test_reading_the_options_imports_nothing_heavy() -> None:
    code = (
        "import sys; from lambda_ci.inputs import options, action; options.options(); "
        "print([name for name in ('pydantic', 'yaml', 'boto3', 'botocore', 'requests') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)

    assert done.stdout.strip() == "[]"


def test_loading_settings_imports_neither_boto3_nor_requests() -> None:
    code = (
        "import sys; from lambda_ci.inputs import settings; settings.lambda_model(); "
        "print([name for name in ('boto3', 'botocore', 'requests', 'jmespath', 'rich', 'difflib') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)

    assert done.stdout.strip() == "[]"


def test_inputs_of_an_action_keep_their_dashes() -> None:
    environ = {"INPUT_MEMORY-SIZE": "512", "INPUT_HANDLER": "", "PATH": "/bin", "INPUTS": "x"}

    assert from_environ(environ) == {"memory-size": "512", "handler": ""}


def test_without_inputs_this_is_no_action() -> None:
    assert from_environ({"PATH": "/bin"}) is None


def test_an_input_that_the_action_does_not_have_is_a_warning(configuration: Configuration) -> None:
    configuration.one()
    configuration.inputs = {"command": "check", "local": "false", "memory-siz": "128", "unused": ""}

    assert [str(warning) for warning in configuration.load().warnings] == [
        'input memory-siz: there is no such input; did you mean "memory-size"?'
    ]


def test_credentials_in_an_address_are_not_quoted(configuration: Configuration) -> None:
    configuration.one()
    configuration.flags = {"endpoint-url": "ftp://joe:hunter2@host/", "config": ""}
    problems = configuration.problems()

    assert problems == ["flag --config: is empty; name a file, or leave the option out"]
    configuration.flags = {"endpoint-url": "ftp://joe:hunter2@host/"}
    assert "hunter2" not in str(configuration.problems())
