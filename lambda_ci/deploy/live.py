"""One version of a function as it is on AWS, read with GetFunction, which Lambda allows 100 times a second; everything else shares 15
requests a second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import unless_absent
from lambda_ci.adapters.lambda_members import request_form
from lambda_ci.model.history import describes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import GetFunctionRequestTypeDef, GetFunctionResponseTypeDef
    from pydantic import JsonValue

LATEST = "$LATEST"
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Live:
    """One version of a function as AWS describes it. States are AWS's words, which are not a closed list."""

    function_arn: str
    """Without a version or an alias."""
    version: str
    revision_id: str
    code_sha256: str
    code_size: int
    image: str = ""
    """The address of the container image by digest; empty for a zip, and in answers that do not tell it."""
    state: str
    state_reason: str
    update: str
    """``LastUpdateStatus``."""
    update_reason: str
    last_modified: str
    members: Mapping[str, JsonValue] = field(repr=False)
    """In the form of a request: without what only answers have."""
    environment: Mapping[str, str] = field(repr=False)
    environment_error: str
    """Why the variables cannot be read; empty where they can."""
    tags: Mapping[str, str]
    tags_error: str
    reserved_concurrency: int | None = None
    """Of the whole function; ``None``: nothing is reserved."""
    location: str = field(default="", repr=False, compare=False)
    """A presigned address of the package, valid for ten minutes, and therefore a secret. Empty where AWS does not say."""

    @property
    def timeout(self) -> int:
        """Seconds that an invocation may take."""
        return int(cast("int", self.members.get("Timeout", 3)))

    def same_content(self, other: Live) -> bool:
        """Whether both run the same code under the same configuration, whatever their state and revision."""
        alike = describes(self.description, other.description) or describes(other.description, self.description)
        members = {**other.members, "Description": self.members.get("Description")} if alike else other.members
        return (self.code_sha256, {"Description": None, **self.members}, self.environment) == (
            other.code_sha256,
            {"Description": None, **members},
            other.environment,
        )

    @property
    def description(self) -> str:
        """That of a version holds where it came from as well (``model.history``)."""
        return str(self.members.get("Description", ""))


def look(client: LambdaClient, function_name: str, qualifier: str = "") -> Live | None:
    """One version, or ``None`` where it does not exist. ``qualifier``: a version or an alias; default $LATEST."""
    doing = f"read the function {function_name}{qualifier and ':'}{qualifier}"
    version: GetFunctionRequestTypeDef = {"FunctionName": function_name}
    if qualifier:
        version["Qualifier"] = qualifier
    answer = unless_absent(lambda: client.get_function(**version), doing=doing)
    return live(client, answer, doing=doing) if answer is not None else None


def live(client: LambdaClient, answer: GetFunctionResponseTypeDef, *, doing: str) -> Live:
    """The answer of GetFunction, typed. Raises ``AwsError`` where it is not such an answer."""
    complete(answer, "Configuration", doing=doing)
    configuration = answer["Configuration"]
    complete(configuration, "FunctionArn", "Version", "CodeSha256", doing=doing)
    environment = configuration.get("Environment", {})
    return Live(
        function_arn=":".join(configuration["FunctionArn"].split(":")[:7]),
        version=configuration["Version"],
        revision_id=configuration.get("RevisionId", ""),
        code_sha256=configuration.get("CodeSha256", ""),
        code_size=configuration.get("CodeSize", 0),
        image=_image(answer),
        state=configuration.get("State", ""),
        state_reason=_reason(configuration, "StateReason"),
        update=configuration.get("LastUpdateStatus", ""),
        update_reason=_reason(configuration, "LastUpdateStatusReason"),
        last_modified=configuration.get("LastModified", ""),
        members=_members(client, answer),
        environment=environment.get("Variables", {}),
        environment_error=environment.get("Error", {}).get("Message", ""),
        tags=answer.get("Tags", {}),
        tags_error=answer.get("TagsError", {}).get("Message", ""),
        reserved_concurrency=answer.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
        location=answer.get("Code", {}).get("Location", ""),
    )


def _image(answer: GetFunctionResponseTypeDef) -> str:
    """Where the answer names the image by tag only, its digest is that of the code (CodeSha256, then in hex)."""
    code = answer.get("Code", {})
    uri, digest = (
        code.get("ResolvedImageUri") or code.get("ImageUri", ""),
        answer["Configuration"].get("CodeSha256", ""),
    )
    return f"{uri}@sha256:{digest}" if uri and "@" not in uri and _DIGEST.fullmatch(digest) else uri


def _members(client: LambdaClient, answer: GetFunctionResponseTypeDef) -> dict[str, JsonValue]:
    members = request_form(client, cast("Mapping[str, object]", answer))
    return {name: value for name, value in members.items() if name != "Environment"}


def _reason(configuration: Mapping[str, object], name: str) -> str:
    reason, code = configuration.get(name, ""), configuration.get(f"{name}Code", "")
    return f"{reason} ({code})" if code else str(reason)
