"""What a rollout by AWS CodeDeploy needs beside the alias. The deployment group has a role of its own, which moves the calls."""

from __future__ import annotations

from lambda_ci.deploy.iam.scope import Right, Scope, everything, right

_FEATURE = "Rollouts by AWS CodeDeploy"
_WHEN = "with `rollout: {codedeploy: …}`"


def _used(scope: Scope) -> bool:
    return scope.function.spec.rollout.by_codedeploy is not None


def _group(scope: Scope) -> tuple[str, ...]:
    spec = scope.function.spec.rollout.by_codedeploy
    return (scope.arn("codedeploy", f"deploymentgroup:{spec.name}"),) if spec else ()


def _application(scope: Scope) -> tuple[str, ...]:
    spec = scope.function.spec.rollout.by_codedeploy
    return (scope.arn("codedeploy", f"application:{spec.application}"),) if spec else ()


def _config(scope: Scope) -> tuple[str, ...]:
    spec = scope.function.spec.rollout.by_codedeploy
    return (scope.arn("codedeploy", f"deploymentconfig:{spec.config or '*'}"),) if spec else ()


RIGHTS: tuple[Right, ...] = (
    right(_FEATURE, "codedeploy:CreateDeployment", "deploy", _group, needed=_used, when=_WHEN),
    right(
        _FEATURE,
        "codedeploy:GetDeployment codedeploy:ListDeployments",
        "deploy rollback",
        _group,
        needed=_used,
        when=_WHEN,
    ),
    right(
        _FEATURE,
        "codedeploy:RegisterApplicationRevision codedeploy:GetApplicationRevision",
        "deploy",
        _application,
        needed=_used,
        when=_WHEN,
    ),
    right(_FEATURE, "codedeploy:GetDeploymentConfig", "deploy", _config, needed=_used, when=_WHEN),
    right(
        _FEATURE,
        "codedeploy:StopDeployment",
        "deploy rollback",
        everything,
        needed=_used,
        when=f"{_WHEN}, when a job is cancelled or rolled back meanwhile",
    ),
    right(
        _FEATURE,
        "codedeploy:ListDeploymentTargets codedeploy:GetDeploymentTarget",
        "deploy",
        everything,
        needed=_used,
        when=_WHEN,
        without="the steps of the deployment, and which of them failed, are not told",
    ),
)
