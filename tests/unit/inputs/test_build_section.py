from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import ConfigurationError

if TYPE_CHECKING:
    from lambda_ci.model.spec.packages import BuildSpec
    from tests.fakes.configuration import Configuration

FILE = """\
version: 1
build: {backend: container, system-packages: [gcc], timeout: 20}
defaults: {handler: app.handler, runtime: python3.13}
functions:
  f: {}
  g: {build: {backend: auto, image: "example/image:1"}}
stages:
  prod:
    build: {timeout: 40}
    functions: {g: {build: {timeout: 50}}}
"""


def built(configuration: Configuration) -> dict[str, BuildSpec]:
    return {function.name: function.spec.build for function in configuration.load().functions}


def test_without_a_word_wheels_are_taken_and_the_rest_is_built(configuration: Configuration) -> None:
    configuration.write("version: 1\nfunctions: {f: {handler: app.handler, runtime: python3.13}}\n")
    assert built(configuration)["f"].backend == "auto"
    assert built(configuration)["f"].timeout == 15


def test_what_stands_at_the_top_holds_for_every_function_that_says_nothing_else(configuration: Configuration) -> None:
    configuration.write(FILE)
    found = built(configuration)
    assert (found["f"].backend, found["f"].system_packages, found["f"].timeout) == ("container", ("gcc",), 20)
    assert (found["g"].backend, found["g"].system_packages, found["g"].image) == ("auto", ("gcc",), "example/image:1")


def test_a_stage_says_it_better(configuration: Configuration) -> None:
    configuration.write(FILE)
    configuration.flags = {"stage": "prod"}
    assert {name: one.timeout for name, one in built(configuration).items()} == {"f": 40, "g": 50}


def test_a_flag_beats_all_of_it(configuration: Configuration) -> None:
    configuration.write(FILE)
    configuration.flags = {
        "build-backend": "wheels",
        "build-system-packages": "gcc-c++, libpq-devel",
        "build-timeout": "0.5",
    }
    for one in built(configuration).values():
        assert (one.backend, one.system_packages, one.timeout) == ("wheels", ("gcc-c++", "libpq-devel"), 0.5)


@pytest.mark.parametrize(
    ("section", "what"),
    [
        ("{backend: docker}", "backend"),
        ("{system-packages: ['--installroot=/']}", "system-packages"),
        ("{system-packages: ['gcc; rm -rf /']}", "system-packages"),
        ("{timeout: 0}", "timeout"),
        ("{image: '--privileged'}", "image"),
        ("{images: x}", "images"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(configuration: Configuration, section: str, what: str) -> None:
    configuration.write(FILE.replace("{backend: container, system-packages: [gcc], timeout: 20}", section))
    with pytest.raises(ConfigurationError) as caught:
        configuration.load()
    assert any(problem.origin.line == 2 and what in problem.key for problem in caught.value.problems)
