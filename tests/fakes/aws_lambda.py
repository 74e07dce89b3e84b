"""Lambda as far as a deployment sees it: functions, versions, aliases, tags, invocations.

What it does is taken from answers recorded from AWS: a revision changes with every write and every transition; writes are
refused while one is in progress; publishing what is published already gives the version that exists.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from tests.fakes.aws_event_sources import FakeEventSources
from tests.fakes.aws_lambda_extras import FakeExtras
from tests.fakes.aws_lambda_rules import (
    NOT_CONFIGURATION,
    SEALED,
    check_configuration,
    check_image_update,
    check_package_type,
    check_weights,
    content,
    invalid,
    missing,
    pointed_at,
    stale,
)
from tests.fakes.aws_lambda_settings import FakeSettings
from tests.fakes.aws_lambda_state import ACCOUNT, Answer, Deployed, Functions, Handler
from tests.fakes.aws_strict import AwsRefusal, Json, JsonObject

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ACCOUNT", "Answer", "Deployed", "FakeLambda"]


class FakeLambda(Functions):
    """Its operations, by AWS's names."""

    def __init__(self, *, region: str, objects: Callable[[str, str], bytes | None]) -> None:
        super().__init__(region=region, objects=objects)
        self.sources = FakeEventSources(self)

    def operations(self) -> dict[str, Callable[[JsonObject], Answer]]:
        return {
            "CreateFunction": self.create_function,
            "GetFunction": self.get_function,
            "GetFunctionConfiguration": self.get_function_configuration,
            "DeleteFunction": self.delete_function,
            "UpdateFunctionConfiguration": self.update_function_configuration,
            "UpdateFunctionCode": self.update_function_code,
            "PublishVersion": self.publish_version,
            "ListVersionsByFunction": self.list_versions_by_function,
            "GetAlias": self.get_alias,
            "ListAliases": self.list_aliases,
            "CreateAlias": self.create_alias,
            "UpdateAlias": self.update_alias,
            "TagResource": self.tag_resource,
            "UntagResource": self.untag_resource,
            "ListTags": self.list_tags,
            "Invoke": self.invoke,
            "PublishLayerVersion": lambda request: Answer(self.layers.publish(request), status=201),
            "ListLayerVersions": lambda request: Answer(self.layers.list_versions(request)),
            "GetLayerVersion": lambda request: Answer(self.layers.get(request)),
            "DeleteLayerVersion": lambda request: Answer(self.layers.delete(request), status=204),
            **FakeExtras(self).operations(),
            **FakeSettings(self).operations(),
            **self.sources.operations(),
        }

    # functions

    def create_function(self, request: JsonObject) -> Answer:
        name = request["FunctionName"]
        if len(name) > 64:
            text = f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: "
            raise invalid(text + "Member must have length less than or equal to 64")
        if name in self.functions:
            raise AwsRefusal(409, "ResourceConflictException", f"Function already exist: {name}")
        self.check_role(request["Role"])
        config = {key: value for key, value in request.items() if key not in NOT_CONFIGURATION}
        check_configuration(config)
        check_package_type(request)
        code, image = self.carried(request["Code"])
        self.layers.check(config.get("Layers", []), code)
        function = Deployed(
            name=name,
            arn=f"arn:aws:lambda:{self.region}:{ACCOUNT}:function:{name}",
            config=config,
            code=code,
            image=image,
            code_key=request["Code"].get("SourceKMSKeyArn", ""),
            tags=dict(request.get("Tags", {})),
            code_signing=request.get("CodeSigningConfigArn", ""),
        )
        self.functions[name] = function
        self.begin(function, self.creating)
        return Answer(self.describe(function), status=201)

    def get_function(self, request: JsonObject) -> Answer:
        function, version = self.resolve(request)
        described = self.read(function, version)
        if self.sealed and "Environment" in described:
            described = {**described, "Environment": {"Error": SEALED}}
        qualifier = request.get("Qualifier")
        if qualifier and qualifier in function.aliases:
            described["FunctionArn"] = f"{function.arn}:{qualifier}"
        code = self.location(function, version)
        tags = {"Tags": dict(function.tags)} if function.tags else {}
        reserved = {} if function.reserved is None else {"ReservedConcurrentExecutions": function.reserved}
        concurrency = {"Concurrency": reserved} if reserved else {}
        return Answer({"Configuration": described, "Code": code, **tags, **concurrency})

    def get_function_configuration(self, request: JsonObject) -> Answer:
        return Answer(self.read(*self.resolve(request)))

    def delete_function(self, request: JsonObject) -> Answer:
        function, version = self.resolve(request)
        if version == "$LATEST" and request.get("Qualifier"):
            raise invalid("$LATEST version cannot be deleted without deleting the function.")
        if version == "$LATEST":
            del self.functions[function.name]
            return Answer(status=204)
        held = [alias["Name"] for alias in function.aliases.values() if version in pointed_at(alias)]
        if held:
            text = f"Function version {version} is referenced by aliases: {held}"
            raise AwsRefusal(409, "ResourceConflictException", text)
        del function.versions[version]
        return Answer(status=204)

    def update_function_configuration(self, request: JsonObject) -> Answer:
        function = self.writable(request)
        changes = {key: value for key, value in request.items() if key not in {"FunctionName", "RevisionId"}}
        self.check_role(changes.get("Role", ""))
        config = {**function.config, **changes}
        check_configuration(config)
        self.layers.check(changes.get("Layers", []), function.code)
        function.config = config
        self.begin(function, self.updating)
        return Answer(self.describe(function))

    def update_function_code(self, request: JsonObject) -> Answer:
        function = self.writable(request)
        check_image_update(request, is_image=bool(function.image[1]))
        code, image = self.carried(request)
        self.layers.check_size(function.config.get("Layers", []), code)
        if not request.get("DryRun"):
            function.code, function.image, function.code_key = code, image, request.get("SourceKMSKeyArn", "")
            function.config["Architectures"] = request.get("Architectures", ["x86_64"])
            self.begin(function, self.updating)
        return Answer(self.describe(function))

    # versions

    def publish_version(self, request: JsonObject) -> Answer:
        function = self.writable(request)
        digest = request.get("CodeSha256")
        if digest and digest != function.code_sha256:
            current = function.code_sha256
            raise invalid(
                f"CodeSHA256 ({digest}) is different from current CodeSHA256 in $LATEST ({current}). "
                "Please try again with the CodeSHA256 in $LATEST."
            )
        described = self.describe(function)
        last = str(function.next_version - 1)
        if last in function.versions and function.published == content(described):
            return Answer(self.read(function, last), status=201)
        version = str(function.next_version)
        function.next_version += 1
        function.published = content(described)
        function.version_images[version] = function.image
        function.versions[version] = described | {
            "Version": version,
            "Description": request.get("Description") or described.get("Description", ""),
            "FunctionArn": f"{function.arn}:{version}",
            "RevisionId": self.revision(),
        }
        function.version_reads[version] = self.publishing
        function.revision = self.revision()
        return Answer(self.read(function, version), status=201)

    def list_versions_by_function(self, request: JsonObject) -> Answer:
        function = self.function(request["FunctionName"])
        return self.page("Versions", [self.describe(function), *function.versions.values()], request)

    # aliases

    def get_alias(self, request: JsonObject) -> Answer:
        return Answer(self._alias(request))

    def list_aliases(self, request: JsonObject) -> Answer:
        return self.page("Aliases", list(self.function(request["FunctionName"]).aliases.values()), request)

    def create_alias(self, request: JsonObject) -> Answer:
        function, name = self.function(request["FunctionName"]), request["Name"]
        if name in function.aliases:
            raise AwsRefusal(409, "ResourceConflictException", f"Alias already exists: {function.arn}:{name}")
        alias = {"AliasArn": f"{function.arn}:{name}", "Name": name, "Description": request.get("Description", "")}
        function.aliases[name] = self._pointed(function, alias, request)
        return Answer(function.aliases[name], status=201)

    def update_alias(self, request: JsonObject) -> Answer:
        alias, function = self._alias(request), self.function(request["FunctionName"])
        if request.get("RevisionId", alias["RevisionId"]) != alias["RevisionId"]:
            raise stale()
        moved = self._pointed(function, alias, request)
        if request["Name"] in function.warm and moved["FunctionVersion"] != alias["FunctionVersion"]:
            function.warm[request["Name"]].reads = self.warming
        function.aliases[request["Name"]] = moved
        return Answer(function.aliases[request["Name"]])

    def _alias(self, request: JsonObject) -> JsonObject:
        function, name = self.function(request["FunctionName"]), request["Name"]
        if name not in function.aliases:
            raise missing(f"Cannot find alias arn: {function.arn}:{name}")
        return function.aliases[name]

    def _pointed(self, function: Deployed, alias: JsonObject, request: JsonObject) -> JsonObject:
        version = request.get("FunctionVersion", alias.get("FunctionVersion"))
        if version != "$LATEST" and version not in function.versions:
            raise missing(f"Function not found: {function.arn}:{version}")
        kept: JsonObject = alias.get("RoutingConfig", {})
        routing: JsonObject = request.get("RoutingConfig", kept)
        weights = routing.get("AdditionalVersionWeights", {})
        check_weights(version, weights)
        description = request.get("Description", alias["Description"])
        pointed = {**alias, "FunctionVersion": version, "Description": description, "RevisionId": self.revision()}
        pointed.pop("RoutingConfig", None)
        return {**pointed, "RoutingConfig": {"AdditionalVersionWeights": weights}} if weights else pointed

    # tags

    def tag_resource(self, request: JsonObject) -> Answer:
        function = self.by_arn(request["Resource"])
        self.check_idle(function)
        tags = {**function.tags, **request["Tags"]}
        if not request["Tags"]:
            raise invalid("An error occurred and the request cannot be processed.")
        if len(tags) > 50:
            raise invalid("Number of tags exceeds resource tag limit.")
        function.tags = tags
        function.revision = self.revision()
        return Answer(status=204)

    def untag_resource(self, request: JsonObject) -> Answer:
        function = self.by_arn(request["Resource"])
        self.check_idle(function)
        for key in request["TagKeys"]:
            function.tags.pop(key, None)
        return Answer(status=204)

    def list_tags(self, request: JsonObject) -> Answer:
        arn = request["Resource"]
        return Answer({"Tags": (self.sources if ":event-source-mapping:" in arn else self).by_arn(arn).tags})

    # invocations

    def invoke(self, request: JsonObject) -> Answer:
        function, version = self.resolve(request)
        kind = request.get("InvocationType", "RequestResponse")
        try:
            event = json.loads(request.get("Payload") or b"{}")
        except ValueError as error:
            text = f"Could not parse request body into json: Could not parse payload into json: {error}"
            raise AwsRefusal(400, "InvalidRequestContentException", text) from error
        if kind == "DryRun":
            return Answer(status=204, payload=b"")
        if function.state == "Pending":
            text = "The operation cannot be performed at this time. The function is currently in the following state: Pending"
            raise AwsRefusal(409, "ResourceConflictException", text)
        if function.reserved == 0:
            raise AwsRefusal(429, "TooManyRequestsException", "Rate Exceeded.")
        payload, failed = _run(self.handlers.get(function.name, _echo), event, version)
        if kind == "Event":
            return Answer(status=202, payload=b"")
        headers = {"X-Amz-Executed-Version": version, "Content-Type": "application/json"}
        if request.get("LogType") == "Tail":
            log = f"START RequestId: 1 Version: {version}\nEND RequestId: 1\n{self._report(function.name)}"
            headers["X-Amz-Log-Result"] = base64.b64encode(log.encode()[-4096:]).decode()
        return Answer(payload=payload, headers=headers | ({"X-Amz-Function-Error": "Unhandled"} if failed else {}))

    def _report(self, name: str) -> str:
        init = f"\tInit Duration: {self.inits[name]:.2f} ms" if name in self.inits else ""
        return f"REPORT RequestId: 1\tDuration: 1.00 ms\tBilled Duration: 1 ms\tMemory Size: 128 MB{init}\t\n"


def _run(handler: Handler, event: Json, version: str) -> tuple[bytes, bool]:
    try:
        return json.dumps(handler(event, version)).encode(), False
    except Exception as error:  # noqa: BLE001
        failure = {"errorMessage": str(error), "errorType": type(error).__name__, "requestId": "1", "stackTrace": []}
        return json.dumps(failure).encode(), True


def _echo(event: Json, version: str) -> Json:
    return {"version": version, "event": event}
