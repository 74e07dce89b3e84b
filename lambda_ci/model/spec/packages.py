"""How packages, layers and images are made: the sections ``build``, ``package``, ``audit``, ``image`` and ``layers``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from lambda_ci.model.size import SIZE
from lambda_ci.model.spec.section import Section
from lambda_ci.model.target import Architecture, Target

LayerName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-zA-Z0-9_-]+$")]


SystemPackage = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9][A-Za-z0-9._+:@-]*$")]


class BuildSpec(Section):
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


class PackageSpec(Section):
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


class AuditSpec(Section):
    """What the audit of the package lets pass."""

    waive: tuple[str, ...] = Field(
        (),
        description="Distributions whose errors in the audit become warnings; `.` stands for the function's own files.",
    )


class ImageSpec(Section):
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


class LayerSpec(Section):
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
