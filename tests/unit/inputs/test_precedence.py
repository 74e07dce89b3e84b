from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.inputs.sections import LEAST

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration

FILE = """\
version: 1
defaults: {handler: app.handler, runtime: python3.13, description: defaults, timeout: 1}
functions:
  f: {description: function}
  g: {}
stages:
  prod:
    defaults: {description: stage defaults}
    functions: {f: {description: stage function}}
  empty:
"""


def described(configuration: Configuration) -> dict[str, tuple[object, str]]:
    """The description of every function, and where it came from."""
    settings = configuration.load()
    return {
        function.name: (
            function.spec.members["Description"],
            str(settings.origins[f"functions.{function.name}.description"]),
        )
        for function in settings.functions
    }


def test_a_function_beats_the_defaults(configuration: Configuration) -> None:
    configuration.write(FILE)

    assert described(configuration) == {
        "f": ("function", "lambda-ci.yml:4:20"),
        "g": ("defaults", "lambda-ci.yml:2:68"),
    }


def test_the_chosen_stage_beats_the_rest_of_the_file(configuration: Configuration) -> None:
    configuration.write(FILE)
    configuration.flags = {"stage": "prod"}

    assert described(configuration) == {
        "f": ("stage function", "lambda-ci.yml:9:34"),
        "g": ("stage defaults", "lambda-ci.yml:8:29"),
    }
    assert configuration.load().stage == "prod"


def test_an_empty_stage_changes_nothing(configuration: Configuration) -> None:
    configuration.write(FILE)
    configuration.flags = {"stage": "empty"}

    assert described(configuration)["f"] == ("function", "lambda-ci.yml:4:20")


def test_variables_beat_the_file_inputs_beat_variables_and_flags_beat_inputs(configuration: Configuration) -> None:
    configuration.write(FILE)
    configuration.flags = {"stage": "prod"}
    configuration.environ = {"LAMBDA_CI_DESCRIPTION": "variable"}
    assert described(configuration)["g"] == ("variable", "environment LAMBDA_CI_DESCRIPTION")

    configuration.inputs = {"description": "input"}
    assert described(configuration)["g"] == ("input", "input description")

    configuration.flags = {"stage": "prod", "description": "flag"}
    assert described(configuration)["g"] == ("flag", "flag --description")


def test_mappings_merge_by_key_across_all_sources(configuration: Configuration) -> None:
    configuration.one("environment: {AA: file, BB: file, CC: file, DD: file}")
    configuration.environ = {"LAMBDA_CI_ENVIRONMENT": "BB=variable\nCC=variable\nDD=variable"}
    configuration.inputs = {"environment": '{"CC": "input", "DD": "input"}'}
    configuration.flags = {"environment": "DD=flag"}

    settings = configuration.load()

    assert settings.functions[0].spec.environment == {"AA": "file", "BB": "variable", "CC": "input", "DD": "flag"}
    assert str(settings.origins["functions.f.environment.CC"]) == "input environment"


def test_lists_are_replaced(configuration: Configuration) -> None:
    configuration.one("exclude: [b]", top="defaults: {exclude: [a, c]}")

    assert configuration.function().spec.exclude == ("b",)


def test_a_key_with_nothing_after_it_unsets_what_lies_below(configuration: Configuration) -> None:
    configuration.one("timeout:\nalias:\nenvironment:", top="defaults: {timeout: 3, alias: next, environment: {AA: x}}")

    spec = configuration.function().spec

    assert (dict(spec.members), spec.alias, spec.environment) == ({}, "live", None)


def test_the_project_settings_have_the_same_order(configuration: Configuration) -> None:
    configuration.one(
        top="aws: {region: eu-west-1, profile: p}\nstaging: {bucket: file-bucket, prefix: x/}\nstages: {s: {aws: {region: eu-west-2}}}"
    )
    assert configuration.load().aws.region == "eu-west-1"

    configuration.flags = {"stage": "s", "staging-bucket": "flag-bucket"}
    settings = configuration.load()
    assert (settings.aws.region, settings.aws.profile) == ("eu-west-2", "p")
    assert settings.staging is not None
    assert (settings.staging.bucket, settings.staging.prefix) == ("flag-bucket", "x/")

    configuration.inputs = {"region": "us-east-1"}
    assert configuration.load().aws.region == "us-east-1"


def test_empty_inputs_and_variables_are_absent_but_an_empty_flag_is_not(configuration: Configuration) -> None:
    configuration.one("description: file")
    configuration.environ = {"LAMBDA_CI_DESCRIPTION": ""}
    configuration.inputs = {"description": "  "}
    assert configuration.function().spec.members["Description"] == "file"

    configuration.flags = {"description": ""}
    assert configuration.function().spec.members["Description"] == ""


def test_one_function_needs_no_file(configuration: Configuration) -> None:
    configuration.flags = {"function-name": "orders", "memory-size": "256"}
    configuration.inputs = {"handler": "app.handler"}
    configuration.environ = {"LAMBDA_CI_RUNTIME": "python3.13"}

    settings = configuration.load()

    assert settings.root == configuration.folder
    assert settings.project == "lambda-ci"
    (function,) = settings.functions
    assert (function.name, function.function_name, function.spec.members) == ("orders", "orders", {"MemorySize": 256})


def test_what_one_function_without_a_file_lacks_is_asked_for(configuration: Configuration) -> None:
    configuration.flags = {"function-name": "orders"}

    assert configuration.problems() == [
        f"flag --function-name: {name}: is required: give the flag --{name}, the input {name} or the variable LAMBDA_CI_{name.upper()}"
        for name in ("handler", "runtime")
    ]


def test_neither_a_file_nor_a_function_is_one_clear_problem(configuration: Configuration) -> None:
    assert configuration.problems() == [
        (
            f"{configuration.folder}: there is nothing to work on: no lambda-ci.yml here, and no function named; have "
            "`lambda-ci init` write one (the least is {version: 1, functions: {NAME: {handler: app.handler, runtime: python3.13}}}), "
            "name one with --config, or describe one function with --function-name, --handler, …"
        )
    ]


def test_in_an_action_the_inputs_are_named_and_the_step_that_is_forgotten(configuration: Configuration) -> None:
    configuration.inputs = {"command": "deploy"}

    (problem,) = configuration.problems()
    assert "check the repository out before this step (on GitHub: actions/checkout)" in problem
    assert "the inputs function-name, handler" in problem
    assert "--" not in problem


def test_the_least_configuration_that_is_told_is_one(configuration: Configuration) -> None:
    (configuration.folder / "app.py").write_text("handler = print\n")
    configuration.write(LEAST)

    assert configuration.problems() == []


def test_below_a_project_its_file_is_named(configuration: Configuration) -> None:
    file = configuration.write(LEAST)
    configuration.folder /= "src"
    configuration.folder.mkdir(exist_ok=True)

    (problem,) = configuration.problems()

    assert problem.endswith(f"; there is one in {file.parent}: go there, or give --config {file}")


def test_a_stage_without_a_file_is_a_problem(configuration: Configuration) -> None:
    configuration.flags = {"function-name": "f", "handler": "a.b", "runtime": "python3.13", "stage": "prod"}

    assert configuration.problems() == ["flag --stage: a stage stands in a configuration file, and there is none here"]


def test_functions_are_selected_in_the_order_of_the_file(configuration: Configuration) -> None:
    configuration.write(FILE)
    configuration.flags = {"function": "g\nf"}

    assert [function.name for function in configuration.load().functions] == ["f", "g"]


def test_an_unknown_function_or_stage_is_a_problem_with_a_suggestion(configuration: Configuration) -> None:
    configuration.write(FILE.replace("  f:", "  orders:").replace("{f:", "{orders:"))
    configuration.inputs = {"function": "order,g"}
    configuration.flags = {"stage": "prd"}

    assert configuration.problems() == [
        'flag --stage: there is no stage "prd" in the file (its stages: prod, empty); did you mean "prod"?',
        'input function: there is no function "order" (there are: orders, g); did you mean "orders"?',
    ]


def test_one_name_cannot_serve_several_functions(configuration: Configuration) -> None:
    configuration.write(FILE)
    configuration.flags = {"function-name": "x"}
    problems = configuration.problems()
    assert "flag --function-name: one name cannot serve 2 functions; choose one with --function" in problems

    configuration.flags = {"function-name": "x", "function": "g"}
    assert configuration.function().function_name == "x"


def test_functions_that_were_not_selected_are_checked_nevertheless(configuration: Configuration) -> None:
    configuration.write(FILE + "  other: {functions: {g: {timeot: 3}}}\n")
    configuration.flags = {"function": "f"}

    assert configuration.problems() == [
        'lambda-ci.yml:11:27: stages.other.functions.g.timeot: unknown key; did you mean "timeout"?'
    ]


def test_folders_come_from_options_and_defaults(configuration: Configuration) -> None:
    configuration.one()
    configuration.environ = {"HOME": "/home/ada"}
    settings = configuration.load()
    assert settings.output_dir == configuration.folder / "dist"
    assert str(settings.cache_dir) == "/home/ada/.cache/lambda-ci"

    configuration.flags = {"output-dir": "out", "cache-dir": "/cache"}
    settings = configuration.load()
    assert settings.output_dir == configuration.folder / "out"
    assert str(settings.cache_dir) == "/cache"


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"LAMBDA_CI_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/a"),
        ({"LAMBDA_CI_CACHE_DIR": "/d", "LAMBDA_CI_CACHE": "/a"}, "/d"),
        ({"XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/b/lambda-ci"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/c"}, "/c/.cache/lambda-ci"),
    ],
)
def test_the_cache_follows_the_environment(environ: dict[str, str], folder: str, configuration: Configuration) -> None:
    configuration.one()
    configuration.environ = environ

    assert str(configuration.load().cache_dir) == folder


def test_a_file_elsewhere_is_the_root_of_its_paths(configuration: Configuration) -> None:
    configuration.write(
        "version: 1\nfunctions: {f: {handler: a.b, runtime: python3.13, source: ../src}}\n", "sub/ci.yml"
    )
    configuration.write("", "src/requirements.txt")
    configuration.flags = {"config": "sub/ci.yml"}

    settings = configuration.load()

    assert settings.root == configuration.folder / "sub"
    assert settings.functions[0].source == configuration.folder / "src"
    assert str(settings.origins["functions.f.handler"]) == "sub/ci.yml:2:26"
