"""Event source mappings of an account. Codes and messages are those recorded from AWS, and those that Terraform's provider knows.

aws.lambda_.sources.mappings[uuid].described["State"]
"""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.aws_lambda_rules import invalid, missing
from tests.fakes.aws_lambda_state import ACCOUNT, Answer
from tests.fakes.aws_strict import AwsRefusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.aws_lambda_state import Functions
    from tests.fakes.aws_strict import JsonObject

_STREAM_DEFAULTS: JsonObject = {
    "BisectBatchOnFunctionError": False,
    "DestinationConfig": {"OnFailure": {}},
    "MaximumRecordAgeInSeconds": -1,
    "MaximumRetryAttempts": -1,
    "ParallelizationFactor": 1,
    "TumblingWindowInSeconds": 0,
}
_OF_STREAMS = {*_STREAM_DEFAULTS, "StartingPosition", "StartingPositionTimestamp"}
_EMPTY: dict[str, JsonObject] = {"FilterCriteria": {}, "ScalingConfig": {}}
_PLACES = "Topics", "Queues"


@dataclass
class FakeMapping:
    """``described``: as AWS answers; ``reads`` more see it change, and then it ``becomes`` something else: a state, or empty: gone."""

    described: JsonObject
    tags: dict[str, str] = field(default_factory=dict)
    reads: int = 0
    becomes: str = ""


class FakeEventSources:
    """``changing``: how many reads see a change before it ends."""

    def __init__(self, account: Functions) -> None:
        self.account = account
        self.mappings: dict[str, FakeMapping] = {}
        self.changing = 1
        self.visibility: dict[str, int] = {}
        """Seconds, by the ARN of a queue; 3600 for others."""
        self.forbidden: dict[str, int] = {}
        """By source, how many more requests the function's role has no rights for."""
        self.failing: dict[str, str] = {}
        """By source, what Lambda says when it cannot poll: the mapping ends disabled."""
        self._numbers = itertools.count(1)

    def operations(self) -> dict[str, Callable[[JsonObject], Answer]]:
        return {
            "CreateEventSourceMapping": self.create,
            "GetEventSourceMapping": self.get,
            "UpdateEventSourceMapping": self.update,
            "DeleteEventSourceMapping": self.delete,
            "ListEventSourceMappings": self.list_all,
        }

    def attach(self, target: str, source: str, uuid: str = "", **more: str) -> str:
        """What somebody else made: a mapping that calls ``orders:live``, or ``orders``."""
        uuid = uuid or self._uuid()
        arn = f"arn:aws:lambda:{self.account.region}:{ACCOUNT}:function:{target}"
        described = {"UUID": uuid, "EventSourceArn": source, "FunctionArn": arn, "State": "Enabled", "BatchSize": 10}
        self.mappings[uuid] = FakeMapping({**described, "EventSourceMappingArn": self.arn(uuid), **more})
        return uuid

    def arn(self, uuid: str) -> str:
        return f"arn:aws:lambda:{self.account.region}:{ACCOUNT}:event-source-mapping:{uuid}"

    def by_arn(self, arn: str) -> FakeMapping:
        return self._mapping(arn.rpartition(":")[2])

    def called(self, uuid: str) -> str:
        """The ARN of the function that a mapping calls; empty where there is no such mapping."""
        return str(self.mappings[uuid].described["FunctionArn"]) if uuid in self.mappings else ""

    def create(self, request: JsonObject) -> Answer:
        function, _ = self.account.resolve(request)
        qualifier = request["FunctionName"].rpartition(":function:")[2].partition(":")[2]
        arn = function.arn + (f":{qualifier}" if qualifier else "")
        self._check(request, int(function.config.get("Timeout", 3)))
        self._check_new(request, arn)
        uuid = self._uuid()
        described = {
            "UUID": uuid,
            "EventSourceMappingArn": self.arn(uuid),
            "FunctionArn": arn,
            "BatchSize": 10 if _service(request) == "sqs" else 100,
            "MaximumBatchingWindowInSeconds": 0,
            "FunctionResponseTypes": [],
            **(copy.deepcopy(_STREAM_DEFAULTS) if _service(request) in {"kinesis", "dynamodb"} else {}),
            **{key: value for key, value in request.items() if key not in {"FunctionName", "Tags", "Enabled"}},
            "StateTransitionReason": "User action",
        }
        mapping = FakeMapping(described, dict(request.get("Tags", {})))
        self.mappings[uuid] = mapping
        return self._begin(mapping, "Creating", enabled=request.get("Enabled", True))

    def get(self, request: JsonObject) -> Answer:
        mapping = self._mapping(request["UUID"])
        described = copy.deepcopy(mapping.described)
        if described["State"].endswith("ing"):
            mapping.reads -= 1
            if mapping.reads <= 0:
                self._end(mapping)
        return Answer(described)

    def update(self, request: JsonObject) -> Answer:
        mapping = self._idle(request["UUID"])
        changed = {key: value for key, value in request.items() if key not in {"UUID", "Enabled"}}
        self._check({**mapping.described, **changed}, 3)
        state = mapping.described["State"]
        enabled = request.get("Enabled", state == "Enabled")
        mapping.described.update(changed)
        for name, empty in _EMPTY.items():
            if changed.get(name) == empty:
                del mapping.described[name]
        turned = (state == "Enabled") != enabled
        return self._begin(mapping, ("Enabling" if enabled else "Disabling") if turned else "Updating", enabled=enabled)

    def delete(self, request: JsonObject) -> Answer:
        mapping = self._idle(request["UUID"])
        mapping.becomes, mapping.reads = "", self.changing
        mapping.described["State"] = "Deleting"
        return Answer(copy.deepcopy(mapping.described), status=202)

    def list_all(self, request: JsonObject) -> Answer:
        """Of just this qualifier, or of none."""
        function, _ = self.account.resolve(request)
        qualifier = request["FunctionName"].rpartition(":function:")[2].partition(":")[2]
        arn = function.arn + (f":{qualifier}" if qualifier else "")
        found = [copy.deepcopy(one.described) for one in self.mappings.values() if one.described["FunctionArn"] == arn]
        return self.account.page("EventSourceMappings", found, request)

    def _begin(self, mapping: FakeMapping, state: str, *, enabled: bool) -> Answer:
        mapping.described["State"], mapping.reads = state, self.changing
        mapping.becomes = "Enabled" if enabled else "Disabled"
        if why := self.failing.get(mapping.described["EventSourceArn"]):
            mapping.becomes, mapping.described["LastProcessingResult"] = "Disabled", why
        answer = Answer(copy.deepcopy(mapping.described), status=202)
        if not self.changing:
            self._end(mapping)
        return answer

    def _end(self, mapping: FakeMapping) -> None:
        if mapping.becomes:
            mapping.described["State"] = mapping.becomes
        else:
            del self.mappings[mapping.described["UUID"]]

    def _check(self, request: JsonObject, timeout: int) -> None:
        source, service = request["EventSourceArn"], _service(request)
        if self.forbidden.get(source, 0) > 0:
            self.forbidden[source] -= 1
            raise invalid("The provided execution role does not have permissions to call ReceiveMessage on SQS")
        size, window = request.get("BatchSize", 10), request.get("MaximumBatchingWindowInSeconds", 0)
        if source.endswith(".fifo") and size > 10:
            raise invalid("Batch size for FIFO queues must be less than or equal to 10")
        if service == "sqs" and size > 10 and not window:
            raise invalid(
                "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
            )
        if service == "sqs" and self.visibility.get(source, 3600) < timeout:
            told = self.visibility[source]
            raise invalid(f"Queue visibility timeout: {told} seconds is less than Function timeout: {timeout} seconds")
        if service == "sqs" and _OF_STREAMS & set(request):
            raise invalid(
                f"Unsupported parameters for given event source mapping type: {sorted(_OF_STREAMS & set(request))}"
            )

    def _check_new(self, request: JsonObject, arn: str) -> None:
        source, service = request["EventSourceArn"], _service(request)
        if service in {"kinesis", "dynamodb", "kafka"} and "StartingPosition" not in request:
            text = "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null."
            raise invalid(text)
        if service == "dynamodb" and request["StartingPosition"] == "AT_TIMESTAMP":
            raise invalid("Unsupported starting position for arn type: " + source)
        place = [request.get(name) for name in _PLACES]
        for uuid, one in self.mappings.items():
            told = one.described
            if (told["FunctionArn"], told["EventSourceArn"], [told.get(name) for name in _PLACES]) == (
                arn,
                source,
                place,
            ):
                text = f'An event source mapping with {service.upper()} arn (" {source} ") and function (" {arn} ") already exists. '
                words = f"{text}Please update or delete the existing mapping with UUID {uuid}"
                raise AwsRefusal(409, "ResourceConflictException", words)

    def _idle(self, uuid: str) -> FakeMapping:
        mapping = self._mapping(uuid)
        if mapping.described["State"] in {"Creating", "Updating", "Deleting", "Enabling", "Disabling"}:
            mapping.reads -= 1
            if mapping.reads <= 0:
                self._end(mapping)
            text = "Cannot update the event source mapping because it is in use."
            raise AwsRefusal(400, "ResourceInUseException", text)
        return mapping

    def _mapping(self, uuid: str) -> FakeMapping:
        if uuid not in self.mappings:
            raise missing("The resource you requested does not exist.")
        return self.mappings[uuid]

    def _uuid(self) -> str:
        return f"00000000-0000-4000-8000-{next(self._numbers):012d}"


def _service(request: JsonObject) -> str:
    return str(request["EventSourceArn"].split(":")[2])
