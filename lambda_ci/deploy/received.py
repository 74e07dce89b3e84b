"""Whether Lambda has the package that was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from lambda_ci.deploy.desired import Desired


def check_received(code_sha256: str, desired: Desired) -> None:
    """Raises ``AwsError`` where the digest of what arrived is another one (base64, as AWS writes it)."""
    if code_sha256 != desired.package.code_sha256:
        raise AwsError(
            f"Lambda has other code for {desired.function_name} than was sent: "
            f"CodeSha256 {code_sha256}, and {desired.package.code_sha256} was sent",
            why="The package was damaged on its way or on this disk, or somebody else updated the function at the same moment.",
            fix="run this again",
        )
