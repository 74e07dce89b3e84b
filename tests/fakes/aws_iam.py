"""IAM before the emulated AWS: what each request asks of the policies of who makes it, and AWS's words where that is not allowed.

aws.guard = Guard(region=aws.region, policy=[{"Effect": "Allow", "Action": "lambda:GetFunction", "Resource": "*"}])

Which resource an action is judged on is taken from the Service Authorization Reference; what Lambda asks with the caller's
credentials of other services, from the developer guide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_denied import s3_action
from tests.fakes.aws_lambda_state import ACCOUNT, Answer
from tests.fakes.aws_strict import AwsRefusal, JsonObject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

WHO = f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/run"
FREE = {"sts:GetCallerIdentity"}
_NAMES = {"lambda:Invoke": "lambda:InvokeFunction"}
_PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag"}
_ON_NOTHING = {
    "lambda:ListFunctions",
    "lambda:ListLayerVersions",
    "lambda:ListEventSourceMappings",
    "cloudwatch:GetMetricData",
    "cloudwatch:DescribeAlarms",
    "ecr:GetAuthorizationToken",
    "logs:DescribeLogGroups",
    "scheduler:ListSchedules",
    "tag:GetResources",
    "codedeploy:StopDeployment",
    "codedeploy:ListDeploymentTargets",
    "codedeploy:GetDeploymentTarget",
}


@dataclass(frozen=True)
class Demand:
    """One action on one resource, with what conditions can look at."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Guard:
    """``policy``: statements with Effect Allow. ``demanded``: every action that a request asked for, allowed or not."""

    region: str
    policy: list[JsonObject] = field(default_factory=list)
    demanded: set[str] = field(default_factory=set)
    mapped: Callable[[str], str] = lambda _uuid: ""
    """Which function the event source mapping with this id calls, by ARN."""

    def denied(self, service: str, operation: str, parameters: JsonObject, path: str) -> AwsRefusal | None:
        """The refusal of the first demand that no statement allows."""
        for demand in self.demands(service, operation, parameters, path):
            if demand.action in FREE:
                continue
            self.demanded.add(demand.action)
            if not self.allows(demand):
                code = "AccessDenied" if service == "s3" else "AccessDeniedException"
                return AwsRefusal(403, code, _words(demand))
        return None

    def shown(self, operation: str, answer: Answer) -> Answer:
        """GetFunction gives the tags only to those who may list them."""
        if operation != "GetFunction":
            return answer
        arn = ":".join(answer.body["Configuration"]["FunctionArn"].split(":")[:7])
        demand = Demand("lambda:ListTags", arn)
        self.demanded.add(demand.action)
        if self.allows(demand):
            return answer
        error = {"ErrorCode": "AccessDeniedException", "Message": _words(demand)}
        rest = {name: value for name, value in answer.body.items() if name != "Tags"}
        return Answer({**rest, "TagsError": error})

    def allows(self, demand: Demand) -> bool:
        return any(_allows(statement, demand) for statement in self.policy)

    def demands(self, service: str, operation: str, parameters: JsonObject, path: str) -> Iterator[Demand]:
        prefix = _PREFIXES.get(service, service)
        named = f"{prefix}:{operation}"
        if service == "s3":
            yield Demand(s3_action(operation), f"arn:aws:s3:::{path.strip('/')}")
        elif named in _ON_NOTHING or service == "sts":
            yield Demand(named, "*")
        elif service == "lambda":
            yield Demand(
                _NAMES.get(named, named), self._lambda(operation, parameters), self._called(operation, parameters)
            )
            yield from self._with_it(operation, parameters)
        else:
            yield Demand(named, self._other(prefix, parameters))
            if operation in {"CreateSchedule", "UpdateSchedule"}:
                role = parameters["Target"]["RoleArn"]
                yield Demand("iam:PassRole", role, {"iam:PassedToService": "scheduler.amazonaws.com"})
            if operation == "PutRule" and parameters.get("Tags"):
                yield Demand("events:TagResource", self._other(prefix, parameters))

    def _lambda(self, operation: str, parameters: JsonObject) -> str:
        if "Layer" in operation:
            number = parameters.get("VersionNumber")
            return self._arn("lambda", f"layer:{parameters['LayerName']}{f':{number}' if number else ''}")
        if "Resource" in parameters:
            return str(parameters["Resource"])
        if "EventSourceMapping" in operation:
            return self._arn("lambda", f"event-source-mapping:{parameters['UUID']}") if "UUID" in parameters else "*"
        name, _, inline = parameters["FunctionName"].rpartition(":function:")[2].partition(":")
        qualifier = parameters.get("Qualifier") or inline
        return self._arn("lambda", f"function:{name}{f':{qualifier}' if qualifier else ''}")

    def _called(self, operation: str, parameters: JsonObject) -> Mapping[str, str]:
        """Which function a mapping is for: of one that is there, the one that it calls."""
        if "EventSourceMapping" not in operation:
            return {}
        uuid = parameters.get("UUID", "")
        arn = self.mapped(uuid) if uuid else self._arn("lambda", f"function:{parameters['FunctionName']}")
        return {"lambda:FunctionArn": arn}

    def _with_it(self, operation: str, parameters: JsonObject) -> Iterator[Demand]:
        """What AWS asks for beside the operation's own action."""
        code = parameters.get("Code", parameters)
        if operation == "CreateFunction" and parameters.get("Tags"):
            yield Demand("lambda:TagResource", self._lambda(operation, parameters))
        if operation == "CreateEventSourceMapping" and parameters.get("Tags"):
            yield Demand("lambda:TagResource", self._arn("lambda", "event-source-mapping:*"))
        if "Role" in parameters:
            yield Demand("iam:PassRole", parameters["Role"], {"iam:PassedToService": "lambda.amazonaws.com"})
        if operation in {"CreateFunction", "UpdateFunctionConfiguration"}:
            yield from (Demand("lambda:GetLayerVersion", arn) for arn in parameters.get("Layers", []))
        if "S3Bucket" in code:
            yield Demand("s3:GetObject", f"arn:aws:s3:::{code['S3Bucket']}/{code['S3Key']}")

    def _other(self, prefix: str, parameters: JsonObject) -> str:
        if prefix == "logs":
            return self._arn("logs", f"log-group:{parameters['logGroupName']}:log-stream:")
        if prefix == "events":
            return str(
                parameters.get("ResourceARN")
                or self._arn("events", f"rule/{parameters.get('Name') or parameters['Rule']}")
            )
        if prefix == "scheduler":
            return self._arn("scheduler", f"schedule/{parameters['GroupName']}/{parameters['Name']}")
        if prefix == "codedeploy":
            named = f"{parameters.get('applicationName', '*')}/{parameters.get('deploymentGroupName', '*')}"
            return self._arn("codedeploy", f"deploymentgroup:{named}")
        name = parameters.get("repositoryName") or parameters["repositoryNames"][0]
        return self._arn(prefix, f"repository/{name}")

    def _arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{ACCOUNT}:{resource}"


def _words(demand: Demand) -> str:
    """Recorded from AWS."""
    return (
        f"User: {WHO} is not authorized to perform: {demand.action} on resource: {demand.resource} because no identity-based "
        f"policy allows the {demand.action} action"
    )


def _allows(statement: JsonObject, demand: Demand) -> bool:
    conditions = statement.get("Condition", {}).get("StringEquals", {})
    patterns = statement.get("Condition", {}).get("ArnLike", {})
    return (
        statement["Effect"] == "Allow"
        and any(_matches(one, demand.action) for one in _listed(statement["Action"]))
        and any(_matches(one, demand.resource) for one in _listed(statement["Resource"]))
        and all(demand.context.get(key) == value for key, value in conditions.items())
        and all(
            any(_matches(one, demand.context.get(key, "")) for one in _listed(value)) for key, value in patterns.items()
        )
    )


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _matches(pattern: str, value: str) -> bool:
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", pattern))
    return re.fullmatch("".join(parts), value) is not None
