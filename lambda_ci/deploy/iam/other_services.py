"""What Lambda and lambda-ci ask of other services: buckets, keys, networks, registries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.iam.scope import Right, Scope, aliased, everything, has, right

if TYPE_CHECKING:
    from lambda_ci.deploy.iam.scope import Condition

_BUCKET, _KEYS, _VPC = "Large packages", "Variables, encrypted with a key of your own", "VPC and file systems"
_IMAGES, _CACHE = "Container images", "The shared cache"
_SLOWER = "the build is slower"


def _repository(scope: Scope) -> tuple[str, ...]:
    """Of an image in ECR, by the name of the repository or its address; nothing where it is in another registry."""
    spec = scope.function.spec
    host, slash, path = (spec.image_uri or spec.image.repository or "").partition("/")
    if not slash or "." not in host:
        return (scope.arn("ecr", f"repository/{host}{slash}{path}"),)
    account, _, service = host.partition(".dkr.ecr.")
    name = path.partition("@")[0].partition(":")[0]
    return (f"arn:{scope.partition}:ecr:{scope.region}:{account}:repository/{name}",) if service else ()


def _in_ecr(scope: Scope) -> bool:
    return scope.function.spec.is_image and bool(_repository(scope))


def _pushed(scope: Scope) -> bool:
    return _in_ecr(scope) and not scope.function.spec.image_uri


def _made_bucket(scope: Scope) -> bool:
    return bool(scope.settings.staging and scope.settings.staging.create)


def _bucket(scope: Scope) -> tuple[str, ...]:
    return (scope.bucket(scope.settings.staging.bucket),) if scope.settings.staging else ()


def _staged(scope: Scope) -> tuple[str, ...]:
    staging = scope.settings.staging
    return (scope.bucket(f"{staging.bucket}/{staging.prefix}*"),) if staging else ()


def _staging_key(scope: Scope) -> tuple[str, ...]:
    staging = scope.settings.staging
    return (scope.key(staging.kms_key_id),) if staging and staging.kms_key_id else ()


def _variables_key(scope: Scope) -> tuple[str, ...]:
    return (scope.key(str(scope.function.spec.members["KMSKeyArn"])),)


def _variables_alias(scope: Scope) -> Condition:
    return aliased(str(scope.function.spec.members["KMSKeyArn"]))


def _staging_alias(scope: Scope) -> Condition:
    staging = scope.settings.staging
    return aliased(staging.kms_key_id) if staging and staging.kms_key_id else {}


def _cache(scope: Scope) -> tuple[str, ...]:
    cache = scope.settings.cache
    return (scope.bucket(f"{cache.bucket}/{cache.prefix}*"),) if cache else ()


def _cache_bucket(scope: Scope) -> tuple[str, ...]:
    return (scope.bucket(scope.settings.cache.bucket),) if scope.settings.cache else ()


def _made_repository(scope: Scope) -> bool:
    return _pushed(scope) and scope.function.spec.image.create_repository


def _cache_written(scope: Scope) -> bool:
    return bool(scope.settings.cache and scope.settings.cache.write)


RIGHTS: tuple[Right, ...] = (
    right(
        _BUCKET,
        "s3:PutObject s3:GetObject",
        "deploy",
        _staged,
        when="with `staging`; Lambda reads the package with the credentials of the run",
    ),
    right(
        _BUCKET,
        "s3:AbortMultipartUpload",
        "deploy",
        _staged,
        when="with `staging`",
        without="the parts of an upload that broke stay in the bucket",
    ),
    right(
        _BUCKET,
        "s3:ListBucket",
        "deploy",
        _bucket,
        when="with `staging`",
        without="what is missing cannot be told from what may not be seen, and a missing bucket not be made",
    ),
    right(
        _BUCKET,
        "kms:GenerateDataKey kms:Decrypt",
        "deploy",
        _staging_key,
        condition=_staging_alias,
        when="with `staging: {kms-key-id: …}`; parts of an upload are read again when they become one object",
    ),
    right(
        _BUCKET,
        "s3:CreateBucket s3:PutBucketTagging s3:PutBucketPublicAccessBlock s3:PutEncryptionConfiguration s3:PutBucketVersioning "
        "s3:PutLifecycleConfiguration s3:GetLifecycleConfiguration",
        "deploy",
        _bucket,
        needed=_made_bucket,
        when="with `staging: {create: true}`; only the first run makes the bucket",
    ),
    right(_BUCKET, "s3:ListBucket", "deploy", _bucket, needed=_made_bucket, when="with `staging: {create: true}`"),
    right(
        _BUCKET,
        "s3:GetBucketTagging",
        "deploy",
        _bucket,
        needed=_made_bucket,
        when="with `staging: {create: true}`",
        without="a bucket whose making was interrupted is not finished",
    ),
    right(
        _KEYS,
        "kms:Encrypt kms:Decrypt kms:DescribeKey kms:CreateGrant",
        "deploy",
        _variables_key,
        condition=_variables_alias,
        needed=has("KMSKeyArn"),
        when="with `kms-key-arn`",
    ),
    right(
        _KEYS,
        "kms:Decrypt",
        "plan",
        _variables_key,
        condition=_variables_alias,
        needed=has("KMSKeyArn"),
        when="with `kms-key-arn`",
    ),
    right(
        _VPC,
        "ec2:DescribeVpcs ec2:DescribeSubnets ec2:DescribeSecurityGroups",
        "deploy",
        everything,
        needed=has("VpcConfig"),
        when="with `vpc-config`; Lambda looks with the credentials of the run",
    ),
    right(
        _VPC,
        "elasticfilesystem:DescribeMountTargets",
        "deploy",
        everything,
        needed=has("FileSystemConfigs"),
        when="with `file-system-configs`",
    ),
    right(
        _IMAGES,
        "ecr:BatchGetImage ecr:GetDownloadUrlForLayer",
        "deploy",
        _repository,
        needed=_in_ecr,
        when="with an image in ECR",
    ),
    right(_IMAGES, "ecr:BatchGetImage", "plan", _repository, needed=_in_ecr, when="with an image in ECR"),
    right(_IMAGES, "ecr:DescribeRepositories", "plan deploy", _repository, needed=_pushed, when="with `image`"),
    right(_IMAGES, "ecr:GetAuthorizationToken", "deploy", everything, needed=_pushed, when="with `image`"),
    right(
        _IMAGES,
        "ecr:BatchCheckLayerAvailability ecr:InitiateLayerUpload ecr:UploadLayerPart ecr:CompleteLayerUpload ecr:PutImage",
        "deploy",
        _repository,
        needed=_pushed,
        when="with `image`",
    ),
    right(
        _IMAGES,
        "ecr:CreateRepository ecr:TagResource ecr:SetRepositoryPolicy",
        "deploy",
        _repository,
        needed=_made_repository,
        when="with `image: {create-repository: true}`",
    ),
    right(
        _IMAGES,
        "ecr:GetRepositoryPolicy ecr:SetRepositoryPolicy",
        "deploy",
        _repository,
        needed=_in_ecr,
        when="with an image in a repository that Lambda may not read yet: it lets itself in",
    ),
    right(_CACHE, "s3:GetObject", "build plan deploy", _cache, when="with `cache`", without=_SLOWER),
    right(
        _CACHE, "s3:PutObject", "build plan deploy", _cache, needed=_cache_written, when="with `cache`", without=_SLOWER
    ),
    right(_CACHE, "s3:ListBucket", "build plan deploy", _cache_bucket, when="with `cache`", without=_SLOWER),
)
