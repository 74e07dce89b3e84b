"""The description of a function that Lambda runs from a container image: what belongs together, and which files it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.inputs.wording import quoted
from lambda_ci.model.problem import Problem, Severity
from lambda_ci.model.secret import names_secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lambda_ci.inputs.located import Located

_OF_DOCKERFILES = ("context", "build-args", "target")


def is_image(function: Located) -> bool:
    """Whether the function runs from a container image."""
    return _value(function, "package-type") == "Image"


def needs(function: Located) -> tuple[str, ...]:
    """The keys without which the function cannot be packaged."""
    if is_image(function) and (function.at("image-uri") or function.at("image", "dockerfile")):
        return ()
    return ("handler", "runtime")


def check_image(function: Located) -> Iterator[Problem]:
    """Everything about the image of one function that needs no files."""
    if not is_image(function):
        yield from _of_images_only(function)
        return
    yield from _one_way(function)
    yield from _not_for_images(function)
    arguments = function.at("image", "build-args")
    for name, node in (arguments.entries if arguments else {}).items():
        if names_secret(name):
            message = (
                "build arguments can be read in the image's history: give secrets when it runs, not when it is built"
            )
            yield node.key_problem(message, severity=Severity.WARNING)


def _of_images_only(function: Located) -> Iterator[Problem]:
    """``defaults`` may say how images are made, so that only what makes a function one is a contradiction."""
    for name in ("image-uri", "image-config"):
        if node := function.at(name):
            yield node.key_problem("is for container images; write `package-type: Image` as well, or take it out")
    if node := function.at("image", "dockerfile"):
        yield node.key_problem("is for container images; write `package-type: Image` as well, or take it out")


def _one_way(function: Located) -> Iterator[Problem]:
    """The image is there, or it is built: from a Dockerfile, or from the package."""
    existing, image = function.at("image-uri"), function.at("image")
    if existing is not None:
        for name, entry in (image.entries if image else {}).items():
            if name != "create-repository" or entry.value is not False:
                yield entry.key_problem("says how an image is built, and `image-uri` names one that is there")
        if str(existing.value).startswith("public.ecr.aws/"):
            message = "Lambda takes images from private ECR repositories only; copy it into one of this account"
            yield existing.problem(message)
        return
    if function.at("image", "repository") is None:
        message = "is required, or `image-uri` with an image that is there: where shall the image be pushed?"
        yield (image or function).problem(message, missing="repository" if image else "image.repository")
    if function.at("image", "dockerfile") and (node := function.at("image", "base")):
        yield node.key_problem("is for a generated Dockerfile; the one here says itself what it begins with (FROM)")
    if function.at("image", "dockerfile") is None:
        for name in _OF_DOCKERFILES:
            if node := function.at("image", name):
                yield node.key_problem("is for a Dockerfile of your own; name it with `image.dockerfile`")


def _not_for_images(function: Located) -> Iterator[Problem]:
    if _value(function, "snap-start", "apply-on") == "PublishedVersions" and (snap := function.at("snap-start")):
        yield snap.key_problem("Lambda has no SnapStart for container images")
    if node := function.at("code-signing-config-arn"):
        yield node.key_problem("Lambda cannot check signatures of container images")
    if not needs(function) and (node := function.at("handler")):
        message = "the image says itself what it runs (CMD); use `image-config: {command: […]}`, or take it out"
        yield node.key_problem(message)


def _value(function: Located, *path: str) -> object:
    node = function.at(*path)
    return node.value if node is not None else None


@dataclass(frozen=True, kw_only=True)
class ImageFiles:
    """The files of an image, absolute, and what is wrong with them."""

    dockerfile: Path | None = None
    context: Path | None = None
    problems: tuple[Problem, ...] = ()


def find_image_files(function: Located, *, root: Path) -> ImageFiles:
    """Look at the Dockerfile and the folder it copies from, relative to ``root``."""
    named = function.at("image", "dockerfile")
    if not is_image(function) or function.at("image-uri") or named is None or not isinstance(named.value, str):
        return ImageFiles()
    dockerfile = (root / named.value).absolute()
    folder = function.at("image", "context")
    context = (root / folder.value).absolute() if folder and isinstance(folder.value, str) else dockerfile.parent
    problems = [] if dockerfile.is_file() else [named.problem(f"{quoted(named.value)} is not a file")]
    if folder and isinstance(folder.value, str) and not context.is_dir():
        problems.append(folder.problem(f"{quoted(folder.value)} is not a folder"))
    return ImageFiles(dockerfile=dockerfile, context=context, problems=tuple(problems))
