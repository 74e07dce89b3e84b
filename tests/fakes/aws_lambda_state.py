"""The functions of an account: their states, revisions and transitions."""

from __future__ import annotations

import base64
import copy
import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.aws_lambda_rules import DEFAULTS, answered, check_zip, invalid, missing, reasons, refuse_image, stale
from tests.fakes.aws_layers import FakeLayers
from tests.fakes.aws_strict import AwsRefusal, Json, JsonObject

ACCOUNT = "123456789012"
DIRECT = 52_428_800
_REVISIONS = itertools.count(1)
Handler = Callable[[Json, str], Json]
"""Takes the decoded event and the version; returns the answer or raises."""


@dataclass
class Answer:
    """``payload`` is sent as it is instead of ``body``."""

    body: JsonObject = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    payload: bytes | None = None


@dataclass
class Warm:
    """Provisioned concurrency of an alias; ``reads`` more see it in progress."""

    requested: int
    reads: int
    becomes: str
    reason: str

    def described(self, status: str) -> JsonObject:
        reason = {"StatusReason": self.reason} if status == "FAILED" else {}
        return {"RequestedProvisionedConcurrentExecutions": self.requested, "Status": status, **reason}


@dataclass
class Deployed:
    """One function with everything that belongs to it. ``config`` is in the form of a request."""

    name: str
    arn: str
    config: JsonObject
    code: bytes
    image: tuple[str, str] = ("", "")
    """The image as it was named, and the same by digest."""
    version_images: dict[str, tuple[str, str]] = field(default_factory=dict)
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
    published: JsonObject = field(default_factory=dict)
    """What the newest version was made from: its own description does not count."""
    version_reads: dict[str, int] = field(default_factory=dict)
    next_version: int = 1
    aliases: dict[str, JsonObject] = field(default_factory=dict)
    policies: dict[str, JsonObject] = field(default_factory=dict)
    """A statement by the version that it is for."""
    provisioned: list[str] = field(default_factory=list)
    reserved: int | None = None
    events: dict[str, JsonObject] = field(default_factory=dict)
    """Rules for asynchronous invocations, by alias."""
    warm: dict[str, Warm] = field(default_factory=dict)
    urls: dict[str, JsonObject] = field(default_factory=dict)
    """By alias."""
    recursive_loop: str = "Terminate"
    runtimes: dict[str, JsonObject] = field(default_factory=dict)
    """Runtime management, by version."""
    scaling: dict[str, JsonObject] = field(default_factory=dict)
    """On a capacity provider, by version."""
    statements: dict[str, dict[str, JsonObject]] = field(default_factory=dict)
    """Of policies, by alias and by their ids."""

    @property
    def code_sha256(self) -> str:
        if self.image[1]:
            return self.image[1].rpartition(":")[2]
        return base64.b64encode(hashlib.sha256(self.code).digest()).decode()

    @property
    def busy(self) -> bool:
        return self.state == "Pending" or self.update == "InProgress"


class Functions:
    """``creating``, ``updating``, ``publishing``: how many reads see a transition before it ends."""

    def __init__(self, *, region: str, objects: Callable[[str, str], bytes | None]) -> None:
        self.region, self.objects = region, objects
        self.served = ""
        """Where function URLs lead, in the place of addresses that nobody can ask."""
        self.images: Callable[[str], str] = refuse_image
        self.stored: dict[str, bytes] = {}
        """Every package that was uploaded, by its CodeSha256."""
        self.locate: Callable[[str], str] = lambda _code_sha256: ""
        """Where GetFunction says that a package is."""
        self.functions: dict[str, Deployed] = {}
        self.sealed = False
        """Whether the caller may not decrypt variables: then GetFunction does not tell them."""
        self.layers = FakeLayers(region=region, code=self.code)
        self.handlers: dict[str, Handler] = {}
        self.inits: dict[str, float] = {}
        """Milliseconds that a call of the function waits for a new environment; no entry: one is there."""
        self.creating, self.updating, self.publishing = 1, 1, 0
        self.warming = 1
        self.warmed = ("READY", "")
        """What becomes of provisioned concurrency, and why."""
        self.next_transition_fails: tuple[str, str] | None = None
        """Reason and code with which the next creation or update ends."""
        self.unassumable: dict[str, int] = {}
        """Role → how many more requests are refused because IAM has not told Lambda yet."""

    def begin(self, function: Deployed, reads: int) -> None:
        function.revision, function.reads = self.revision(), reads
        if function.state == "Pending":
            function.becomes = ("Active", "", "")
        else:
            function.update, function.becomes = "InProgress", ("Successful", "", "")
            function.update_reason = ("The function is being created.", "Creating")
        if self.next_transition_fails:
            function.becomes = ("Failed", *self.next_transition_fails)
            self.next_transition_fails = None
        if not reads:
            self.end(function)

    def end(self, function: Deployed) -> None:
        word, reason, code = function.becomes
        function.revision = self.revision()
        if function.state == "Pending":
            function.state, function.state_reason = word, (reason, code)
            function.update = "Successful" if word == "Active" else ""
        else:
            function.update, function.update_reason = word, (reason, code)

    def read(self, function: Deployed, version: str) -> JsonObject:
        """Described, and a step further in its transition."""
        if version != "$LATEST":
            described = copy.deepcopy(function.versions[version])
            waiting = function.version_reads[version]
            function.version_reads[version] = max(0, waiting - 1)
            return {**described, "State": "Pending", "StateReasonCode": "Creating"} if waiting else described
        described = self.describe(function)
        if function.busy:
            function.reads -= 1
            if function.reads <= 0:
                self.end(function)
        return described

    def describe(self, function: Deployed) -> JsonObject:
        described: JsonObject = {**copy.deepcopy(DEFAULTS), **copy.deepcopy(function.config)}
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
        described |= reasons("State", function.state_reason) | reasons("LastUpdateStatus", function.update_reason)
        if function.update:
            described["LastUpdateStatus"] = function.update
        return answered(described, function.name)

    def resolve(self, request: JsonObject) -> tuple[Deployed, str]:
        name, _, inline = request["FunctionName"].rpartition(":function:")[2].partition(":")
        qualifier = request.get("Qualifier") or inline or "$LATEST"
        if inline and request.get("Qualifier", inline) != inline:
            raise invalid("The derived qualifier from the function name does not match the specified qualifier.")
        function = self.functions.get(name)
        if function is not None and (qualifier == "$LATEST" or qualifier in function.versions):
            return function, qualifier
        if function is not None and qualifier in function.aliases:
            return function, function.aliases[qualifier]["FunctionVersion"]
        arn = f"arn:aws:lambda:{self.region}:{ACCOUNT}:function:{name}"
        raise missing(f"Function not found: {arn}" + ("" if qualifier == "$LATEST" else f":{qualifier}"))

    def function(self, name: str) -> Deployed:
        return self.resolve({"FunctionName": name})[0]

    def by_arn(self, arn: str) -> Deployed:
        if len(arn.split(":")) > 7:
            raise invalid("Tags on function aliases and versions are not supported. Please specify a function ARN.")
        return self.function(arn)

    def writable(self, request: JsonObject) -> Deployed:
        function = self.function(request["FunctionName"])
        self.check_idle(function)
        if request.get("RevisionId", function.revision) != function.revision:
            raise stale()
        return function

    def check_idle(self, function: Deployed) -> None:
        if function.state == "Pending":
            text = "The operation cannot be performed at this time. The function is currently in the following state: Pending"
            raise AwsRefusal(409, "ResourceConflictException", text)
        if function.update == "InProgress":
            text = (
                f"The operation cannot be performed at this time. An update is in progress for resource: {function.arn}"
            )
            raise AwsRefusal(409, "ResourceConflictException", text)

    def check_role(self, role: str) -> None:
        if self.unassumable.get(role, 0) > 0:
            self.unassumable[role] -= 1
            raise invalid("The role defined for the function cannot be assumed by Lambda.")

    def code(self, request: JsonObject) -> bytes:
        if "ZipFile" in request:
            code: bytes | None = request["ZipFile"]
            if len(request["ZipFile"]) > DIRECT:
                text = f"Zipped size must be smaller than {DIRECT} bytes"
                raise AwsRefusal(413, "RequestEntityTooLargeException", text)
        else:
            code = self.objects(request["S3Bucket"], request["S3Key"])
        if code is None:
            text = "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist."
            raise invalid(text)
        check_zip(code)
        self.stored[base64.b64encode(hashlib.sha256(code).digest()).decode()] = code
        return code

    def carried(self, request: JsonObject) -> tuple[bytes, tuple[str, str]]:
        """The zip, or the image, of the request's ``Code`` part."""
        if "ImageUri" in request:
            return b"", (request["ImageUri"], self.images(request["ImageUri"]))
        return self.code(request), ("", "")

    def page(self, name: str, items: list[JsonObject], request: JsonObject) -> Answer:
        """At most 50, as AWS gives them."""
        start, most = int(request.get("Marker") or 0), min(int(request.get("MaxItems") or 50), 50)
        rest = {"NextMarker": str(start + most)} if start + most < len(items) else {}
        return Answer({name: items[start : start + most], **rest})

    def location(self, function: Deployed, version: str) -> JsonObject:
        """``Code`` in the answer of GetFunction."""
        uri, resolved = function.image if version == "$LATEST" else function.version_images[version]
        if resolved:
            return {"RepositoryType": "ECR", "ImageUri": uri, "ResolvedImageUri": resolved}
        digest = function.code_sha256 if version == "$LATEST" else function.versions[version]["CodeSha256"]
        code = {"RepositoryType": "S3", "Location": self.locate(digest)}
        return {**code, "SourceKMSKeyArn": function.code_key} if function.code_key else code

    def revision(self) -> str:
        return f"00000000-0000-4000-8000-{next(_REVISIONS):012d}"
