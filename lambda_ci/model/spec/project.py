"""What holds for the whole project, and the whole file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from lambda_ci.model.spec.function import FunctionName, FunctionSpec
from lambda_ci.model.spec.packages import BuildSpec, LayerName, LayerSpec, PackageSpec
from lambda_ci.model.spec.preview import PreviewSpec
from lambda_ci.model.spec.section import Section

ProjectName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-zA-Z0-9_-]+$")]


class AwsSpec(Section):
    """How AWS is reached. Credentials come from the usual chain of boto3."""

    region: str | None = Field(None, description="The AWS region. Default: that of the environment or the profile.")
    profile: str | None = Field(None, description="A profile of the shared AWS configuration.")
    endpoint_url: str | None = Field(
        None, description="Another endpoint than AWS's, for every service.", pattern=r"^https?://\S+$"
    )
    role_to_assume: str | None = Field(
        None,
        description="The ARN of a role to take: with the identity token of the CI system (GitHub, GitLab, Bitbucket, CircleCI) "
        "where there are no credentials, else with those.",
        pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/\S+$",
    )
    role_session_name: str | None = Field(
        None,
        description="What CloudTrail calls it. Default: the repository and the run.",
        pattern=r"^[A-Za-z0-9_+=,.@-]{2,64}$",
    )
    role_duration_seconds: int | None = Field(
        None, description="How long its credentials last; they are renewed before.", ge=900, le=43200
    )


class StagingSpec(Section):
    """Where packages go that are too large for a direct upload."""

    bucket: str = Field(
        description="The S3 bucket for packages too large for a direct upload, in the function's region.",
        pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
    )
    prefix: str = Field("lambda-ci/", description="What the key of every staged package begins with.", max_length=512)
    owner: str | None = Field(
        None,
        description="The account that the bucket belongs to (12 digits). Default: that of the credentials.",
        pattern=r"^[0-9]{12}$",
    )
    kms_key_id: str | None = Field(
        None,
        description="The KMS key that encrypts the packages: its ARN, id or alias. Default: what the bucket says.",
        pattern=r"^[A-Za-z0-9:/_-]+$",
    )
    create: bool = Field(
        False,  # noqa: FBT003 - a field's default
        description="Whether the bucket is made where it is missing: private, encrypted, and with a rule by which packages expire.",
    )
    expire_days: int = Field(
        30, description="After how many days packages expire in a bucket that lambda-ci has made.", ge=1, le=3650
    )


class CacheSpec(Section):
    """A cache in S3 that runs on several machines share."""

    bucket: str = Field(
        description="The S3 bucket in which wheels are kept for runs on other machines. Who can write to it decides what is "
        "in packages.",
        pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
    )
    prefix: str = Field("lambda-ci-cache/", description="What the key of everything in it begins with.", max_length=512)
    write: bool = Field(
        True,  # noqa: FBT003 - a field's default
        description="Whether this run adds to it; `false` for pull requests of others.",
    )
    packages: bool = Field(
        False,  # noqa: FBT003 - a field's default
        description="Whether finished packages, and locks that were resolved, are shared as well, so that a new machine need not "
        "fetch the wheels of a function that has not changed.",
    )


OnFailure = Literal["keep", "rollback-all"]


class StageSpec(Section):
    """What is different in one deployment stage. Mappings merge by key; everything else is replaced."""

    on_failure: OnFailure | None = Field(None, description="As at the top.")

    aws: AwsSpec | None = Field(None, description="As at the top.")
    staging: StagingSpec | None = Field(None, description="As at the top.")
    build: BuildSpec | None = Field(None, description="As at the top.")
    package: PackageSpec | None = Field(None, description="As at the top.")
    layers: Mapping[str, LayerSpec] = Field(default_factory=dict, description="For one layer.")
    defaults: FunctionSpec | None = Field(None, description="For every function.")
    functions: Mapping[str, FunctionSpec] = Field(default_factory=dict, description="For one function.")


class Spec(Section):
    """The whole file."""

    version: Literal[1] = Field(description="The version of this schema.")
    project: ProjectName = Field(
        "lambda-ci", description="Marks what this configuration owns on AWS (tag `lambda-ci:project`)."
    )
    aws: AwsSpec = Field(default_factory=lambda: AwsSpec.model_validate({}), description="How AWS is reached.")
    staging: StagingSpec | None = Field(None, description="Where packages go that are too large for a direct upload.")
    cache: CacheSpec | None = Field(None, description="A cache in S3 that runs on several machines share.")
    on_failure: OnFailure = Field(
        "keep",
        description="What a deployment does where one of several functions fails. `keep`: the others are released all the same. "
        "`rollback-all`: no alias moves before every function has passed its tests, and when one fails after that, all that have "
        "moved go back to what they ran before.",
    )
    build: BuildSpec | None = Field(
        None, description="How a package becomes a wheel that has none for the function's runtime."
    )
    package: PackageSpec | None = Field(None, description="What goes into the packages, and what stays out.")
    preview: PreviewSpec = Field(
        default_factory=lambda: PreviewSpec.model_validate({}), description="Previews of pull requests."
    )
    layers: Mapping[LayerName, LayerSpec] = Field(
        default_factory=dict, description="Layers that functions share, by a name of your choice."
    )
    defaults: FunctionSpec | None = Field(
        None, description="What holds for every function that does not say otherwise."
    )
    functions: Mapping[FunctionName, FunctionSpec] = Field(
        description="The functions, by a name of your choice.", min_length=1
    )
    stages: Mapping[str, StageSpec] = Field(
        default_factory=dict, description="What is different per deployment stage; chosen with `--stage`."
    )
