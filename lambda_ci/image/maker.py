"""From a function to its image in a registry: found where it is, else built and pushed, always by digest.

The tag names everything that goes in (``Recipe.tag``): where the registry has it, nothing is built and nothing is pushed,
on whatever machine it was made. A run that ends before its push is finished leaves no tag behind, and the next one pushes again.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from lambda_ci.adapters.ecr import Ecr
from lambda_ci.adapters.stop import Stop
from lambda_ci.errors import AwsError, BuildError
from lambda_ci.image import log
from lambda_ci.image.address import parse
from lambda_ci.image.archive import DOCKERFILE
from lambda_ci.image.recipe import from_dockerfile, generated
from lambda_ci.image.registry import EcrRepository, repository, usable
from lambda_ci.model.artifact import ImagePackage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lambda_ci.adapters.aws import Aws
    from lambda_ci.adapters.docker import Engine
    from lambda_ci.adapters.docker_images import Base
    from lambda_ci.adapters.ecr import Stored
    from lambda_ci.console import Console
    from lambda_ci.image.recipe import Recipe
    from lambda_ci.image.registry import Registry
    from lambda_ci.model.artifact import Package
    from lambda_ci.model.settings import Function

_ATTEMPTS = 3
_PAUSE = 5.0
_WITHOUT = "start Docker or set DOCKER_HOST; or have the image built elsewhere and name it in image-uri"


@dataclass(kw_only=True)
class Maker:
    """A context manager; the engine is asked only where it is needed, and the images of all functions share it.

    Images are made one after the other, whatever thread asks: what they share is built once.
    """

    aws: Aws
    environ: Mapping[str, str] = field(repr=False)
    console: Console
    """That of the function whose turn it is."""
    project: str
    """The mark on a repository that is created."""
    keep_out: Sequence[Path] = ()
    """What lambda-ci writes, which is part of no image."""
    stop: Stop = field(default_factory=Stop)
    """Once it is called, no other image begins."""
    _based: dict[tuple[str, str], Base] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)
    _engine: Engine | None = None
    _logins: set[str] = field(default_factory=set)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def image(self, function: Function, package: Package | None, *, write: bool, console: Console) -> ImagePackage:
        """The function's image. Without ``write`` nothing is built, pushed or created: what is missing has no digest then.

        ``package`` is what a generated image is made of. Raises BuildError, PackageError or AwsError, and
        KeyboardInterrupt where the run was stopped before it was this function's turn.
        """
        with self._turn:
            if self.stop.called:
                raise KeyboardInterrupt
            self.console = console
            return self._image(function, package, write=write)

    def _image(self, function: Function, package: Package | None, *, write: bool) -> ImagePackage:
        if function.spec.image_uri:
            return self._existing(function, function.spec.image_uri)
        recipe = self._recipe(function, package)
        bases = self._bases(recipe)
        tag = recipe.tag({name: base.digest for name, base in bases.items()})
        place = parse(str(function.spec.image.repository))
        registry = repository(place, aws=self.aws, engine=self._docker)
        address = registry.address()
        if address is None:
            if not function.spec.image.create_repository:
                raise _no_repository(place.repository, self.aws.region)
            if not write:
                return ImagePackage(function=function.name, repository=place.repository, digest="", tag=tag)
            address = registry.create({"lambda-ci:project": self.project})
            self.console.line(f"created the repository {address}")
        if stored := registry.find(tag=tag):
            self.console.line(f"{address}:{tag} is there already: nothing is built, nothing is pushed")
        elif write:
            self._build(function, recipe, bases, name=f"{address}:{tag}")
            stored = self._push(address, tag, registry)
        digest = usable(stored, name=f"{address}:{tag}", architecture=recipe.architecture).digest if stored else ""
        return ImagePackage(function=function.name, repository=address, digest=digest, tag=tag)

    def _existing(self, function: Function, uri: str) -> ImagePackage:
        place = parse(uri)
        registry = repository(place, aws=self.aws, engine=self._docker)
        if place.digest:
            return ImagePackage(function=function.name, repository=place.full, digest=place.digest, tag=place.tag)
        tag = place.tag or "latest"
        stored = registry.find(tag=tag)
        if stored is None:
            raise AwsError(f"there is no image {place.full}:{tag}", fix="push it, or correct image-uri")
        stored = usable(stored, name=f"{place.full}:{tag}", architecture=str(function.spec.architecture))
        return ImagePackage(function=function.name, repository=place.full, digest=stored.digest, tag=tag)

    def _recipe(self, function: Function, package: Package | None) -> Recipe:
        from lambda_ci.adapters.docker_images import context_files

        if package is not None:
            return generated(function, package)
        self.console.line(
            f"{function.name}: from {function.dockerfile}, whose content is not locked, audited or imported here"
        )
        return from_dockerfile(
            function,
            ignored=lambda root, patterns, name: context_files(root, patterns, dockerfile=name),
            keep_out=self.keep_out,
        )

    def _bases(self, recipe: Recipe) -> dict[str, Base]:
        from lambda_ci.adapters.docker_images import base_of

        found: dict[str, Base] = {}
        for name in recipe.bases:
            place = parse(name)
            if place.account:
                ecr = Ecr(self.aws, region=place.region, account=place.account)
                self._log_in(place.registry, EcrRepository(place=place, ecr=ecr))
            key = name, recipe.architecture
            if key not in self._based:
                self._based[key] = base_of(self._docker(), name, architecture=recipe.architecture)
                self.console.line(f"{name} is {self._based[key].digest}")
            found[name] = self._based[key]
        return found

    def _build(self, function: Function, recipe: Recipe, bases: Mapping[str, Base], *, name: str) -> None:
        from lambda_ci.adapters.docker_errors import explain
        from lambda_ci.adapters.docker_images import PLATFORMS, BuildLate, BuildStopped, Work, build

        platform, lines = PLATFORMS[recipe.architecture], list[str]()
        work = Work(
            name=name,
            dockerfile=DOCKERFILE,
            platform=platform,
            arguments=recipe.arguments,
            target=recipe.target,
            pull=bool(function.dockerfile) and not any(base.local for base in bases.values()),
        )
        self.console.line(f"building {name} for {platform}")

        def heard(text: str) -> None:
            lines.append(text)
            if text.startswith("Step ") and function.dockerfile:
                self.console.untrusted(text.strip())

        try:
            with (
                recipe.context({one: base.reference for one, base in bases.items()}) as context,
                explain(f"build the image of {function.name}", image=name, platform=platform),
            ):
                build(self._docker(), context, work, log=heard, seconds=float(function.spec.build.timeout) * 60)
        except BuildLate:
            self.console.untrusted(log.excerpt(lines))
            raise log.late(function.name, float(function.spec.build.timeout)) from None
        except BuildStopped as stopped:
            self.console.untrusted(log.excerpt(lines))
            raise log.failure(function.name, stopped.text, lines) from stopped

    def _push(self, address: str, tag: str, registry: Registry) -> Stored:
        """What the registry then has under the tag, which is the proof that it is there."""
        self._log_in(address.partition("/")[0], registry)
        self.console.line(f"pushing {address}:{tag}")
        attempt = 1
        while not self._pushed(address, tag, registry, last=attempt == _ATTEMPTS):
            attempt += 1
            self.console.clock.sleep(_PAUSE)
        if (stored := registry.find(tag=tag)) is None:
            raise BuildError(f"{address}:{tag} was pushed and is not there", fix="run this again")
        self.console.line(f"pushed {address}@{stored.digest}")
        return stored

    def _pushed(self, address: str, tag: str, registry: Registry, *, last: bool) -> bool:
        from lambda_ci.adapters.docker_images import push
        from lambda_ci.adapters.registry_errors import RegistryError

        done: dict[str, int] = {}
        with self.console.progress(f"push {tag}", None) as advance:

            def progress(layer: str, current: int, _total: int) -> None:
                advance(current - done.get(layer, 0))
                done[layer] = current

            try:
                push(self._docker(), address, tag, progress=progress)
            except RegistryError as error:
                if error.immutable:
                    return True
                if last or not (error.passing or error.expired):
                    raise
                self.console.line(f"{error.what}: {error.why}; trying again")
                self._logins.clear()
                self._log_in(address.partition("/")[0], registry)
                return False
        return True

    def _log_in(self, host: str, registry: Registry) -> None:
        from lambda_ci.adapters.docker_images import log_in

        if host in self._logins or (login := registry.login()) is None:
            return
        self.console.mask(login.password)
        log_in(self._docker(), host, login)
        self._logins.add(host)

    def _docker(self) -> Engine:
        from lambda_ci.adapters.docker import engine

        if self._engine is None:
            try:
                self._engine = self._stack.enter_context(engine(self.environ))
            except BuildError as error:
                raise BuildError(error.what, why=error.why, fix=_WITHOUT) from error
        return self._engine


def _no_repository(name: str, region: str) -> AwsError:
    return AwsError(
        f"there is no ECR repository {name} in {region}",
        why="An image is pushed into a repository that exists; the region or the account may be others than meant.",
        fix="create it, or write `image: {create-repository: true}`",
    )
