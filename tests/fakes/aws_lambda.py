"""Lambda as far as a deployment sees it: states, revisions, versions, aliases, tags, and the service's own words for errors.

What it does is taken from answers recorded from AWS: a revision changes with every write and every transition; writes are
refused while one is in progress; publishing what is published already gives the version that exists.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import io
import itertools
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.aws_strict import AwsRefusal, Json, JsonObject

ACCOUNT = "123456789012"
DIRECT = 52_428_800
UNZIPPED = 262_144_000
Handler = Callable[[Json, str], Json]
"""Takes the decoded event and the version; returns the answer or raises."""


@dataclass
class Deployed:
    """One function with everything that belongs to it. ``config`` is in the form of a request."""

    name: str
    arn: str
    config: JsonObject
    code: bytes
    code_key: str = ""
    """SourceKMSKeyArn."""
    tags: dict[str, str] = field(default_factory=dict)
    code_signing: str = ""
    state: str = "Pending"
    state_reason: tuple[str, str] = ("The function is being created.", "Creating")
    update: str = ""
    update_reason: tuple[str, str] = ("", "")
    reads: int = 0
    """How many more reads see the transition in progress."""
    becomes: tuple[str, str, str] = ("Successful", "", "")
    revision: str = ""
    versions: dict[str, JsonObject] = field(default_factory=dict)
    """Answers of GetFunction's ``Configuration``, frozen at publication."""
    version_reads: dict[str, int] = field(default_factory=dict)
    next_version: int = 1
    aliases: dict[str, JsonObject] = field(default_factory=dict)

    @property
    def code_sha256(self) -> str:
        return base64.b64encode(hashlib.sha256(self.code).digest()).decode()

    @property
    def busy(self) -> bool:
        return self.state == "Pending" or self.update == "InProgress"


@dataclass
class Answer:
    """``payload`` is sent as it is instead of ``body``."""

    body: JsonObject = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    payload: bytes | None = None


class FakeLambda:
    """``creating``, ``updating``, ``publishing``: how many reads see a transition before it ends."""

    def __init__(self, *, region: str, objects: Callable[[str, str], bytes | None]) -> None:
        self.region, self.objects = region, objects
        self.functions: dict[str, Deployed] = {}
        self.handlers: dict[str, Handler] = {}
        self.creating, self.updating, self.publishing = 1, 1, 0
        self.next_transition_fails: tuple[str, str] | None = None
        """Reason and code with which the next creation or update ends."""
        self.unassumable: dict[str, int] = {}
        """Role → how many more requests are refused because IAM has not told Lambda yet."""
        self._revisions = itertools.count(1)

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
            "ListTags": self.list_tags,
            "GetFunctionCodeSigningConfig": self.get_code_signing,
            "PutFunctionCodeSigningConfig": self.put_code_signing,
            "Invoke": self.invoke,
        }

    # functions

    def create_function(self, request: JsonObject) -> Answer:
        name = request["FunctionName"]
        if len(name) > 64:
            text = f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: "
            raise _invalid(text + "Member must have length less than or equal to 64")
        if name in self.functions:
            raise AwsRefusal(409, "ResourceConflictException", f"Function already exist: {name}")
        self._check_role(request["Role"])
        config = {key: value for key, value in request.items() if key not in _NOT_CONFIGURATION}
        _check_configuration(config)
        code = self._code(request["Code"])
        function = Deployed(
            name=name,
            arn=f"arn:aws:lambda:{self.region}:{ACCOUNT}:function:{name}",
            config=config,
            code=code,
            code_key=request["Code"].get("SourceKMSKeyArn", ""),
            tags=dict(request.get("Tags", {})),
            code_signing=request.get("CodeSigningConfigArn", ""),
        )
        self.functions[name] = function
        self._begin(function, self.creating)
        return Answer(self._describe(function), status=201)

    def get_function(self, request: JsonObject) -> Answer:
        function, version = self._resolve(request)
        described = self._read(function, version)
        qualifier = request.get("Qualifier")
        if qualifier and qualifier in function.aliases:
            described["FunctionArn"] = f"{function.arn}:{qualifier}"
        code = {"RepositoryType": "S3", "Location": "https://example.invalid/code"}
        if function.code_key:
            code["SourceKMSKeyArn"] = function.code_key
        tags = {"Tags": dict(function.tags)} if function.tags else {}
        return Answer({"Configuration": described, "Code": code, **tags})

    def get_function_configuration(self, request: JsonObject) -> Answer:
        return Answer(self._read(*self._resolve(request)))

    def delete_function(self, request: JsonObject) -> Answer:
        self._function(request["FunctionName"])
        del self.functions[request["FunctionName"]]
        return Answer(status=204)

    def update_function_configuration(self, request: JsonObject) -> Answer:
        function = self._writable(request)
        changes = {key: value for key, value in request.items() if key not in {"FunctionName", "RevisionId"}}
        self._check_role(changes.get("Role", ""))
        config = {**function.config, **changes}
        _check_configuration(config)
        function.config = config
        self._begin(function, self.updating)
        return Answer(self._describe(function))

    def update_function_code(self, request: JsonObject) -> Answer:
        function = self._writable(request)
        if "ImageUri" in request:
            raise _invalid("Please don't provide ImageUri when updating a function with packageType Zip.")
        code = self._code(request)
        if not request.get("DryRun"):
            function.code, function.code_key = code, request.get("SourceKMSKeyArn", "")
            function.config["Architectures"] = request.get("Architectures", ["x86_64"])
            self._begin(function, self.updating)
        return Answer(self._describe(function))

    # versions

    def publish_version(self, request: JsonObject) -> Answer:
        function = self._writable(request)
        digest = request.get("CodeSha256")
        if digest and digest != function.code_sha256:
            current = function.code_sha256
            raise _invalid(
                f"CodeSHA256 ({digest}) is different from current CodeSHA256 in $LATEST ({current}). "
                "Please try again with the CodeSHA256 in $LATEST."
            )
        latest = function.versions.get(str(function.next_version - 1))
        if latest and _content(latest) == _content(self._describe(function)):
            return Answer(self._read(function, latest["Version"]), status=201)
        version = str(function.next_version)
        function.next_version += 1
        function.versions[version] = self._describe(function) | {
            "Version": version,
            "FunctionArn": f"{function.arn}:{version}",
            "RevisionId": self._revision(),
        }
        function.version_reads[version] = self.publishing
        function.revision = self._revision()
        return Answer(self._read(function, version), status=201)

    def list_versions_by_function(self, request: JsonObject) -> Answer:
        function = self._function(request["FunctionName"])
        return Answer({"Versions": [self._describe(function), *function.versions.values()]})

    # aliases

    def get_alias(self, request: JsonObject) -> Answer:
        return Answer(self._alias(request))

    def list_aliases(self, request: JsonObject) -> Answer:
        return Answer({"Aliases": list(self._function(request["FunctionName"]).aliases.values())})

    def create_alias(self, request: JsonObject) -> Answer:
        function, name = self._function(request["FunctionName"]), request["Name"]
        if name in function.aliases:
            raise AwsRefusal(409, "ResourceConflictException", f"Alias already exists: {function.arn}:{name}")
        alias = {"AliasArn": f"{function.arn}:{name}", "Name": name, "Description": request.get("Description", "")}
        function.aliases[name] = self._pointed(function, alias, request)
        return Answer(function.aliases[name], status=201)

    def update_alias(self, request: JsonObject) -> Answer:
        alias, function = self._alias(request), self._function(request["FunctionName"])
        if request.get("RevisionId", alias["RevisionId"]) != alias["RevisionId"]:
            raise _stale()
        function.aliases[request["Name"]] = self._pointed(function, alias, request)
        return Answer(function.aliases[request["Name"]])

    def _alias(self, request: JsonObject) -> JsonObject:
        function, name = self._function(request["FunctionName"]), request["Name"]
        if name not in function.aliases:
            raise _missing(f"Cannot find alias arn: {function.arn}:{name}")
        return function.aliases[name]

    def _pointed(self, function: Deployed, alias: JsonObject, request: JsonObject) -> JsonObject:
        version = request.get("FunctionVersion", alias.get("FunctionVersion"))
        if version != "$LATEST" and version not in function.versions:
            raise _missing(f"Function not found: {function.arn}:{version}")
        routing: JsonObject = request.get("RoutingConfig") or alias.get("RoutingConfig") or {}
        weights = routing.get("AdditionalVersionWeights", {})
        _check_weights(version, weights)
        pointed = {**alias, "FunctionVersion": version, "RevisionId": self._revision()}
        pointed.pop("RoutingConfig", None)
        return {**pointed, "RoutingConfig": {"AdditionalVersionWeights": weights}} if weights else pointed

    # tags and code signing

    def tag_resource(self, request: JsonObject) -> Answer:
        function = self._by_arn(request["Resource"])
        self._check_idle(function)
        tags = {**function.tags, **request["Tags"]}
        if not request["Tags"]:
            raise _invalid("An error occurred and the request cannot be processed.")
        if len(tags) > 50:
            raise _invalid("Number of tags exceeds resource tag limit.")
        function.tags = tags
        function.revision = self._revision()
        return Answer(status=204)

    def list_tags(self, request: JsonObject) -> Answer:
        return Answer({"Tags": self._by_arn(request["Resource"]).tags})

    def get_code_signing(self, request: JsonObject) -> Answer:
        function = self._function(request["FunctionName"])
        attached = {"CodeSigningConfigArn": function.code_signing} if function.code_signing else {}
        return Answer({"FunctionName": function.name, **attached})

    def put_code_signing(self, request: JsonObject) -> Answer:
        function = self._function(request["FunctionName"])
        function.code_signing = request["CodeSigningConfigArn"]
        return Answer({"FunctionName": function.name, "CodeSigningConfigArn": function.code_signing})

    # invocations

    def invoke(self, request: JsonObject) -> Answer:
        function, version = self._resolve(request)
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
        payload, failed = _run(self.handlers.get(function.name, _echo), event, version)
        if kind == "Event":
            return Answer(status=202, payload=b"")
        headers = {"X-Amz-Executed-Version": version, "Content-Type": "application/json"}
        if request.get("LogType") == "Tail":
            log = f"START RequestId: 1 Version: {version}\nEND RequestId: 1\n"
            headers["X-Amz-Log-Result"] = base64.b64encode(log.encode()[-4096:]).decode()
        return Answer(payload=payload, headers=headers | ({"X-Amz-Function-Error": "Unhandled"} if failed else {}))

    # inside

    def _begin(self, function: Deployed, reads: int) -> None:
        function.revision, function.reads = self._revision(), reads
        if function.state == "Pending":
            function.becomes = ("Active", "", "")
        else:
            function.update, function.becomes = "InProgress", ("Successful", "", "")
            function.update_reason = ("The function is being updated.", "Updating")
        if self.next_transition_fails:
            function.becomes = ("Failed", *self.next_transition_fails)
            self.next_transition_fails = None
        if not reads:
            self._end(function)

    def _end(self, function: Deployed) -> None:
        word, reason, code = function.becomes
        function.revision = self._revision()
        if function.state == "Pending":
            function.state, function.state_reason = word, (reason, code)
            function.update = "Successful" if word == "Active" else ""
        else:
            function.update, function.update_reason = word, (reason, code)

    def _read(self, function: Deployed, version: str) -> JsonObject:
        """Described, and a step further in its transition."""
        if version != "$LATEST":
            described = copy.deepcopy(function.versions[version])
            waiting = function.version_reads[version]
            function.version_reads[version] = max(0, waiting - 1)
            return {**described, "State": "Pending", "StateReasonCode": "Creating"} if waiting else described
        described = self._describe(function)
        if function.busy:
            function.reads -= 1
            if function.reads <= 0:
                self._end(function)
        return described

    def _describe(self, function: Deployed) -> JsonObject:
        described: JsonObject = {**copy.deepcopy(_DEFAULTS), **copy.deepcopy(function.config)}
        described |= {
            "FunctionName": function.name,
            "FunctionArn": function.arn,
            "CodeSize": len(function.code),
            "CodeSha256": function.code_sha256,
            "LastModified": "2026-11-21T08:00:00.000+0000",
            "Version": "$LATEST",
            "RevisionId": function.revision,
            "State": function.state,
        }
        described |= _reasons("State", function.state_reason) | _reasons("LastUpdateStatus", function.update_reason)
        if function.update:
            described["LastUpdateStatus"] = function.update
        return _answered(described, function.name)

    def _resolve(self, request: JsonObject) -> tuple[Deployed, str]:
        name, _, inline = request["FunctionName"].rpartition(":function:")[2].partition(":")
        qualifier = request.get("Qualifier") or inline or "$LATEST"
        if inline and request.get("Qualifier", inline) != inline:
            raise _invalid("The derived qualifier from the function name does not match the specified qualifier.")
        function = self.functions.get(name)
        if function is not None and (qualifier == "$LATEST" or qualifier in function.versions):
            return function, qualifier
        if function is not None and qualifier in function.aliases:
            return function, function.aliases[qualifier]["FunctionVersion"]
        arn = f"arn:aws:lambda:{self.region}:{ACCOUNT}:function:{name}"
        raise _missing(f"Function not found: {arn}" + ("" if qualifier == "$LATEST" else f":{qualifier}"))

    def _function(self, name: str) -> Deployed:
        return self._resolve({"FunctionName": name})[0]

    def _by_arn(self, arn: str) -> Deployed:
        if len(arn.split(":")) > 7:
            raise _invalid("Tags on function aliases and versions are not supported. Please specify a function ARN.")
        return self._function(arn)

    def _writable(self, request: JsonObject) -> Deployed:
        function = self._function(request["FunctionName"])
        self._check_idle(function)
        if request.get("RevisionId", function.revision) != function.revision:
            raise _stale()
        return function

    def _check_idle(self, function: Deployed) -> None:
        if function.state == "Pending":
            text = "The operation cannot be performed at this time. The function is currently in the following state: Pending"
            raise AwsRefusal(409, "ResourceConflictException", text)
        if function.update == "InProgress":
            text = (
                f"The operation cannot be performed at this time. An update is in progress for resource: {function.arn}"
            )
            raise AwsRefusal(409, "ResourceConflictException", text)

    def _check_role(self, role: str) -> None:
        if self.unassumable.get(role, 0) > 0:
            self.unassumable[role] -= 1
            raise _invalid("The role defined for the function cannot be assumed by Lambda.")

    def _code(self, request: JsonObject) -> bytes:
        if "ZipFile" in request:
            code: bytes | None = request["ZipFile"]
            if len(request["ZipFile"]) > DIRECT:
                text = f"Zipped size must be smaller than {DIRECT} bytes"
                raise AwsRefusal(413, "RequestEntityTooLargeException", text)
        else:
            code = self.objects(request["S3Bucket"], request["S3Key"])
        if code is None:
            text = "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist."
            raise _invalid(text)
        _check_zip(code)
        return code

    def _revision(self) -> str:
        return f"00000000-0000-4000-8000-{next(self._revisions):012d}"


_NOT_CONFIGURATION = {"FunctionName", "Code", "Tags", "Publish", "CodeSigningConfigArn"}
_DEFAULTS: JsonObject = {
    "Architectures": ["x86_64"],
    "Description": "",
    "EphemeralStorage": {"Size": 512},
    "LoggingConfig": {},
    "MemorySize": 128,
    "PackageType": "Zip",
    "SnapStart": {"ApplyOn": "None"},
    "Timeout": 3,
    "TracingConfig": {"Mode": "PassThrough"},
}
_TRANSIENT = ("RevisionId", "Version", "FunctionArn", "State", "StateReason", "StateReasonCode", "LastModified")


def _content(described: JsonObject) -> JsonObject:
    return {k: v for k, v in described.items() if k not in _TRANSIENT and not k.startswith("LastUpdate")}


def _answered(described: JsonObject, name: str) -> JsonObject:
    """What only answers have, and how they leave out what is empty."""
    if "Layers" in described:
        described["Layers"] = [{"Arn": arn, "CodeSize": 1} for arn in described["Layers"]]
    if "VpcConfig" in described:
        described["VpcConfig"] |= {"VpcId": "vpc-1" if described["VpcConfig"].get("SubnetIds") else ""}
    described["SnapStart"] = {**described["SnapStart"], "OptimizationStatus": "Off"}
    logging = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}", **described["LoggingConfig"]}
    if logging["LogFormat"] == "JSON":
        logging = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", **logging}
    described["LoggingConfig"] = logging
    if "ImageConfig" in described:
        described["ImageConfigResponse"] = {"ImageConfig": described.pop("ImageConfig")}
    empty = {
        "Environment": {"Variables": {}},
        "DeadLetterConfig": {"TargetArn": ""},
        "KMSKeyArn": "",
        "Layers": [],
        "FileSystemConfigs": [],
    }
    return {key: value for key, value in described.items() if key not in empty or value != empty[key]}


def _check_configuration(config: JsonObject) -> None:
    variables = config.get("Environment", {}).get("Variables", {})
    measured = json.dumps(variables, separators=(",", ":"))
    start = (
        "Lambda was unable to configure your environment variables because the environment variables you have provided"
    )
    if len(measured) > 4096:
        raise _invalid(f"{start} exceeded the 4KB limit. String measured: {measured}")
    reserved = [key for key in variables if key in {"AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME"}]
    if reserved:
        text = " contains reserved keys that are currently not supported for modification. Reserved keys used in this request: "
        raise _invalid(start + text + ", ".join(reserved))
    if len(config.get("Layers", [])) > 5:
        raise _invalid("Cannot reference more than 5 layers.")
    logging = config.get("LoggingConfig", {})
    if logging.get("LogFormat", "Text") == "Text" and {"ApplicationLogLevel", "SystemLogLevel"} & set(logging):
        raise _invalid("Log levels can only be set with the log format JSON.")


def _check_weights(version: str, weights: dict[str, float]) -> None:
    if weights and version == "$LATEST":
        raise _invalid("$LATEST is not supported for an alias pointing to more than 1 version")
    if len(weights) > 1:
        raise _invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
    if version in weights:
        text = f"Invalid function version {version}. Function version {version} is already included in routing configuration."
        raise _invalid(text)


def _check_zip(code: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile as error:
        raise _invalid("Could not unzip uploaded file. Please check your file, then try to upload again.") from error
    if unpacked > UNZIPPED:
        raise _invalid(f"Unzipped size must be smaller than {UNZIPPED} bytes")


def _run(handler: Handler, event: Json, version: str) -> tuple[bytes, bool]:
    try:
        return json.dumps(handler(event, version)).encode(), False
    except Exception as error:  # noqa: BLE001
        failure = {"errorMessage": str(error), "errorType": type(error).__name__, "requestId": "1", "stackTrace": []}
        return json.dumps(failure).encode(), True


def _echo(event: Json, version: str) -> Json:
    return {"version": version, "event": event}


def _reasons(name: str, reason: tuple[str, str]) -> JsonObject:
    return {f"{name}Reason": reason[0], f"{name}ReasonCode": reason[1]} if reason[0] else {}


def _invalid(message: str) -> AwsRefusal:
    return AwsRefusal(400, "InvalidParameterValueException", message)


def _missing(message: str) -> AwsRefusal:
    return AwsRefusal(404, "ResourceNotFoundException", message)


def _stale() -> AwsRefusal:
    text = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
    return AwsRefusal(412, "PreconditionFailedException", text)
