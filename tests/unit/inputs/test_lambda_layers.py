"""Layers in the configuration: declared, named, fixed to a target, and everything that Lambda would not take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.model.platform import facts
from lambda_ci.model.target import Architecture, Target

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration

ARN = "arn:aws:lambda:eu-west-1:123456789012:layer:{}:{}"
DEPS = "layers:\n  deps: {requirements: requirements.txt}"


@pytest.fixture(autouse=True)
def files(configuration: Configuration) -> None:
    configuration.write("six\n", "requirements.txt")
    configuration.write("x = 1\n", "shared/common.py")


def test_a_layer_has_its_files_its_options_and_no_target_yet(configuration: Configuration) -> None:
    top = "build: {backend: wheels}\nlayers:\n  deps:\n    requirements: requirements.txt\n    groups: [web]\n"
    configuration.one("layers: [deps]", top=top + "    package: {slim: [tests]}\n  shared: {source: shared}")
    settings = configuration.load()
    deps, shared = settings.layers["deps"], settings.layers["shared"]
    assert (deps.source, deps.requirements) == (None, configuration.folder / "requirements.txt")
    assert (shared.source, shared.requirements) == (configuration.folder / "shared", None)
    assert (deps.spec.groups, deps.spec.build.backend, deps.spec.package.slim) == (("web",), "wheels", ("tests",))
    assert shared.spec.build.backend == "wheels"
    target = Target("python3.13", Architecture.ARM64)
    assert deps.built_for(target).spec.target == target
    assert settings.functions[0].spec.layers == ("deps",)


def test_flags_about_building_hold_for_layers_as_well(configuration: Configuration) -> None:
    configuration.one("layers: [deps]", top=DEPS)
    configuration.flags = {"build-backend": "in-place"}
    assert configuration.load().layers["deps"].spec.build.backend == "in-place"


def test_a_stage_changes_a_layer(configuration: Configuration) -> None:
    configuration.write("six==1.16\n", "old.txt")
    configuration.one(
        "layers: [deps]", top=f"{DEPS}\nstages: {{prod: {{layers: {{deps: {{requirements: old.txt}}}}}}}}"
    )
    assert configuration.load().layers["deps"].requirements == configuration.folder / "requirements.txt"
    configuration.flags = {"stage": "prod"}
    assert configuration.load().layers["deps"].requirements == configuration.folder / "old.txt"


def test_layers_come_from_a_flag_and_from_defaults(configuration: Configuration) -> None:
    configuration.one("", top=f"{DEPS}\ndefaults: {{layers: [deps], layer: auto}}")
    function = configuration.function()
    assert (function.spec.layers, function.spec.layer) == (("deps",), "auto")
    configuration.flags = {"layers": ARN.format("x", 1), "layer": "never"}
    function = configuration.function()
    assert (function.spec.layers, function.spec.layer) == ((ARN.format("x", 1),), "never")


def test_nothing_declared_and_an_empty_list_are_two_things(configuration: Configuration) -> None:
    configuration.one("")
    assert configuration.function().spec.layers is None
    configuration.one("layers: []")
    assert configuration.function().spec.layers == ()


@pytest.mark.parametrize(
    ("layers", "problem"),
    [
        (
            "[dep]",
            ('8:14: functions.f.layers[0]: "dep" is neither under `layers` at the top nor the ARN of a layer version; '
            'did you mean "deps"?'),
        ),
        ("[3.10]", '8:14: functions.f.layers[0]: 3.10 was read as the number 3.1; write "3.10"'),
        ("deps", '8:13: functions.f.layers: must be a list, not "deps"'),
        ("[deps, deps]", '8:20: functions.f.layers[1]: "deps" is in the list already; a function has one version of a layer'),
        (
            f'["{ARN.format("x", 1)}", "{ARN.format("x", 2)}"]',
            ('8:65: functions.f.layers[1]: "arn:aws:lambda:eu-west-1:123456789012:layer:x" is in the list already; '
            "a function has one version of a layer"),
        ),
        (
            "['arn:aws:lambda:eu-west-1:123456789012:layer:x']",
            ('8:14: functions.f.layers[0]: "arn:aws:lambda:eu-west-1:123456789012:layer:x" does not have the form that AWS '
            "requires of a LayerVersionArn"),
        ),
    ],
)  # fmt: skip
def test_a_wrong_list_gets_one_line_with_its_place(configuration: Configuration, layers: str, problem: str) -> None:
    configuration.one(f"layers: {layers}", top=DEPS)
    assert configuration.problems() == [f"lambda-ci.yml:{problem}"]


def test_more_than_five_are_refused_and_an_automatic_one_counts(configuration: Configuration) -> None:
    assert facts().limits.layers_count == 5
    six = ", ".join(f'"{ARN.format(number, 1)}"' for number in range(6))
    configuration.one(f"layers: [{six}]")
    assert configuration.problems() == ["lambda-ci.yml:6:13: functions.f.layers: must have at most 5 entries, not 6"]
    five = ", ".join(f'"{ARN.format(number, 1)}"' for number in range(5))
    configuration.one(f"layers: [{five}]\nlayer: auto")
    assert configuration.problems() == [
        "lambda-ci.yml:6:13: functions.f.layers: must have at most 4 entries beside `layer: auto`, which adds one, not 5"
    ]


@pytest.mark.parametrize(
    ("key", "value", "runs"), [("runtime", "python3.12", "python3.13"), ("architecture", "arm64", "x86_64")]
)
def test_a_layer_for_one_target_is_for_functions_of_that_target(
    configuration: Configuration, key: str, value: str, runs: str
) -> None:
    configuration.one("layers: [deps]", top=f"layers:\n  deps: {{requirements: requirements.txt, {key}: {value}}}")
    assert configuration.problems() == [
        f"lambda-ci.yml:8:14: functions.f.layers[0]: the layer is for {key} {value} only, and the function's is {runs}"
    ]


@pytest.mark.parametrize(
    ("layer", "problem"),
    [
        ("{}", "3:3: layers.deps.requirements: is required, or `source`: there is nothing to put into the layer"),
        ("{requirements: false}", "3:3: layers.deps.requirements: is required, or `source`: there is nothing to put into the layer"),
        ("{requirements: gone.txt}", '3:24: layers.deps.requirements: "gone.txt" does not exist'),
        ("{source: gone}", '3:18: layers.deps.source: "gone" does not exist'),
        ("{source: shared, handler: a.b}", "3:26: layers.deps.handler: unknown key"),
        ("{source: shared, runtime: java}", '3:35: layers.deps.runtime: must be a Python runtime of Lambda, such as python3.13, not "java"'),
        (f"{{source: shared, description: {'x' * 161}}}", "3:39: layers.deps.description: must have at most 160 characters, not 161"),
        ("[]", "3:9: layers.deps: must be a mapping (KEY: value), not a list"),
    ],
)  # fmt: skip
def test_a_wrong_layer_gets_its_place(configuration: Configuration, layer: str, problem: str) -> None:
    configuration.one("", top=f"layers:\n  deps: {layer}")
    assert f"lambda-ci.yml:{problem}" in configuration.problems()


def test_a_stage_cannot_have_layers_that_the_file_does_not_have(configuration: Configuration) -> None:
    configuration.one("", top=f"{DEPS}\nstages: {{prod: {{layers: {{dep: {{source: shared}}}}}}}}")
    assert configuration.problems() == [
        'lambda-ci.yml:4:26: stages.prod.layers.dep: no such layer under `layers`; did you mean "deps"?'
    ]


def test_an_image_has_no_layers(configuration: Configuration) -> None:
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/f:1"
    configuration.one(f"layers: [deps]\npackage-type: Image\nimage-uri: {image}", top=DEPS)
    [problem] = [one for one in configuration.problems() if "layers:" in one]
    assert problem.endswith("functions.f.layers: an image has no layers: put what they hold into the image")


def test_a_name_from_the_environment_is_not_printed(configuration: Configuration) -> None:
    configuration.environ = {"LAYER": "hunter2"}
    configuration.one('layers: ["${env:LAYER}"]', top=DEPS)
    [problem] = configuration.problems()
    assert "this layer is neither" in problem
    assert "hunter2" not in problem
