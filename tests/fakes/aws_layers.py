"""Layers as Lambda has them: versions that never change, and what it refuses of a function's list of layers.

Codes and messages are those recorded from AWS, but for the size of a function together with its layers.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.aws_lambda_rules import UNZIPPED, invalid, missing
from tests.fakes.aws_strict import AwsRefusal, JsonObject

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT = "123456789012"


@dataclass(frozen=True)
class LayerVersion:
    """``described`` is an answer of ListLayerVersions for one version."""

    described: JsonObject
    code: bytes = field(repr=False)

    @property
    def code_sha256(self) -> str:
        return base64.b64encode(hashlib.sha256(self.code).digest()).decode()


class FakeLayers:
    """``versions``: by ARN. Layers of other accounts can be used where they are in ``shared``."""

    def __init__(self, *, region: str, code: Callable[[JsonObject], bytes]) -> None:
        self.region, self._code = region, code
        self.versions: dict[str, LayerVersion] = {}
        self.shared: set[str] = set()
        self.numbers: dict[str, int] = {}

    def put(self, name: str) -> str:
        """A layer that somebody else published in this account; its ARN."""
        buffer = io.BytesIO()
        zipfile.ZipFile(buffer, "w").writestr("python/theirs.py", "")
        request = {"LayerName": name, "Content": {"ZipFile": buffer.getvalue()}}
        return str(self.publish(request)["LayerVersionArn"])

    def publish(self, request: JsonObject) -> JsonObject:
        name = request["LayerName"].rpartition(":")[2]
        code = self._code(request["Content"])
        number = self.numbers[name] = self.numbers.get(name, 0) + 1
        arn = f"arn:aws:lambda:{self.region}:{ACCOUNT}:layer:{name}"
        given = ("Description", "CompatibleRuntimes", "CompatibleArchitectures", "LicenseInfo")
        described = {"LayerVersionArn": f"{arn}:{number}", "Version": number, "Description": ""}
        described |= {key: request[key] for key in given if key in request}
        self.versions[f"{arn}:{number}"] = version = LayerVersion(described, code)
        return self._answer(version)

    def list_versions(self, request: JsonObject) -> JsonObject:
        """The newest first; an unknown layer has no versions."""
        own = f":layer:{request['LayerName']}:"
        found = [one.described for arn, one in self.versions.items() if own in arn]
        return {"LayerVersions": found[::-1]}

    def get(self, request: JsonObject) -> JsonObject:
        name, number = request["LayerName"], request["VersionNumber"]
        if number < 1:
            raise invalid("Layer Version Cannot be less than 1")
        arn = f"arn:aws:lambda:{self.region}:{ACCOUNT}:layer:{name}:{number}"
        if arn not in self.versions:
            raise missing("The resource you requested does not exist.")
        return self._answer(self.versions[arn])

    def delete(self, request: JsonObject) -> JsonObject:
        arn = f"arn:aws:lambda:{self.region}:{ACCOUNT}:layer:{request['LayerName']}:{request['VersionNumber']}"
        self.versions.pop(arn, None)
        return {}

    def check(self, arns: list[str], code: bytes) -> None:
        """What Lambda says to a function with these layers."""
        if len(arns) > 5:
            raise invalid("Cannot reference more than 5 layers.")
        seen: dict[str, str] = {}
        for arn in arns:
            other = seen.setdefault(arn.rpartition(":")[0], arn)
            if other is not arn:
                text = "Two different versions of the same layer are not allowed to be referenced in the same function."
                raise invalid(f"{text} {arn} and {other} are versions of the same layer.")
            self._usable(arn)
        self.check_size(arns, code)

    def check_size(self, arns: list[str], code: bytes) -> None:
        """Lambda counts a function's code and all of its layers together."""
        held = [self.versions[arn].code for arn in arns if arn in self.versions]
        unzipped = sum(map(_unzipped, [code, *held])) if held else 0
        if unzipped > UNZIPPED:
            text = f"Function code combined with layers exceeds the maximum allowed size of {UNZIPPED} bytes."
            raise invalid(f"{text} The actual size is {unzipped} bytes.")

    def _usable(self, arn: str) -> None:
        _, _, _, region, account, *_ = arn.split(":")
        if region != self.region:
            text = f"Layers are expected to be in region {self.region}."
            raise invalid(f"Layers are not in the same region as the function. {text}")
        if account != ACCOUNT and arn not in self.shared:
            who = f"arn:aws:iam::{ACCOUNT}:user/ci"
            text = f"User: {who} is not authorized to perform: lambda:GetLayerVersion on resource: {arn}"
            why = "because no resource-based policy allows the lambda:GetLayerVersion action"
            raise AwsRefusal(403, "AccessDeniedException", f"{text} {why}")
        if account == ACCOUNT and arn not in self.versions:
            raise invalid(f"Layer version {arn} does not exist.")

    def _answer(self, version: LayerVersion) -> JsonObject:
        place = {"Location": "https://example.invalid/layer"}
        content = {**place, "CodeSha256": version.code_sha256, "CodeSize": len(version.code)}
        arn = version.described["LayerVersionArn"].rpartition(":")[0]
        return {**version.described, "LayerArn": arn, "Content": content}


def _unzipped(code: bytes) -> int:
    if not code:  # of an image
        return 0
    with zipfile.ZipFile(io.BytesIO(code)) as archive:
        return sum(member.file_size for member in archive.infolist())
