"""How a package reaches Lambda: inside the request up to Lambda's limit, through S3 above it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.staging.objects import stage
from lambda_ci.errors import PackageError
from lambda_ci.model.artifact import ImagePackage, Package
from lambda_ci.model.platform import facts

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

    from lambda_ci.deploy.package import AnyPackage
    from lambda_ci.deploy.services import Services


def location(package: AnyPackage, services: Services) -> dict[str, str | bytes]:
    """``ImageUri``, ``ZipFile``, or ``S3Bucket`` and ``S3Key`` of a copy that is in the bucket when this returns."""
    if isinstance(package, ImagePackage):
        return {"ImageUri": package.uri}
    if package.size > facts().limits.direct_upload and services.staging is not None:
        return {**stage(package, services.staging, services)}
    try:
        return {"ZipFile": package.path.read_bytes()}
    except OSError as error:
        raise PackageError(
            f"the package {package.path} cannot be read", why=str(error), fix="build it again (lambda-ci build)"
        ) from error


def carrier(package: AnyPackage, services: Services) -> LambdaClient:
    """The client for the request that carries the package, or names it."""
    direct = isinstance(package, Package) and package.size <= facts().limits.direct_upload
    return services.aws.upload_client() if direct else services.aws.lambda_client()
