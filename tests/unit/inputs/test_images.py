"""The description of functions that are container images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders"
DIGEST = "sha256:" + "0" * 64
HEAD = "version: 1\nfunctions:\n  f:\n    package-type: Image\n"


def describe(configuration: Configuration, text: str) -> None:
    configuration.write(HEAD + "".join(f"    {line}\n" for line in text.splitlines()))


@pytest.mark.parametrize("uri", [f"{ECR}:1.2", f"{ECR}@{DIGEST}", f"{ECR}:a@{DIGEST}", "127.0.0.1:5000/x:1"])
def test_an_existing_image_needs_neither_handler_nor_runtime(configuration: Configuration, uri: str) -> None:
    describe(configuration, f"image-uri: '{uri}'\nimage-config: {{command: [app.handler]}}")
    function = configuration.function()
    assert function.spec.image_uri == uri
    assert function.spec.members == {"ImageConfig": {"Command": ["app.handler"]}}
    assert (function.spec.is_image, function.spec.is_packaged) == (True, False)


def test_a_generated_image_needs_what_a_zip_needs_and_a_repository(configuration: Configuration) -> None:
    describe(configuration, "image: {create-repository: true}")
    assert configuration.problems() == [
        "lambda-ci.yml:3:3: functions.f.handler: is required",
        "lambda-ci.yml:3:3: functions.f.runtime: is required",
        (
            "lambda-ci.yml:5:5: functions.f.image.repository: is required, or `image-uri` with an image that is there: "
            "where shall the image be pushed?"
        ),
    ]
    describe(configuration, "handler: a.b\nruntime: python3.13\nimage: {repository: team/orders}")
    assert configuration.function().spec.is_packaged


def test_a_dockerfile_and_its_context_are_found_beside_the_file(configuration: Configuration) -> None:
    configuration.write("FROM scratch", "docker/Dockerfile")
    describe(configuration, "image: {repository: orders, dockerfile: docker/Dockerfile, context: .}")
    function = configuration.function()
    assert function.dockerfile == configuration.folder / "docker/Dockerfile"
    assert function.context is not None
    assert function.context.samefile(configuration.folder)
    assert not function.spec.is_packaged
    describe(configuration, "image: {repository: orders, dockerfile: docker/Dockerfile}")
    assert configuration.function().context == configuration.folder / "docker"


def test_every_contradiction_is_told_at_once_with_its_place(configuration: Configuration) -> None:
    text = f"image-uri: '{ECR}:1'\nimage: {{repository: orders, dockerfile: gone}}\nhandler: a.b\n"
    describe(configuration, text + "snap-start: {apply-on: PublishedVersions}\n")
    what = "says how an image is built, and `image-uri` names one that is there"
    assert [one.split(": ", 2)[1:] for one in configuration.problems()] == [
        ["functions.f.image.repository", what],
        ["functions.f.image.dockerfile", what],
        [
            "functions.f.handler",
            "the image says itself what it runs (CMD); use `image-config: {command: […]}`, or take it out",
        ],
        ["functions.f.snap-start", "Lambda has no SnapStart for container images"],
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("image: {repository: orders, dockerfile: gone}", '5:45: functions.f.image.dockerfile: "gone" is not a file'),
        ("handler: a.b\nruntime: python3.13\nimage: {repository: orders, target: x}",
         "7:33: functions.f.image.target: is for a Dockerfile of your own; name it with `image.dockerfile`"),
        ("handler: a.b\nruntime: python3.13\nimage: {repository: 'orders:1'}", ('7:25: functions.f.image.repository: must be '
         'the name of an ECR repository, or an address such as registry.example/team/name (no tag), not "orders:1"')),
        ("image-uri: orders", ("5:16: functions.f.image-uri: must be an image's address: ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG"
         ' or …/NAME@sha256:DIGEST, not "orders"')),
        ("image-uri: 'public.ecr.aws/lambda/python:3.13'", ("5:16: functions.f.image-uri: Lambda takes images from private ECR "
         "repositories only; copy it into one of this account")),
        (f"image-uri: '{ECR}:1'\ncode-signing-config-arn: 'arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-00000000000000000'",
         "6:5: functions.f.code-signing-config-arn: Lambda cannot check signatures of container images"),
    ],
)  # fmt: skip
def test_what_an_image_cannot_have_gets_one_line(configuration: Configuration, text: str, line: str) -> None:
    describe(configuration, text)
    assert configuration.problems() == [f"lambda-ci.yml:{line}"]


def test_an_image_for_a_zip_is_a_contradiction(configuration: Configuration) -> None:
    configuration.one(f"image-uri: '{ECR}:1'\nimage: {{repository: orders}}")
    assert configuration.problems() == [
        "lambda-ci.yml:6:5: functions.f.image-uri: is for container images; write `package-type: Image` as well, or take it out"
    ]


def test_a_build_argument_that_looks_secret_gets_a_warning(configuration: Configuration) -> None:
    configuration.write("FROM scratch", "Dockerfile")
    describe(
        configuration, "image: {repository: o, dockerfile: Dockerfile, build-args: {PIP_TOKEN: '${env:T:-x}', V: '1'}}"
    )
    (line,) = configuration.problems()
    assert "functions.f.image.build-args.PIP_TOKEN: build arguments can be read in the image's history" in line


def test_one_function_can_be_described_by_flags_alone(configuration: Configuration) -> None:
    configuration.flags = {"function-name": "f", "package-type": "Image", "image-uri": f"{ECR}:1"}
    assert configuration.function().spec.image_uri == f"{ECR}:1"
    configuration.flags = {"function-name": "f", "package-type": "Image", "handler": "a.b", "runtime": "python3.13"}
    configuration.flags = {**configuration.flags, "image-repository": "orders", "image-create-repository": "true"}
    assert configuration.function().spec.image.create_repository is True
