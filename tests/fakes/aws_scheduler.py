"""EventBridge Scheduler: schedules of the group ``default``, all of each replaced by an update. It calls nobody.

aws.scheduler.schedules["shop-orders-live-nightly"]["ScheduleExpressionTimezone"] == "Europe/Berlin"
aws.scheduler.distrusted.add(role)          # as a role that is too new, or whose trust policy does not name Scheduler

What it says of expressions was recorded from AWS; of the role and the start, as users report it; the rest is in its manner.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.aws_lambda_state import ACCOUNT, Answer
from tests.fakes.aws_strict import AwsRefusal, JsonObject
from tests.fakes.quiet import BEGINNING

if TYPE_CHECKING:
    from datetime import datetime

_RATE = re.compile(r"rate\([1-9][0-9]* (minute|hour|day)s?\)")
_AT = re.compile(r"at\([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\)")
_CRON = re.compile(r"cron\(\S+ \S+ (\? \S+ [^?\s]+|[^?\s]+ \S+ \?) \S+\)")
_DEFAULTS: JsonObject = {"ScheduleExpressionTimezone": "UTC", "State": "ENABLED", "ActionAfterCompletion": "NONE"}
_RETRIES: JsonObject = {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}


@dataclass
class FakeScheduler:
    """``schedules``: what the last request said with AWS's defaults, by name, without its token."""

    region: str
    now: datetime = BEGINNING
    schedules: dict[str, JsonObject] = field(default_factory=dict)
    distrusted: set[str] = field(default_factory=set)
    page: int = 100
    """How many names an answer has at most."""

    def answer(self, operation: str, request: JsonObject) -> Answer:
        answers = {
            "CreateSchedule": self._create,
            "UpdateSchedule": self._update,
            "GetSchedule": self._get,
            "DeleteSchedule": self._delete,
            "ListSchedules": self._list,
        }
        if operation not in answers:
            raise AwsRefusal(404, "UnknownOperationException", operation)
        assert request.get("GroupName", "default") == "default", "nobody made another group"
        return Answer(answers[operation](request))

    def arn(self, name: str) -> str:
        return f"arn:aws:scheduler:{self.region}:{ACCOUNT}:schedule/default/{name}"

    def _create(self, request: JsonObject) -> JsonObject:
        if request["Name"] in self.schedules:
            raise AwsRefusal(409, "ConflictException", f"Schedule {request['Name']} already exists.")
        return self._put(request)

    def _update(self, request: JsonObject) -> JsonObject:
        self._found(request)
        return self._put(request)

    def _put(self, request: JsonObject) -> JsonObject:
        self._check(request)
        target = {"RetryPolicy": _RETRIES, **request["Target"]}
        said = {key: value for key, value in request.items() if key not in {"ClientToken", "Name"}}
        self.schedules[request["Name"]] = {**_DEFAULTS, **said, "Target": target}
        return {"ScheduleArn": self.arn(request["Name"])}

    def _check(self, request: JsonObject) -> None:
        expression, window = request["ScheduleExpression"], request["FlexibleTimeWindow"]
        if not any(form.fullmatch(expression) for form in (_RATE, _AT, _CRON)):
            raise AwsRefusal(400, "ValidationException", f"Invalid Schedule Expression {expression}.")
        if (window["Mode"] == "FLEXIBLE") != ("MaximumWindowInMinutes" in window):
            raise AwsRefusal(400, "ValidationException", "Invalid request provided: FlexibleTimeWindow")
        if request["Target"]["RoleArn"] in self.distrusted:
            text = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
            raise AwsRefusal(400, "ValidationException", text)
        start, end = request.get("StartDate"), request.get("EndDate")
        if start and start < self.now.timestamp() - 300:
            raise AwsRefusal(
                400, "ValidationException", "The StartDate you specify cannot be earlier than 5 minutes ago."
            )
        if start and end and start >= end:
            raise AwsRefusal(400, "ValidationException", "The EndDate you specify must come after the StartDate.")

    def _get(self, request: JsonObject) -> JsonObject:
        found = self._found(request)
        return {"Name": request["Name"], "Arn": self.arn(request["Name"]), "GroupName": "default", **found}

    def _delete(self, request: JsonObject) -> JsonObject:
        self._found(request)
        del self.schedules[request["Name"]]
        return {}

    def _list(self, request: JsonObject) -> JsonObject:
        names = sorted(name for name in self.schedules if name.startswith(request.get("NamePrefix", "")))
        first = int(request.get("NextToken", 0))
        last = first + min(request.get("MaxResults", 100), self.page)
        found = [
            {"Name": name, "Arn": self.arn(name), "Target": {"Arn": self.schedules[name]["Target"]["Arn"]}}
            for name in names[first:last]
        ]
        return {"Schedules": found, **({"NextToken": str(last)} if last < len(names) else {})}

    def _found(self, request: JsonObject) -> JsonObject:
        if request["Name"] not in self.schedules:
            text = f"Schedule {request['Name']} does not exist."
            raise AwsRefusal(404, "ResourceNotFoundException", text)
        return self.schedules[request["Name"]]
