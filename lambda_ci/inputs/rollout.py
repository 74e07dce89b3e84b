"""What no schema can say about rollouts: either lambda-ci moves the calls, or AWS CodeDeploy does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_ci.inputs.located import Located
    from lambda_ci.model.problem import Problem

_BY_CODEDEPLOY = {
    "strategy": "says in which steps lambda-ci moves calls; with `codedeploy` its deployment configuration does",
    "percent": "says in which steps lambda-ci moves calls; with `codedeploy` its deployment configuration does",
    "minutes": "says in which steps lambda-ci moves calls; with `codedeploy` its deployment configuration does",
    "alarms": "are watched by lambda-ci; with `codedeploy` give them to the deployment group",
    "max-error-rate": "is watched by lambda-ci; with `codedeploy` give the deployment group an alarm on errors",
}


def check_rollout(function: Located) -> Iterator[Problem]:
    """One of both; ``codedeploy: none`` takes back what ``defaults`` say."""
    rollout, codedeploy = function.at("rollout"), function.at("rollout", "codedeploy")
    if rollout is None or codedeploy is None or not codedeploy.entries:
        return
    for name, message in _BY_CODEDEPLOY.items():
        node = rollout.at(name)
        if node is not None and node.value is not None:
            yield node.key_problem(message)
