"""Whether Lambda has the package that was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.package import runs
from lambda_ci.errors import AwsError
from lambda_ci.model.artifact import Package

if TYPE_CHECKING:
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live


def check_received(code_sha256: str, desired: Desired) -> None:
    """Raises ``AwsError`` where the digest of what arrived is another one (base64, as AWS writes it).

    An image cannot be damaged on its way, because its digest is its address.
    """
    if isinstance(desired.package, Package) and code_sha256 != desired.package.code_sha256:
        raise AwsError(
            f"Lambda has other code for {desired.function_name} than was sent: "
            f"CodeSha256 {code_sha256}, and {desired.package.code_sha256} was sent",
            why="The package was damaged on its way or on this disk, or somebody else updated the function at the same moment.",
            fix="run this again",
        )


def publishable(live: Live, desired: Desired) -> str:
    """The ``CodeSha256`` that a version must be published of. Raises ``AwsError`` where $LATEST runs another image."""
    if isinstance(desired.package, Package):
        return desired.package.code_sha256
    if not runs(live, desired.package):
        raise AwsError(
            f"$LATEST of {desired.function_name} runs {live.image or 'no image'}, and {desired.package.uri} is wanted",
            why="Somebody else updated the function at the same moment.",
            fix="see who else deploys it (another job, Terraform, the console), then run this again",
        )
    return live.code_sha256
