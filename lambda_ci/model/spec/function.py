"""One function."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from lambda_ci.model.spec.function_settings import Retention, RuntimeManagementSpec, ScalingSpec
from lambda_ci.model.spec.packages import AuditSpec, BuildSpec, ImageSpec, PackageSpec
from lambda_ci.model.spec.section import Section
from lambda_ci.model.spec.serving import AsyncSpec, RolloutSpec, SmokeCase, UrlSpec
from lambda_ci.model.spec.triggers import TriggerSpec
from lambda_ci.model.target import Architecture, Target

AliasName = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[a-zA-Z0-9_-]*[a-zA-Z_-][a-zA-Z0-9_-]*$")]


FunctionName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-zA-Z0-9_-]+$")]


CodeSigning = Annotated[
    str,
    Field(
        max_length=200,
        pattern=r"^(none|arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:[0-9]{12}:code-signing-config:csc-[a-z0-9]{17})$",
    ),
]


class FunctionSpec(Section):
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
    tags_mode: Literal["merge", "replace"] = Field(
        "merge", description="`merge` keeps tags that others have set on the function, `replace` removes them."
    )
    code_signing_config_arn: CodeSigning | None = Field(
        None,
        description="The ARN of a code signing configuration: Lambda takes only code that it trusts. `none`: without one.",
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
        "carries a permission or a tag of lambda-ci is deleted.",
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
    log_retention_in_days: Retention | Literal["none"] | None = Field(
        None,
        description="For how long CloudWatch keeps the function's logs; the log group is made where it is missing. `none`: for ever.",
    )
    recursive_loop: Literal["Terminate", "Allow"] | None = Field(
        None,
        description="`Allow`: Lambda does not stop the function when it calls itself over and over through other services.",
    )
    runtime_management: RuntimeManagementSpec | None = Field(
        None, description="Which build of the runtime the version that the alias runs gets, and when it gets another."
    )
    scaling: ScalingSpec | None = Field(
        None,
        description="How many environments each version has; only for functions with `capacity-provider-config`.",
    )
    triggers: tuple[TriggerSpec, ...] | None = Field(
        None,
        description="What calls the alias, made once it runs a tested version. What lambda-ci made and is not in this list any "
        "more is removed; `[]` removes all of it. Previews of pull requests have none, unless their stage says so.",
        max_length=100,
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
