"""CodeDeploy for Lambda: deployments that move the calls of aliases of the Lambda beside it, one step at each look.

aws.codedeploy.groups["shop/orders"] = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
aws.codedeploy.failing = Failure("AfterAllowTraffic", "HOOK_EXECUTION_FAILURE", "The hook said no.")

Nobody recorded it: wordings are those that users report, the order of the steps is that of the user guide.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.aws_lambda_state import Answer
from tests.fakes.aws_strict import AwsRefusal, Json, JsonObject, service_model, violations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.aws_lambda import FakeLambda

EVENTS = ("BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic")
_INVALID = (
    "The deployment failed because the AppSpec file that specifies the AWS Lambda deployment configuration is missing or has an "
    "invalid configuration."
)
_MISMATCH = f"{_INVALID} The Lambda function alias version does not match the current version in AppSpec file."
_OVER = {"Succeeded", "Failed", "Stopped"}


@dataclass(frozen=True)
class Failure:
    """What ends a deployment, and in which of its ``EVENTS``."""

    event: str
    code: str
    message: str


@dataclass
class Shifting:
    """One deployment. ``left``: what it has still to do: an event, and what the new version gets of the calls then."""

    identity: str
    group: str
    request: JsonObject
    properties: JsonObject
    left: list[tuple[str, float]]
    status: str = "Created"
    event: str = ""
    weight: float = 0.0
    error: JsonObject = field(default_factory=dict)
    failure: Failure | None = None
    going_back: str = ""
    """The id of the deployment that takes it back."""
    failed_event: str = ""
    creator: str = "user"

    @property
    def over(self) -> bool:
        return self.status in _OVER


@dataclass
class FakeCodeDeploy:
    """``groups``: deployment configuration by ``APPLICATION/GROUP``."""

    lambda_: FakeLambda
    groups: dict[str, str] = field(default_factory=dict)
    deployments: dict[str, Shifting] = field(default_factory=dict)
    failing: Failure | None = None
    """Ends the next deployment."""
    going_back: int = 1
    """How many looks it takes until calls are back; 0: they never come."""

    def operation(self, headers: Mapping[str, str], body: bytes) -> tuple[str, JsonObject]:
        service, _, operation = headers.get("x-amz-target", "").partition(".")
        model = service_model("codedeploy")
        if service != "CodeDeploy_20141006" or operation not in model.operation_names:
            raise AwsRefusal(400, "UnknownOperationException", operation)
        request: JsonObject = json.loads(body)
        shape = model.operation_model(operation).input_shape
        problems = violations(shape, request) if shape is not None else []
        if problems:
            raise AwsRefusal(400, "ValidationException", "; ".join(problems))
        return operation, request

    def answer(self, operation: str, request: JsonObject) -> Answer:
        operations = {
            "CreateDeployment": self._create,
            "GetDeployment": self._get,
            "ListDeployments": self._list,
            "StopDeployment": self._stop,
            "ListDeploymentTargets": self._targets,
            "GetDeploymentTarget": self._target,
        }
        if operation not in operations:
            raise AwsRefusal(400, "UnknownOperationException", operation)
        return Answer(operations[operation](request))

    def run_to_its_end(self, identity: str) -> None:
        """As time would."""
        while not self.deployments[identity].over:
            self._advance(self.deployments[identity])

    def _create(self, request: JsonObject) -> JsonObject:
        group = self._group(request)
        busy = next((one for one in self.deployments.values() if one.group == group and not one.over), None)
        if busy:
            name = request["deploymentGroupName"]
            text = f"The Deployment Group '{name}' is already deploying deployment '{busy.identity}'"
            raise AwsRefusal(400, "DeploymentLimitExceededException", text)
        properties = _properties(request["revision"])
        identity = f"d-{len(self.deployments) + 1:09X}"
        config = request.get("deploymentConfigName", self.groups[group])
        shares = [("AllowTraffic", share) for share in _shares(config)]
        left = [("BeforeAllowTraffic", 0.0), *shares, ("AfterAllowTraffic", 1.0)]
        self.deployments[identity] = Shifting(identity, group, request, properties, left, failure=self.failing)
        self.failing = None
        return {"deploymentId": identity}

    def _get(self, request: JsonObject) -> JsonObject:
        found = self._found(request)
        described = {
            "deploymentId": found.identity,
            "status": found.status,
            "description": found.request.get("description", ""),
            "computePlatform": "Lambda",
            "creator": found.creator,
            "revision": found.request["revision"],
            **({"errorInformation": found.error} if found.error else {}),
            **({"rollbackInfo": {"rollbackDeploymentId": found.going_back}} if found.going_back else {}),
        }
        self._advance(self.deployments[found.going_back] if found.going_back else found)
        return {"deploymentInfo": described}

    def _list(self, request: JsonObject) -> JsonObject:
        group, statuses = self._group(request), request.get("includeOnlyStatuses")
        found = [one for one in self.deployments.values() if one.group == group]
        return {"deployments": [one.identity for one in found if not statuses or one.status in statuses]}

    def _stop(self, request: JsonObject) -> JsonObject:
        found = self._found(request)
        if found.over:
            text = f"Deployment {found.identity} has already completed"
            raise AwsRefusal(400, "DeploymentAlreadyCompletedException", text)
        found.status, found.error = (
            "Stopped",
            {"code": "MANUAL_STOP", "message": "The deployment was stopped by a user."},
        )
        if request.get("autoRollbackEnabled"):
            self._begin_going_back(found)
        return {"status": "Pending", "statusMessage": "No more deployment activity will occur after the current step."}

    def _targets(self, request: JsonObject) -> JsonObject:
        found = self._found(request)
        if not found.event:
            raise AwsRefusal(400, "DeploymentNotStartedException", "The specified deployment has not started.")
        return {"targetIds": [self._address(found)]}

    def _target(self, request: JsonObject) -> JsonObject:
        found = self._found(request)
        if request["targetId"] != self._address(found):
            raise AwsRefusal(400, "DeploymentTargetDoesNotExistException", request["targetId"])
        events = [_event(found, name) for name in EVENTS]
        info = {"targetVersionWeight": found.weight * 100}
        return {"deploymentTarget": {"lambdaTarget": {"lifecycleEvents": events, "lambdaFunctionInfo": info}}}

    def _advance(self, found: Shifting) -> None:
        if found.over:
            return
        if not found.left:
            found.status, found.event = "Succeeded", "over"
            return
        before, (found.event, share) = found.weight, found.left.pop(0)
        found.status = "InProgress"
        if found.failure and found.failure.event == found.event:
            if found.event == "AfterAllowTraffic":
                self._shift(found, share)
            self._fail(found, found.failure.code, found.failure.message)
        elif found.event in EVENTS and not self._stands(found, before):
            self._fail(found, "INVALID_LAMBDA_CONFIGURATION", _MISMATCH)
        elif found.event in EVENTS and share:
            self._shift(found, share)
        elif found.event == "back":
            self._point(found.properties, found.properties["CurrentVersion"], {})

    def _fail(self, found: Shifting, code: str, message: str) -> None:
        found.status, found.error, found.failed_event = "Failed", {"code": code, "message": message}, found.event
        automatic = found.request.get("autoRollbackConfiguration", {})
        wanted = "DEPLOYMENT_STOP_ON_ALARM" if code == "ALARM_ACTIVE" else "DEPLOYMENT_FAILURE"
        if automatic.get("enabled") and wanted in automatic.get("events", []):
            self._begin_going_back(found)

    def _begin_going_back(self, found: Shifting) -> None:
        identity = f"d-{len(self.deployments) + 1:09X}"
        looks = [("waiting", 0.0)] * (self.going_back - 1) + [("back", 0.0)] if self.going_back else []
        back = Shifting(identity, found.group, found.request, found.properties, looks, creator="codeDeployRollback")
        self.deployments[identity], found.going_back = back, identity

    def _stands(self, found: Shifting, share: float) -> bool:
        """Whether the alias is as this deployment left it."""
        alias = self._alias(found.properties)
        weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        expected = {found.properties["TargetVersion"]: share} if share else {}
        return bool(alias) and alias["FunctionVersion"] == found.properties["CurrentVersion"] and weights == expected

    def _shift(self, found: Shifting, share: float) -> None:
        whole, target = share == 1.0, found.properties["TargetVersion"]
        version = target if whole else found.properties["CurrentVersion"]
        self._point(found.properties, version, {} if whole else {target: share})
        found.weight = share

    def _point(self, properties: JsonObject, version: str, weights: dict[str, float]) -> None:
        address = {"FunctionName": properties["Name"], "Name": properties["Alias"]}
        routing = {"RoutingConfig": {"AdditionalVersionWeights": weights}}
        self.lambda_.update_alias({**address, "FunctionVersion": version, **routing})

    def _alias(self, properties: JsonObject) -> JsonObject:
        function = self.lambda_.functions.get(properties["Name"])
        return function.aliases.get(properties["Alias"], {}) if function else {}

    def _group(self, request: JsonObject) -> str:
        application, group = request["applicationName"], request.get("deploymentGroupName", "")
        if not any(name.partition("/")[0] == application for name in self.groups):
            text = f"No application found for name: {application}"
            raise AwsRefusal(400, "ApplicationDoesNotExistException", text)
        if f"{application}/{group}" not in self.groups:
            text = f"No Deployment Group found for name: {group}"
            raise AwsRefusal(400, "DeploymentGroupDoesNotExistException", text)
        return f"{application}/{group}"

    def _found(self, request: JsonObject) -> Shifting:
        identity = request["deploymentId"]
        if identity not in self.deployments:
            text = f"The deployment {identity} could not be found"
            raise AwsRefusal(400, "DeploymentDoesNotExistException", text)
        return self.deployments[identity]

    def _address(self, found: Shifting) -> str:
        return f"{found.properties['Name']}:{found.properties['Alias']}"


def _properties(revision: JsonObject) -> JsonObject:
    """Of the one function in the AppSpec."""
    given = revision.get("appSpecContent", {})
    if revision.get("revisionType") != "AppSpecContent" or not given.get("content"):
        raise AwsRefusal(400, "RevisionRequiredException", "RevisionLocation must be specified")
    if hashlib.sha256(given["content"].encode()).hexdigest() != given.get("sha256"):
        raise AwsRefusal(400, "InvalidRevisionException", "The SHA-256 hash does not match the AppSpec content")
    spec: Json = json.loads(given["content"])
    [resource] = spec["Resources"]
    [declared] = resource.values()
    properties: JsonObject = declared["Properties"]
    hooks = {event for one in spec.get("Hooks", []) for event in one}
    sound = (
        spec["version"] == 0.0
        and declared["Type"] == "AWS::Lambda::Function"
        and set(properties) == {"Name", "Alias", "CurrentVersion", "TargetVersion"}
        and all(isinstance(value, str) for value in properties.values())
        and properties["CurrentVersion"] != properties["TargetVersion"]
        and hooks <= {"BeforeAllowTraffic", "AfterAllowTraffic"}
    )
    if not sound:
        raise AwsRefusal(400, "InvalidRevisionException", _INVALID)
    return properties


def _shares(config: str) -> list[float]:
    name = config.partition("Lambda")[2]
    if name.startswith("Canary10Percent"):
        return [0.1]
    if name.startswith("Linear10Percent"):
        return [number / 10 for number in range(1, 10)]
    if name == "AllAtOnce":
        return []
    raise AwsRefusal(
        400, "DeploymentConfigDoesNotExistException", f"No Deployment Configuration found for name: {config}"
    )


def _event(found: Shifting, name: str) -> JsonObject:
    reached = [*EVENTS, "over"]
    position, at = reached.index(name), reached.index(found.event) if found.event in reached else -1
    status = "Succeeded" if position < at else "InProgress" if position == at else "Pending"
    if name == found.failed_event:
        diagnostics = {"errorCode": "UnknownError", "message": found.error["message"]}
        return {"lifecycleEventName": name, "status": "Failed", "diagnostics": diagnostics}
    return {"lifecycleEventName": name, "status": status}
