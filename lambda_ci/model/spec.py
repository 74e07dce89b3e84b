"""The configuration, version 1: every key that a user can write, with its meaning.

The JSON schema, the reference in ``docs/``, the flags and the inputs in ``action.yml`` are generated from these models.
Beside the fields below, a function takes every member of Lambda's CreateFunction, UpdateFunctionConfiguration and
UpdateFunctionCode under its kebab-case name (``memory-size``, ``vpc-config`` …); the door checks those against botocore's
service model and leaves them in ``FunctionSpec.members`` under AWS's own names.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from lambda_ci.model.size import SIZE
from lambda_ci.model.target import Architecture, Target


def kebab(name: str) -> str:
    """``max_duration`` → ``max-duration``."""
    return name.replace("_", "-")


class _Spec(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        alias_generator=kebab,
        validate_by_name=False,
        validate_by_alias=True,
        hide_input_in_errors=True,
    )


MAX_EXPRESSION = 1000
"""Characters of a JMESPath expression."""

CorsHeader = Annotated[str, Field(max_length=1024)]
CorsMethod = Annotated[str, Field(pattern=r"^(\*|GET|HEAD|PUT|POST|PATCH|DELETE)$")]
CorsOrigin = Annotated[str, Field(min_length=1, max_length=253)]
Destination = Annotated[str, Field(max_length=350, pattern=r"^(none|arn:aws[a-zA-Z0-9-]*:[a-zA-Z0-9-]+:\S*)$")]
AliasName = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[a-zA-Z0-9_-]*[a-zA-Z_-][a-zA-Z0-9_-]*$")]
FunctionName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-zA-Z0-9_-]+$")]
LayerName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-zA-Z0-9_-]+$")]
ProjectName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-zA-Z0-9_-]+$")]


class Expect(_Spec):
    """What a smoke test's answer must be. Without any expectation the function must only not fail."""

    status: int | None = Field(None, description="The `statusCode` in the answer.", ge=100, le=599)
    json_: JsonValue = Field(
        None, alias="json", description="JSON that the answer must contain: objects by key, anything else equal."
    )
    body: JsonValue = Field(None, description="JSON that the answer's `body`, decoded, must contain.")
    jmespath: str | None = Field(
        None, description="A JMESPath expression over the answer that must be true.", max_length=MAX_EXPRESSION
    )
    error: str | bool | None = Field(
        None, description="`true` where the function must fail, or the `errorType` it must fail with."
    )
    max_duration: float | int | None = Field(None, description="Seconds that the invocation may take.", gt=0)


SystemPackage = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9][A-Za-z0-9._+:@-]*$")]


class BuildSpec(_Spec):
    """How a package becomes a wheel that has none for the function's runtime."""

    backend: Literal["auto", "wheels", "in-place", "container"] = Field(
        "auto",
        description="`wheels`: nothing is built. `in-place`: on this machine. `container`: in the Lambda image. "
        "`auto`: what has no fitting wheel is built, in place where that gives the right result, else in the image.",
    )
    image: str | None = Field(
        None,
        description="The image to build in. Default: AWS's image of the runtime, `public.ecr.aws/lambda/python:X.Y`.",
        max_length=1000,
        pattern=r"^[A-Za-z0-9]\S*$",
    )
    system_packages: tuple[SystemPackage, ...] = Field(
        (), description="Packages of the image's system that builds need, such as `gcc`; installed before building."
    )
    timeout: float | int = Field(15, description="Minutes that building one package may take.", gt=0, le=1440)
    import_check: Literal["auto", "required", "never"] = Field(
        "auto",
        description="Whether the handler is imported from the finished package by the runtime's own Python, before anything "
        "is written to AWS. `auto`: where such a Python is at hand. `required`: without one the build fails.",
    )


Size = Annotated[str, Field(max_length=40, pattern=SIZE)]


class PackageSpec(_Spec):
    """What goes into a package beside the dependencies and the code, and what stays out."""

    bytecode: Literal["auto", "required", "never"] = Field(
        "auto",
        description="Bytecode compiled by the runtime's own Python, so that a cold start compiles nothing. `auto`: where "
        "such a Python is at hand and the package stays within Lambda's limits. `required`: without one the build fails.",
    )
    slim: tuple[Literal["tests", "stubs", "headers", "debug-symbols", "duplicates"], ...] = Field(
        (),
        description="What to leave out of dependencies: `tests`, `stubs` (type information), `headers` (sources for compilers), "
        "`debug-symbols` (of shared libraries), `duplicates` (a shared library under names that nothing asks for). Metadata, "
        "licences and the function's own files always stay.",
    )
    botocore_services: tuple[Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9-]+$")], ...] = Field(
        (),
        description="The AWS services that the function uses, by the names that `boto3.client()` takes: of botocore's data only "
        "theirs are packaged, and those that credentials need. Default: all.",
    )
    runtime_boto3: bool = Field(
        False,  # noqa: FBT003 - a field's default
        description="Leave out boto3 and what only it needs, and use what the runtime carries, in the version of AWS's choice.",
    )
    max_size: Size | int | None = Field(
        None, description="The most that the zip may have: bytes, `20 MB` or `20 MiB`. A larger one fails the build."
    )
    max_unpacked_size: Size | int | None = Field(
        None,
        description="The most that the package may have unpacked, together with the layers that the project builds. A larger "
        "one fails the build.",
    )
    sbom: bool = Field(
        True,  # noqa: FBT003 - a field's default
        description="Write a CycloneDX bill of materials and a provenance statement beside the package.",
    )


class AuditSpec(_Spec):
    """What the audit of the package lets pass."""

    waive: tuple[str, ...] = Field(
        (),
        description="Distributions whose errors in the audit become warnings; `.` stands for the function's own files.",
    )


class ImageSpec(_Spec):
    """The image of a function with `package-type: Image`, where lambda-ci makes it."""

    repository: str | None = Field(
        None,
        description="Where the image is pushed: the name of an ECR repository of this account and region, or a registry's "
        "address with a repository.",
        max_length=512,
        pattern=r"^([A-Za-z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+([._/-]+[a-z0-9]+)*$",
    )
    dockerfile: Path | None = Field(
        None,
        description="The Dockerfile, relative to the configuration file. Default: one is generated, with the package (the "
        "audited dependencies and the code) in the image `base`.",
    )
    context: Path | None = Field(
        None, description="The folder that the Dockerfile copies from. Default: the folder of the Dockerfile."
    )
    base: str | None = Field(
        None,
        description="The image that a generated Dockerfile begins with. Default: AWS's image of the runtime, "
        "`public.ecr.aws/lambda/python:X.Y`.",
        max_length=1000,
        pattern=r"^[A-Za-z0-9]\S*$",
    )
    build_args: Mapping[str, str] = Field(
        default_factory=dict,
        description="Build arguments. They can be read in the image's history: nothing secret belongs here.",
    )
    target: str | None = Field(
        None,
        description="The stage of the Dockerfile to build. Default: the last.",
        max_length=128,
        pattern=r"^[A-Za-z0-9_.-]+$",
    )
    create_repository: bool = Field(
        False,  # noqa: FBT003 - a field's default
        description="Create the ECR repository where it is missing: scanned on push, with tags that never move, and "
        "readable for Lambda.",
    )


class LayerSpec(_Spec):
    """One layer: dependencies and modules that functions share. Built for the runtime and architecture of those that use it."""

    source: Path | None = Field(
        None,
        description="A folder with modules of your own, relative to the configuration file. They go under `python/`; its folders "
        "`python`, `bin` and `lib` keep their places, unless they are Python packages.",
    )
    requirements: Path | Literal[False] | None = Field(
        None,
        description="The dependency file, as for a function. Default: the one in `source`. `false`: no dependencies.",
    )
    groups: tuple[str, ...] = Field((), description="Dependency groups to take as well, by their names in the file.")
    extras: tuple[str, ...] = Field(
        (), description="Extras of the project to take as well, by their names in the file."
    )
    runtime: str | None = Field(
        None,
        description="The only runtime that the layer is for. Default: that of each function that uses it.",
        pattern=r"^python3\.[0-9]+$",
    )
    architecture: Architecture | None = Field(
        None, description="The only architecture that the layer is for. Default: that of each function that uses it."
    )
    exclude: tuple[str, ...] = Field(
        (), description="Patterns (as in .gitignore) of files in `source` that stay out, beside those in .lambdaignore."
    )
    build: BuildSpec = Field(
        default_factory=lambda: BuildSpec.model_validate({}), description="As at the top, for this layer."
    )
    package: PackageSpec = Field(
        default_factory=lambda: PackageSpec.model_validate({}), description="As at the top, for this layer."
    )
    audit: AuditSpec = Field(
        default_factory=lambda: AuditSpec.model_validate({}), description="What the audit lets pass of this layer."
    )
    description: str = Field("", description="What AWS shows of it.", max_length=160)
    license_info: str = Field("", description="The licence, as AWS shows it.", max_length=512)

    @property
    def target(self) -> Target:
        """What the layer is built for; known once a function uses it."""
        if self.runtime is None or self.architecture is None:
            raise ValueError("a layer without a function that uses it is built for nothing")
        return Target(self.runtime, self.architecture)


class SmokeCase(_Spec):
    """One invocation of the published version, before the alias moves to it."""

    name: str = Field("", description="A name for the report.")
    payload: JsonValue = Field(None, description="The event, as YAML.")
    payload_file: Path | None = Field(
        None, description="A JSON file with the event, relative to the configuration file."
    )
    expect: Expect = Field(default_factory=lambda: Expect.model_validate({}), description="What the answer must be.")


class RolloutSpec(_Spec):
    """How traffic moves to a new version, once it has passed its smoke tests."""

    strategy: Literal["all-at-once", "canary", "linear"] = Field(
        "all-at-once",
        description="`all-at-once`: all calls together. `canary`: `percent` of them for `minutes`, then all. `linear`: `percent` "
        "more every `minutes`.",
    )
    percent: float | int = Field(10, description="The share of the calls, or of each step.", ge=0.01, le=99)
    minutes: float | int = Field(5, description="How long each step is watched.", gt=0, le=1440)
    alarms: tuple[Annotated[str, Field(min_length=1, max_length=255)], ...] = Field(
        (), description="CloudWatch alarms, by name: when one rings, all calls go back.", max_length=100
    )
    max_error_rate: float | int = Field(
        1, description="Percent of the new version's calls that may fail; with more, all calls go back.", ge=0, le=100
    )


class CorsSpec(_Spec):
    """What browsers may do with a function URL. What is not written is left as it is on AWS."""

    allow_credentials: bool | None = Field(None, description="Whether cookies and other credentials may be sent.")
    allow_headers: tuple[CorsHeader, ...] | None = Field(None, description="Headers of requests.", max_length=100)
    allow_methods: tuple[CorsMethod, ...] | None = Field(
        None, description="`*`, or methods such as `GET`; preflight requests are always answered.", max_length=6
    )
    allow_origins: tuple[CorsOrigin, ...] | None = Field(
        None, description="`*`, or origins such as `https://shop.example`.", max_length=100
    )
    expose_headers: tuple[CorsHeader, ...] | None = Field(
        None, description="Headers of answers that scripts may read.", max_length=100
    )
    max_age: int | None = Field(None, description="Seconds that browsers may remember this.", ge=0, le=86400)


class UrlSpec(_Spec):
    """A function URL on the alias."""

    auth_type: Literal["NONE", "AWS_IAM"] = Field(
        description="`NONE`: everybody may call it, and the permissions for that are made. `AWS_IAM`: signed requests only."
    )
    cors: CorsSpec | None = Field(None, description="What browsers may do with it.")
    invoke_mode: Literal["BUFFERED", "RESPONSE_STREAM"] | None = Field(
        None, description="`RESPONSE_STREAM` needs a runtime that streams; Lambda's Python runtimes do not."
    )


class AsyncSpec(_Spec):
    """What becomes of asynchronous invocations of the alias. What is not written is left as it is on AWS."""

    maximum_retry_attempts: int | None = Field(None, description="How often a failed event is tried again.", ge=0, le=2)
    maximum_event_age_in_seconds: int | None = Field(
        None, description="How long an event may wait for its turn.", ge=60, le=21600
    )
    on_success: Destination | None = Field(
        None, description="The ARN of what is told of each success: a queue, topic, function or bus; `none`: nothing."
    )
    on_failure: Destination | None = Field(
        None,
        description="The ARN of what is told of each event given up: a queue, topic, function, bus or bucket; `none`: nothing.",
    )


class FunctionSpec(_Spec):
    """One function."""

    function_name: FunctionName | None = Field(None, description="The name on AWS. Default: the key under `functions`.")
    source: Path = Field(
        Path(),
        description="The folder (or the one file) with the function's own code, relative to the configuration file.",
    )
    handler: str | None = Field(
        None,
        description="`module.function`, as Lambda resolves it. Required, but for an image that brings its own command.",
        max_length=128,
        pattern=r"^\S+$",
    )
    runtime: str | None = Field(
        None,
        description="`python3.12` and the like. Required, but for an existing image or a Dockerfile of your own.",
        pattern=r"^python3\.[0-9]+$",
    )
    package_type: Literal["Zip", "Image"] = Field(
        "Zip", description="`Image`: a container image, an existing one (`image-uri`) or one that is built (`image`)."
    )
    image_uri: str | None = Field(
        None,
        description="An existing image in a private ECR repository of the function's region, by tag or by digest.",
        max_length=1000,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]+)?/[a-z0-9]+([._/-]+[a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$",
    )
    image: ImageSpec = Field(
        default_factory=lambda: ImageSpec.model_validate({}), description="The image that is built and pushed."
    )
    architecture: Architecture = Field(Architecture.X86_64, description="`x86_64` or `arm64`.")
    requirements: Path | Literal[False] | None = Field(
        None,
        description="The dependency file, relative to the configuration file: pylock.toml, uv.lock, poetry.lock, Pipfile.lock, "
        "requirements.txt, pyproject.toml, or a Python file with script metadata. Default: the one in `source`. "
        "`false`: no dependencies.",
    )
    groups: tuple[str, ...] = Field(
        (),
        description="Dependency groups to take beside the application's own dependencies, by their names in the file.",
    )
    extras: tuple[str, ...] = Field(
        (), description="Extras of the project to take as well, by their names in the file."
    )
    alias: AliasName = Field(
        "live", description="The alias that callers use. It moves to a new version only after the smoke test."
    )
    environment: Mapping[str, str | None] | None = Field(
        None, description="Environment variables; one without a value (`KEY:`) is removed.", repr=False
    )
    environment_mode: Literal["merge", "replace"] = Field(
        "merge", description="`merge` keeps variables that others have set on the function, `replace` removes them."
    )
    tags: Mapping[str, str | None] | None = Field(
        None, description="Tags on the function; those of others stay, and one without a value (`KEY:`) is removed."
    )
    mode: Literal["full", "code-only"] = Field(
        "full",
        description="`code-only`: only the code is deployed, with version, tests and alias; everything else that is declared here "
        "is left as it is on AWS, where something else (Terraform, CDK) manages it.",
    )
    exclude: tuple[str, ...] = Field(
        (), description="Patterns (as in .gitignore) of files in `source` that stay out, beside those in .lambdaignore."
    )
    build: BuildSpec = Field(
        default_factory=lambda: BuildSpec.model_validate({}), description="As at the top, for this function."
    )
    package: PackageSpec = Field(
        default_factory=lambda: PackageSpec.model_validate({}), description="As at the top, for this function."
    )
    audit: AuditSpec = Field(
        default_factory=lambda: AuditSpec.model_validate({}), description="What the audit lets pass."
    )
    layers: tuple[str, ...] | None = Field(
        None,
        description="Layers in order: names under `layers` at the top, and ARNs of layer versions. At most 5. Of files with one "
        "path, Lambda takes that of the last.",
    )
    layer: Literal["auto", "never"] = Field(
        "never",
        description="`auto`: the dependencies go into a layer of their own, which all functions with the same dependencies "
        "share, so that a change of the code uploads only the code.",
    )
    dispatch: bool = Field(
        False,  # noqa: FBT003 - a field's default
        description="Put the library `lambda_ci.dispatch` into the package, so that the function can import it.",
    )
    smoke: tuple[SmokeCase, ...] = Field(
        (), description="Tests that the published version must pass before the alias moves."
    )
    rollout: RolloutSpec = Field(
        default_factory=lambda: RolloutSpec.model_validate({}),
        description="In which steps traffic moves to a new version.",
    )
    reserved_concurrency: Annotated[int, Field(ge=0)] | Literal["none"] | None = Field(
        None,
        description="How many invocations may run at once; they are kept for this function alone. `0` stops it, `none` removes "
        "the reservation.",
    )
    url: UrlSpec | Literal["none"] | None = Field(
        None,
        description="A function URL on the alias, made once the alias runs a tested version. `none`: without one; only what "
        "carries a permission of lambda-ci is deleted.",
    )
    async_: AsyncSpec | Literal["none"] | None = Field(
        None,
        alias="async",
        description="What becomes of asynchronous invocations of the alias. `none`: as Lambda does it by itself.",
    )
    provisioned_concurrency: Annotated[int, Field(ge=1)] | Literal["none"] | None = Field(
        None,
        description="How many environments of the alias are kept warm; they cost money all the time. The deploy waits until they "
        "are. `none`: none.",
    )
    members: Mapping[str, JsonValue] = Field(default_factory=dict, exclude=True, repr=False)

    @property
    def target(self) -> Target:
        """What the package is built for. Only after the door, which requires a runtime of what is packaged."""
        if self.runtime is None:
            raise ValueError("a function without a runtime has passed the door")
        return Target(self.runtime, self.architecture)

    @property
    def variables(self) -> dict[str, str]:
        """The declared environment, without what is to be removed."""
        return {key: value for key, value in (self.environment or {}).items() if value is not None}

    @property
    def is_image(self) -> bool:
        """Whether Lambda runs an image."""
        return self.package_type == "Image"

    @property
    def is_packaged(self) -> bool:
        """Whether lambda-ci makes a package of its code and its dependencies: for a zip, or for a generated image."""
        return not (self.is_image and (self.image_uri or self.image.dockerfile))


class AwsSpec(_Spec):
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


class StagingSpec(_Spec):
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


class CacheSpec(_Spec):
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


class StageSpec(_Spec):
    """What is different in one deployment stage. Mappings merge by key; everything else is replaced."""

    aws: AwsSpec | None = Field(None, description="As at the top.")
    staging: StagingSpec | None = Field(None, description="As at the top.")
    build: BuildSpec | None = Field(None, description="As at the top.")
    package: PackageSpec | None = Field(None, description="As at the top.")
    layers: Mapping[str, LayerSpec] = Field(default_factory=dict, description="For one layer.")
    defaults: FunctionSpec | None = Field(None, description="For every function.")
    functions: Mapping[str, FunctionSpec] = Field(default_factory=dict, description="For one function.")


class Spec(_Spec):
    """The whole file."""

    version: Literal[1] = Field(description="The version of this schema.")
    project: ProjectName = Field(
        "lambda-ci", description="Marks what this configuration owns on AWS (tag `lambda-ci:project`)."
    )
    aws: AwsSpec = Field(default_factory=lambda: AwsSpec.model_validate({}), description="How AWS is reached.")
    staging: StagingSpec | None = Field(None, description="Where packages go that are too large for a direct upload.")
    cache: CacheSpec | None = Field(None, description="A cache in S3 that runs on several machines share.")
    build: BuildSpec | None = Field(
        None, description="How a package becomes a wheel that has none for the function's runtime."
    )
    package: PackageSpec | None = Field(None, description="What goes into the packages, and what stays out.")
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
