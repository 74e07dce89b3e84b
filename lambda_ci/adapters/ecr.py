"""AWS's container registry (ECR): repositories, the images in them by tag or digest, and the login for pushing.

Source: the ECR API reference. Tags that were pushed never move here: a repository that lambda-ci creates is immutable.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lambda_ci.adapters.aws_answers import foreign
from lambda_ci.adapters.aws_errors import Refusal, asking, unless_absent
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.adapters.aws import Aws

MANIFESTS = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.index.v1+json",
)
_READERS = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "LambdaECRImageRetrievalPolicy",
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        }
    ],
}
"""What Lambda needs to fetch an image. Source: the developer guide, "Create a Lambda function using a container image"."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """An image in a registry. ``manifest`` is empty where the registry did not give it."""

    digest: str
    media_type: str
    manifest: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Login:
    """Name and password for a registry; the password is good for 12 hours."""

    username: str
    password: str = field(repr=False)


class Ecr:
    """ECR in one region. ``account`` (12 digits) is whose registry; empty: that of the credentials."""

    def __init__(self, aws: Aws, *, region: str = "", account: str = "") -> None:
        self._aws = aws
        self._region = region or aws.region
        self._account: dict[str, str] = {"registryId": account} if account else {}
        self._made: Any = None

    def address(self, repository: str) -> str | None:
        """``REGISTRY/REPOSITORY``, or ``None`` where there is no such repository. Needs ecr:DescribeRepositories."""
        doing = f"find the ECR repository {repository}"
        found = unless_absent(
            lambda: self._client.describe_repositories(repositoryNames=[repository], **self._account),
            doing=doing,
            codes={"RepositoryNotFoundException"},
        )
        return None if found is None else _member(found, "repositories", doing, "repositoryUri")

    def create(self, repository: str, *, tags: Mapping[str, str]) -> str:
        """Make a repository, or find the one that somebody else just made; returns its address.

        Needs ecr:CreateRepository, ecr:TagResource and ecr:SetRepositoryPolicy.
        """
        doing = f"create the ECR repository {repository}"
        try:
            with asking(doing):
                made = self._client.create_repository(
                    repositoryName=repository,
                    imageTagMutability="IMMUTABLE",
                    imageScanningConfiguration={"scanOnPush": True},
                    tags=[{"Key": key, "Value": value} for key, value in tags.items()],
                )
        except Refusal as refusal:
            if refusal.code != "RepositoryAlreadyExistsException" or (found := self.address(repository)) is None:
                raise
            return found
        with asking(f"let Lambda read the ECR repository {repository}"):
            self._client.set_repository_policy(repositoryName=repository, policyText=json.dumps(_READERS))
        return _member({"repository": [made.get("repository", {})]}, "repository", doing, "repositoryUri")

    def find(self, repository: str, *, tag: str = "", digest: str = "") -> Stored | None:
        """An image, or ``None`` where there is none under this tag or digest. Needs ecr:BatchGetImage."""
        wanted = {"imageDigest": digest} if digest else {"imageTag": tag}
        doing = f"find the image {repository}{'@' + digest if digest else ':' + tag} in ECR"
        with asking(doing):
            answer = self._client.batch_get_image(
                repositoryName=repository, imageIds=[wanted], acceptedMediaTypes=list(MANIFESTS), **self._account
            )
        failed = [str(one.get("failureCode")) for one in answer.get("failures", ())]
        if failed and failed != ["ImageNotFound"]:
            raise AwsError(
                f"could not {doing}: {', '.join(failed)}", why=str(answer["failures"][0].get("failureReason"))
            )
        if failed or not answer.get("images"):
            return None
        image = answer["images"][0]
        manifest = str(image.get("imageManifest", ""))
        return Stored(
            digest=str(image["imageId"]["imageDigest"]),
            media_type=str(image.get("imageManifestMediaType") or json.loads(manifest or "{}").get("mediaType", "")),
            manifest=manifest,
        )

    def login(self) -> Login:
        """Needs ecr:GetAuthorizationToken. Mask the password before it is used."""
        with asking("get a login for ECR"):
            answer = self._client.get_authorization_token()
        token = _member(answer, "authorizationData", "get a login for ECR", "authorizationToken")
        username, _, password = base64.b64decode(token).decode().partition(":")
        return Login(username=username, password=password)

    @property
    def _client(self) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
        if self._made is None:
            aws = self._aws
            config = aws._config("ecr", aws.patience.read, aws.patience.attempts)
            with aws._opening("ecr"):
                self._made = aws._session().client(
                    "ecr", region_name=self._region, endpoint_url=aws._endpoint("ecr"), config=config
                )
        return self._made


def _member(answer: Mapping[str, Any], name: str, doing: str, inner: str) -> str:
    items = answer.get(name) or ()
    if not items or not items[0].get(inner):
        raise foreign(doing, f"without {name}")
    return str(items[0][inner])
