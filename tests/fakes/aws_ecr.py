"""ECR as far as image functions need it: logins, repositories, and images that are made up, or are in a real registry.

aws.ecr.repositories["orders"] = {}
digest = aws.ecr.put("orders", "1")
aws.ecr.registry = RealRegistry("127.0.0.1:5000", "AWS", password)     # what the Docker engine pushes to
"""

from __future__ import annotations

import base64
import hashlib
import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.aws_lambda import Answer
from tests.fakes.aws_lambda_rules import invalid
from tests.fakes.aws_strict import AwsRefusal, JsonObject, service_model, violations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ACCOUNT = "123456789012"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
INDEX = "application/vnd.oci.image.index.v1+json"
_ACCEPTED = (MANIFEST, "application/vnd.oci.image.manifest.v1+json", INDEX)


@dataclass(frozen=True)
class RealRegistry:
    """A registry that speaks HTTP on this machine."""

    address: str
    username: str
    password: str = field(repr=False)

    def image(self, name: str, reference: str) -> Image | None:
        request = urllib.request.Request(f"http://{self.address}/v2/{name}/manifests/{reference}")
        request.add_header("Accept", ", ".join(_ACCEPTED))
        word = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        request.add_header("Authorization", f"Basic {word}")
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                kind = answer.headers["Content-Type"]
                return Image(answer.headers["Docker-Content-Digest"], kind, answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 404:
                    return None
                raise


@dataclass(frozen=True)
class Image:
    digest: str
    media_type: str
    manifest: str


class FakeEcr:
    """Its operations, by AWS's names. ``repositories``: digest by tag, by name."""

    def __init__(self, *, region: str) -> None:
        self.host = f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com"
        self.registry: RealRegistry | None = None
        self.repositories: dict[str, dict[str, str]] = {}
        self.images: dict[str, Image] = {}
        self.created: dict[str, JsonObject] = {}
        self.policies: dict[str, JsonObject] = {}
        self.password = ""
        """What logins get, where it is not what the registry takes."""

    def operation(self, headers: Mapping[str, str], body: bytes) -> tuple[str, JsonObject]:
        name = headers.get("x-amz-target", "").rpartition(".")[2]
        shape = service_model("ecr").operation_model(name).input_shape
        parameters: JsonObject = json.loads(body or b"{}")
        problems = violations(shape, parameters) if shape else []
        if problems:
            text = f"Invalid parameter at '{problems[0]}'"
            raise AwsRefusal(400, "InvalidParameterException", text)
        return name, parameters

    def answer(self, operation: str, request: JsonObject) -> Answer:
        operations: dict[str, Callable[[JsonObject], JsonObject]] = {
            "GetAuthorizationToken": self._token,
            "DescribeRepositories": self._describe,
            "CreateRepository": self._create,
            "SetRepositoryPolicy": self._policy,
            "BatchGetImage": self._images,
        }
        return Answer(operations[operation](request))

    def put(self, repository: str, tag: str, *, media_type: str = MANIFEST, manifest: str = "") -> str:
        """Pushed by somebody; returns the digest."""
        text = manifest or json.dumps({"schemaVersion": 2, "mediaType": media_type, "of": [repository, tag]})
        digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
        self.images[digest] = Image(digest, media_type, text)
        self.repositories.setdefault(repository, {})[tag] = digest
        return digest

    def uri(self, repository: str) -> str:
        return f"{self.registry.address if self.registry else self.host}/{repository}"

    def find(self, repository: str, reference: str) -> Image | None:
        """By tag or digest."""
        if self.registry:
            return self.registry.image(repository, reference)
        digest = self.repositories.get(repository, {}).get(reference, reference)
        return self.images.get(digest)

    def resolve(self, uri: str) -> str:
        """What Lambda makes of an ImageUri: the same by digest."""
        named, _, digest = uri.partition("@")
        host, _, rest = named.partition("/")
        name, _, tag = rest.partition(":")
        if host != self.uri("x").partition("/")[0]:
            raise invalid(f"Source image {uri} is not valid. Provide a valid source image.")
        image = self.find(name, digest or tag or "latest")
        if image is None or name not in self.repositories:
            raise invalid(f"Source image {uri} does not exist. Provide a valid source image.")
        if "index" in image.media_type or "list" in image.media_type:
            text = f"The image manifest, config or layer media type for the source image {uri} is not supported."
            raise invalid(text)
        return f"{host}/{name}@{image.digest}"

    def _token(self, _request: JsonObject) -> JsonObject:
        password = self.password or (self.registry.password if self.registry else "not-a-secret-password")
        token = base64.b64encode(f"AWS:{password}".encode()).decode()
        return {"authorizationData": [{"authorizationToken": token, "proxyEndpoint": f"https://{self.host}"}]}

    def _known(self, name: str) -> None:
        if name not in self.repositories:
            text = f"The repository with name '{name}' does not exist in the registry with id '{ACCOUNT}'"
            raise AwsRefusal(400, "RepositoryNotFoundException", text)

    def _describe(self, request: JsonObject) -> JsonObject:
        for name in request["repositoryNames"]:
            self._known(name)
        return {"repositories": [self._described(name) for name in request["repositoryNames"]]}

    def _described(self, name: str) -> JsonObject:
        arn = f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/{name}"
        return {
            "repositoryArn": arn,
            "registryId": ACCOUNT,
            "repositoryName": name,
            "repositoryUri": self.uri(name),
        }

    def _create(self, request: JsonObject) -> JsonObject:
        name = request["repositoryName"]
        if name in self.repositories:
            text = f"The repository with name '{name}' already exists in the registry with id '{ACCOUNT}'"
            raise AwsRefusal(400, "RepositoryAlreadyExistsException", text)
        self.repositories[name], self.created[name] = {}, request
        return {"repository": self._described(name)}

    def _policy(self, request: JsonObject) -> JsonObject:
        self._known(request["repositoryName"])
        self.policies[request["repositoryName"]] = json.loads(request["policyText"])
        return {"repositoryName": request["repositoryName"], "policyText": request["policyText"]}

    def _images(self, request: JsonObject) -> JsonObject:
        name = request["repositoryName"]
        self._known(name)
        images, failures = [], []
        for wanted in request["imageIds"]:
            found = self.find(name, wanted.get("imageDigest") or wanted["imageTag"])
            if found is None:
                text = "Requested image not found"
                failures.append({"imageId": wanted, "failureCode": "ImageNotFound", "failureReason": text})
                continue
            assert found.media_type in request["acceptedMediaTypes"]
            described = {"imageId": {**wanted, "imageDigest": found.digest}, "repositoryName": name}
            described |= {"imageManifest": found.manifest, "imageManifestMediaType": found.media_type}
            images.append(described)
        return {"images": images, "failures": failures}
