"""Who moves the calls: lambda-ci in steps, or AWS CodeDeploy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration

GROUP = "codedeploy: {application: shop, group: orders}"


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ("rollout: {}", ""),
        ("rollout: {strategy: canary}", "canary, 10 % for 5 min"),
        ("rollout: {strategy: linear, percent: 20, minutes: 0.5}", "linear, 20 % every 0.5 min"),
        (f"rollout: {{{GROUP}}}", "CodeDeploy shop/orders"),
        (
            "rollout: {codedeploy: {application: shop, group: orders, config: CodeDeployDefault.LambdaAllAtOnce}}",
            "CodeDeploy shop/orders (CodeDeployDefault.LambdaAllAtOnce)",
        ),
    ],
)
def test_a_rollout_in_words(configuration: Configuration, declared: str, words: str) -> None:
    configuration.one(declared)
    assert configuration.function().spec.rollout.text == words


def test_none_takes_back_what_defaults_say(configuration: Configuration) -> None:
    configuration.one("rollout: {codedeploy: none, strategy: canary}", top=f"defaults: {{rollout: {{{GROUP}}}}}")
    rollout = configuration.function().spec.rollout
    assert (rollout.by_codedeploy, rollout.strategy) == (None, "canary")


def test_a_flag_names_a_group(configuration: Configuration) -> None:
    configuration.one("")
    configuration.flags = {"rollout-codedeploy": "{application: shop, group: orders}"}
    assert configuration.function().spec.rollout.text == "CodeDeploy shop/orders"


@pytest.mark.parametrize(
    ("declared", "problems"),
    [
        (f"rollout: {{strategy: canary, {GROUP}}}", ["6:15: functions.f.rollout.strategy: says in which steps lambda-ci moves calls; with `codedeploy` its deployment configuration does"]),
        (f"rollout: {{{GROUP}, alarms: [late]}}", ["6:63: functions.f.rollout.alarms: are watched by lambda-ci; with `codedeploy` give them to the deployment group"]),
        (f"rollout: {{{GROUP}, max-error-rate: 2}}", ["6:63: functions.f.rollout.max-error-rate: is watched by lambda-ci; with `codedeploy` give the deployment group an alarm on errors"]),
        ("rollout: {codedeploy: {application: shop}}", ["6:15: functions.f.rollout.codedeploy.group: is required"]),
        ("rollout: {codedeploy: shop}", ['6:27: functions.f.rollout.codedeploy: must be a mapping (KEY: value) or "none", not "shop"']),
        ("rollout: {codedeploy: {application: a/b, group: orders}}", ['6:41: functions.f.rollout.codedeploy.application: must be letters, digits and the characters +=,.@_-, not "a/b"']),
        ("rollout: {codedeploy: {application: a, group: b, hooks: {before-allow-traffic: 'f:1'}}}", ['6:84: functions.f.rollout.codedeploy.hooks.before-allow-traffic: must be the name of a function, or its ARN without a version, not "f:1"']),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said_with_its_place(
    configuration: Configuration, declared: str, problems: list[str]
) -> None:
    configuration.one(declared)
    assert configuration.problems() == [f"lambda-ci.yml:{problem}" for problem in problems]
