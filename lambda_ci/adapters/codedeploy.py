"""AWS CodeDeploy, as far as a Lambda function needs it: a deployment moves the calls of an alias from one version to another.

Sources: CodeDeploy API reference; "AppSpec file structure for AWS Lambda deployments" in the CodeDeploy user guide.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lambda_ci.adapters.aws_answers import member
from lambda_ci.adapters.aws_errors import Refusal, asking

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT = "DeploymentLimitExceededException"
"""The group has a deployment under way already."""
_OVER = frozenset({"Succeeded", "Failed", "Stopped"})
_UNDER_WAY = ["Created", "Queued", "InProgress", "Baking", "Ready"]
_ROLLED_BACK_ON = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]
_LONGEST = 100
"""Characters of a description."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """A deployment group; ``config`` is empty for the group's own deployment configuration."""

    application: str
    name: str
    config: str = ""


@dataclass(frozen=True, kw_only=True)
class Shift:
    """What a deployment does. ``before`` and ``after`` are versions, ``hooks`` are functions by CodeDeploy's lifecycle event."""

    function_name: str
    alias: str
    before: str
    after: str
    hooks: Mapping[str, str] = field(default_factory=dict)

    @property
    def description(self) -> str:
        """Tells one shift from another, also when the answer to its creation was lost."""
        text = f"lambda-ci: version {self.after} after {self.before} of {self.function_name}:{self.alias}"
        return text[:_LONGEST]

    @property
    def appspec(self) -> str:
        """JSON."""
        properties = {
            "Name": self.function_name,
            "Alias": self.alias,
            "CurrentVersion": self.before,
            "TargetVersion": self.after,
        }
        hooks = [{event: function} for event, function in self.hooks.items()]
        resource = {"function": {"Type": "AWS::Lambda::Function", "Properties": properties}}
        return json.dumps({"version": 0.0, "Resources": [resource], **({"Hooks": hooks} if hooks else {})})


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """``status`` is AWS's word; it may be one that is not documented. ``trouble``: code and message of what failed.
    ``goes_back``: CodeDeploy made it to take another one back."""

    identity: str
    status: str
    description: str
    trouble: str = ""
    goes_back: bool = False

    @property
    def over(self) -> bool:
        return self.status in _OVER

    @property
    def succeeded(self) -> bool:
        return self.status == "Succeeded"


@dataclass(frozen=True, kw_only=True)
class Event:
    """One step of a deployment, such as BeforeAllowTraffic. ``status`` is AWS's word, ``message`` what it says of a failure."""

    name: str
    status: str
    message: str = ""


@dataclass(frozen=True)
class CodeDeploy:
    """``client`` is boto3's. Every method raises ``Refusal``, and ``AwsError`` for an answer that is not AWS's."""

    client: Any

    def create(self, group: Group, shift: Shift) -> str:
        """The id of a new deployment. CodeDeploy takes it back by itself when it fails, an alarm rings, or it is stopped."""
        doing = f"have CodeDeploy {group.application}/{group.name} move {shift.function_name}:{shift.alias}"
        content = shift.appspec
        digest = hashlib.sha256(content.encode()).hexdigest()
        with asking(doing):
            answer = self.client.create_deployment(
                **_address(group),
                revision={
                    "revisionType": "AppSpecContent",
                    "appSpecContent": {"content": content, "sha256": digest},
                },
                description=shift.description,
                autoRollbackConfiguration={"enabled": True, "events": _ROLLED_BACK_ON},
                **({"deploymentConfigName": group.config} if group.config else {}),
            )
        return str(member(answer, "deploymentId", doing))

    def deployment(self, identity: str) -> Deployment:
        """A deployment as it is now."""
        doing = f"read the deployment {identity} of CodeDeploy"
        with asking(doing):
            answer = self.client.get_deployment(deploymentId=identity)
        found = member(answer, "deploymentInfo", doing)
        error = found.get("errorInformation") or {}
        return Deployment(
            identity=identity,
            status=str(member(found, "status", doing)),
            description=found.get("description", ""),
            trouble=": ".join(part for part in (error.get("code"), error.get("message")) if part),
            goes_back=found.get("creator") == "codeDeployRollback",
        )

    def under_way(self, group: Group) -> tuple[Deployment, ...]:
        """What the group works on: one deployment at most."""
        doing = f"list the deployments of CodeDeploy {group.application}/{group.name}"
        with asking(doing):
            answer = self.client.list_deployments(**_address(group), includeOnlyStatuses=_UNDER_WAY)
        found = (self.deployment(identity) for identity in member(answer, "deployments", doing))
        return tuple(one for one in found if not one.over)

    def events(self, identity: str) -> tuple[Event, ...]:
        """The steps of a deployment, in order; none before it begins, and where nobody may look: they are words only."""
        try:
            with asking(f"read the steps of the deployment {identity}"):
                targets = self.client.list_deployment_targets(deploymentId=identity).get("targetIds", [])
                found = [self.client.get_deployment_target(deploymentId=identity, targetId=one) for one in targets[:1]]
        except Refusal:
            return ()
        lambdas = [one.get("deploymentTarget", {}).get("lambdaTarget", {}) for one in found]
        return tuple(_event(event) for one in lambdas for event in one.get("lifecycleEvents", []))

    def stop(self, identity: str) -> None:
        """Have it end, and the calls given back. One that has ended already is left as it is."""
        doing = f"stop the deployment {identity} of CodeDeploy"
        try:
            with asking(doing):
                answer = self.client.stop_deployment(deploymentId=identity, autoRollbackEnabled=True)
            member(answer, "status", doing)
        except Refusal as refusal:
            if refusal.code != "DeploymentAlreadyCompletedException":
                raise


def _address(group: Group) -> dict[str, str]:
    return {"applicationName": group.application, "deploymentGroupName": group.name}


def _event(described: Mapping[str, Any]) -> Event:
    diagnostics = described.get("diagnostics") or {}
    parts = (diagnostics.get("errorCode"), diagnostics.get("message"))
    return Event(
        name=described.get("lifecycleEventName", ""),
        status=described.get("status", ""),
        message=": ".join(part for part in parts if part),
    )
