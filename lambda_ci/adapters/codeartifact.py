"""AWS CodeArtifact: tokens that open an index, for as long as a build may take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambda_ci.adapters.aws_errors import asking

if TYPE_CHECKING:
    from lambda_ci.adapters.aws import Aws

SECONDS = 3600
"""How long a token is good. CodeArtifact gives 900 to 43200 (its API reference, GetAuthorizationToken)."""
USER = "aws"


def mint(aws: Aws, *, domain: str, owner: str, region: str) -> str:
    """A token for every repository of a domain. One request; needs codeartifact:GetAuthorizationToken and
    sts:GetServiceBearerToken. Raises AwsError. Mask it before it is used."""
    doing = f"get a token for the CodeArtifact domain {domain} of account {owner} in {region}"
    config = aws._config("codeartifact", aws.patience.read, aws.patience.attempts)
    with aws._opening("codeartifact"), asking(doing):
        client: Any = aws._session().client(
            "codeartifact", region_name=region, endpoint_url=aws._endpoint("codeartifact"), config=config
        )
        answer = client.get_authorization_token(domain=domain, domainOwner=owner, durationSeconds=SECONDS)
    return str(answer["authorizationToken"])
