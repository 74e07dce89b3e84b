"""What stands beside a function: concurrency, function URLs, rules for asynchronous invocations, policies.

Codes and messages are those recorded from AWS.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from zlib import crc32

from tests.fakes.aws_lambda_rules import invalid, missing
from tests.fakes.aws_lambda_state import Answer, Deployed, Functions, Warm
from tests.fakes.aws_strict import AwsRefusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.aws_strict import JsonObject

ACCOUNT_CONCURRENCY = 1000
UNRESERVED = 100
EVENTS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")


class FakeExtras:
    """The operations, by AWS's names, over the functions of an account."""

    def __init__(self, account: Functions) -> None:
        self.account = account

    def operations(self) -> dict[str, Callable[[JsonObject], Answer]]:
        return {
            "PutFunctionConcurrency": self.put_concurrency,
            "DeleteFunctionConcurrency": self.delete_concurrency,
            "GetFunctionUrlConfig": self.get_url,
            "CreateFunctionUrlConfig": self.create_url,
            "UpdateFunctionUrlConfig": self.update_url,
            "DeleteFunctionUrlConfig": self.delete_url,
            "GetFunctionEventInvokeConfig": self.get_events,
            "PutFunctionEventInvokeConfig": self.put_events,
            "DeleteFunctionEventInvokeConfig": self.delete_events,
            "GetProvisionedConcurrencyConfig": self.get_provisioned,
            "PutProvisionedConcurrencyConfig": self.put_provisioned,
            "DeleteProvisionedConcurrencyConfig": self.delete_provisioned,
            "GetPolicy": self.get_policy,
            "AddPermission": self.add_permission,
            "RemovePermission": self.remove_permission,
            "ListFunctions": self.list_functions,
            "ListProvisionedConcurrencyConfigs": self.list_provisioned,
        }

    def put_concurrency(self, request: JsonObject) -> Answer:
        function, wanted = self.account.function(request["FunctionName"]), request["ReservedConcurrentExecutions"]
        self.account.check_idle(function)
        others = sum(one.reserved or 0 for one in self.account.functions.values() if one is not function)
        if ACCOUNT_CONCURRENCY - others - wanted < UNRESERVED:
            text = "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its"
            raise invalid(f"{text} minimum value of [{UNRESERVED}].")
        function.reserved = wanted
        return Answer({"ReservedConcurrentExecutions": wanted})

    def delete_concurrency(self, request: JsonObject) -> Answer:
        self.account.function(request["FunctionName"]).reserved = None
        return Answer(status=204)

    # function URLs: one for the function, and one for each alias

    def get_url(self, request: JsonObject) -> Answer:
        return Answer(self._url(request))

    def create_url(self, request: JsonObject) -> Answer:
        function, qualifier = self._qualified(request)
        arn = _arn(function, qualifier)
        if qualifier in function.urls:
            text = f"Failed to create function url config for [functionArn = {arn}]. Error message:  FunctionUrlConfig exists for"
            raise AwsRefusal(409, "ResourceConflictException", f"{text} this Lambda function")
        host = f"https://{crc32(arn.encode()):032x}.lambda-url.{self.account.region}.on.aws"
        address = f"{self.account.served or host}/"
        function.urls[qualifier] = {"FunctionArn": arn, "FunctionUrl": address, "CreationTime": "2026-11-21T08:00:00Z"}
        return Answer(self._written(function.urls[qualifier], {"InvokeMode": "BUFFERED", **request}), status=201)

    def update_url(self, request: JsonObject) -> Answer:
        return Answer(self._written(self._url(request), request))

    def delete_url(self, request: JsonObject) -> Answer:
        self._url(request)
        function, qualifier = self._qualified(request)
        del function.urls[qualifier]
        return Answer(status=204)

    def _written(self, url: JsonObject, request: JsonObject) -> JsonObject:
        url.update({name: request[name] for name in ("AuthType", "Cors", "InvokeMode") if name in request})
        return url

    def _url(self, request: JsonObject) -> JsonObject:
        function, qualifier = self._named(request)
        if qualifier not in function.urls:
            raise missing("The resource you requested does not exist.")
        return function.urls[qualifier]

    # asynchronous invocations

    def get_events(self, request: JsonObject) -> Answer:
        function, qualifier = self._named(request)
        if qualifier not in function.events:
            raise missing(f"The function {_arn(function, qualifier)} doesn't have an EventInvokeConfig")
        return Answer(function.events[qualifier])

    def put_events(self, request: JsonObject) -> Answer:
        function, qualifier = self._qualified(request)
        given = {name: request[name] for name in EVENTS if name in request}
        if not given:
            raise invalid("You must specify at least one of error handling or destination setting.")
        function.events[qualifier] = {"FunctionArn": _arn(function, qualifier), "LastModified": 1.0, **given}
        return Answer(function.events[qualifier])

    def delete_events(self, request: JsonObject) -> Answer:
        self.get_events(request)
        function, qualifier = self._named(request)
        del function.events[qualifier]
        return Answer(status=204)

    # provisioned concurrency: ``warming`` more reads see it in progress

    def get_provisioned(self, request: JsonObject) -> Answer:
        function, qualifier = self._qualified(request)
        if qualifier not in function.warm:
            text = "No Provisioned Concurrency Config found for this function"
            raise AwsRefusal(404, "ProvisionedConcurrencyConfigNotFoundException", text)
        warm = function.warm[qualifier]
        if warm.reads > 0:
            warm.reads -= 1
            return Answer(warm.described("IN_PROGRESS"))
        return Answer(warm.described(warm.becomes))

    def put_provisioned(self, request: JsonObject) -> Answer:
        function, qualifier = self._qualified(request)
        wanted = request["ProvisionedConcurrentExecutions"]
        if qualifier == "$LATEST":
            raise invalid("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
        if function.reserved is not None and wanted > function.reserved:
            text = "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function"
            raise invalid(text)
        becomes, reason = self.account.warmed
        function.warm[qualifier] = Warm(requested=wanted, reads=self.account.warming, becomes=becomes, reason=reason)
        return Answer(function.warm[qualifier].described("IN_PROGRESS"), status=202)

    def delete_provisioned(self, request: JsonObject) -> Answer:
        function, qualifier = self._qualified(request)
        function.warm.pop(qualifier, None)
        return Answer(status=204)

    # policies: each qualifier has its own

    def get_policy(self, request: JsonObject) -> Answer:
        function, qualifier = self._named(request)
        held = [one for version, one in function.policies.items() if version == qualifier]
        statements = [*held, *function.statements.get(qualifier, {}).values()]
        if not statements:
            raise missing("The resource you requested does not exist.")
        policy = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
        return Answer({"Policy": json.dumps(policy), "RevisionId": self.account.revision()})

    def add_permission(self, request: JsonObject) -> Answer:
        function, qualifier = self._qualified(request)
        if request.get("Qualifier") == "$LATEST":
            raise invalid("We currently do not support adding policies for $LATEST.")
        name, statements = request["StatementId"], function.statements.setdefault(qualifier, {})
        if name in statements:
            text = f"The statement id ({name}) provided already exists. Please provide a new statement id, or remove the existing"
            raise AwsRefusal(409, "ResourceConflictException", f"{text} statement.")
        statements[name] = _statement(request, _arn(function, qualifier))
        return Answer({"Statement": json.dumps(statements[name])}, status=201)

    def remove_permission(self, request: JsonObject) -> Answer:
        function, qualifier = self._named(request)
        if request["StatementId"] not in function.statements.get(qualifier, {}):
            raise missing(f"Statement {request['StatementId']} is not found in resource policy.")
        del function.statements[qualifier][request["StatementId"]]
        return Answer(status=204)

    def list_functions(self, _request: JsonObject) -> Answer:
        return Answer({"Functions": [self.account.describe(one) for one in self.account.functions.values()]})

    # who uses a version

    def list_provisioned(self, request: JsonObject) -> Answer:
        function = self.account.function(request["FunctionName"])
        listed: list[JsonObject] = [
            {"FunctionArn": f"{function.arn}:{version}", "Status": "READY"} for version in function.provisioned
        ]
        return self.account.page("ProvisionedConcurrencyConfigs", listed, request)

    def _named(self, request: JsonObject) -> tuple[Deployed, str]:
        """What an alias carried stays when the alias goes."""
        return self.account.function(request["FunctionName"]), request.get("Qualifier", "$LATEST")

    def _qualified(self, request: JsonObject) -> tuple[Deployed, str]:
        self.account.resolve(request)
        return self._named(request)


def _arn(function: Deployed, qualifier: str) -> str:
    return function.arn if qualifier == "$LATEST" else f"{function.arn}:{qualifier}"


def _principal(named: str) -> JsonObject:
    if named.endswith(".amazonaws.com"):
        return {"Service": named}
    if not re.fullmatch(r"\d{12}|arn:aws:iam::\d{12}:\S+", named):
        raise invalid("The provided principal was invalid. Please check the principal and try again.")
    return {"AWS": f"arn:aws:iam::{named}:root" if named.isdecimal() else named}


def _statement(request: JsonObject, arn: str) -> JsonObject:
    conditions: JsonObject = {}
    if "FunctionUrlAuthType" in request:
        conditions["StringEquals"] = {"lambda:FunctionUrlAuthType": request["FunctionUrlAuthType"]}
    if request.get("InvokedViaFunctionUrl"):
        conditions["Bool"] = {"lambda:InvokedViaFunctionUrl": "true"}
    if "SourceArn" in request:
        conditions["ArnLike"] = {"AWS:SourceArn": request["SourceArn"]}
    for member, key in (("SourceAccount", "AWS:SourceAccount"), ("PrincipalOrgID", "aws:PrincipalOrgID")):
        if member in request:
            conditions.setdefault("StringEquals", {})[key] = request[member]
    principal = "*" if request["Principal"] == "*" else _principal(request["Principal"])
    statement = {"Sid": request["StatementId"], "Effect": "Allow", "Principal": principal, "Action": request["Action"]}
    return {**statement, "Resource": arn, **({"Condition": conditions} if conditions else {})}
