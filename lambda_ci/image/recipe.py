"""What an image is made of, known before anything is built: the same recipe gives the same tag, and is built once."""

from __future__ import annotations

import hashlib
import json
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, cast

from lambda_ci.errors import BuildError
from lambda_ci.image.archive import DOCKERFILE, PACKAGE, Sink, pack_context, pack_files, pack_package
from lambda_ci.image.dockerfile import bases, needs_buildkit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from lambda_ci.model.artifact import Package
    from lambda_ci.model.settings import Function

FORMAT = "1"
"""Changes when the same recipe gives another image."""
PREFIX = "lambda-ci-"
_TASK = "/var/task/"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """``content`` is the digest of everything that is copied in, ``bases`` are the images that it begins with."""

    architecture: str
    content: str
    bases: tuple[str, ...]
    arguments: Mapping[str, str] = field(default_factory=dict, repr=False)
    target: str | None = None
    pack: Callable[[IO[bytes], Mapping[str, str]], None] = field(repr=False)
    """Writes the tar file of the build; takes the bases by what they are to be called in the Dockerfile."""

    def tag(self, digests: Mapping[str, str]) -> str:
        """``lambda-ci-`` and 128 bits of everything that goes in; ``digests`` are those of the bases."""
        parts = {
            "format": FORMAT,
            "architecture": self.architecture,
            "content": self.content,
            "bases": [digests[base] for base in self.bases],
            "arguments": dict(self.arguments),
            "target": self.target,
        }
        return PREFIX + hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]

    @contextmanager
    def context(self, names: Mapping[str, str]) -> Iterator[IO[bytes]]:
        """The tar file of the build, at its beginning."""
        with tempfile.TemporaryFile() as file:
            stream = cast("IO[bytes]", file)
            self.pack(stream, names)
            stream.seek(0)
            yield stream


def generated(function: Function, package: Package) -> Recipe:
    """The package in the image of its runtime: locked, audited and checked as a zip would be."""
    base, handler = function.spec.image.base or function.spec.target.image, str(function.spec.handler)

    def pack(out: IO[bytes], names: Mapping[str, str]) -> None:
        lines = (f"FROM {names.get(base, base)}", f"ADD {PACKAGE} {_TASK}", f"CMD {json.dumps([handler])}", "")
        dockerfile = "\n".join(lines).encode()
        with tempfile.TemporaryFile() as file:
            content = cast("IO[bytes]", file)
            pack_package(package.path, content)
            size = content.tell()
            content.seek(0)
            pack_files([(DOCKERFILE, dockerfile, len(dockerfile)), (PACKAGE, content, size)], out)

    content = hashlib.sha256(f"{package.sha256} {handler}".encode()).hexdigest()
    return Recipe(architecture=str(function.spec.architecture), content=content, bases=(base,), pack=pack)


def from_dockerfile(
    function: Function, *, ignored: Callable[[Path, Sequence[str], str], Sequence[str]], keep_out: Sequence[Path]
) -> Recipe:
    """A Dockerfile of the user's own. ``ignored`` gives the paths that .dockerignore patterns leave in.

    Raises BuildError, also for what the engine's own builder cannot do.
    """
    spec, path, root = function.spec.image, function.dockerfile, function.context
    if path is None or root is None:
        raise ValueError("a function without a Dockerfile has no recipe of one")
    raw = _read(path)
    paths = ignored(root, [*_patterns(path, root), *_outside(keep_out, root)], _relative(path, root))

    def pack(out: IO[bytes], _names: Mapping[str, str]) -> None:
        pack_context(root, paths, raw, out)

    sink = Sink()
    pack(cast("IO[bytes]", sink), {})
    return Recipe(
        architecture=str(function.spec.architecture),
        content=sink.sha256,
        bases=bases(raw.decode(), spec.build_args),
        arguments=dict(spec.build_args),
        target=spec.target,
        pack=pack,
    )


def _read(dockerfile: Path) -> bytes:
    """Raises BuildError where it is no text, or more than the engine's own builder can do."""
    try:
        raw = dockerfile.read_bytes()
        text = raw.decode()
    except (OSError, ValueError) as error:
        raise BuildError(
            f"the Dockerfile {dockerfile} cannot be read", why=str(error), fix="correct image.dockerfile"
        ) from error
    if found := needs_buildkit(text):
        raise BuildError(
            f"the Dockerfile {dockerfile} needs BuildKit ({found})",
            why="lambda-ci builds with the Docker engine's own builder, which has no BuildKit.",
            fix="take that out; or build it with `docker buildx build --provenance=false --push` and name it in image-uri",
        )
    return raw


def _patterns(dockerfile: Path, root: Path) -> list[str]:
    """``NAME.dockerignore`` beside the Dockerfile, else ``.dockerignore`` in the context."""
    own = dockerfile.with_name(f"{dockerfile.name}.dockerignore")
    file = own if own.is_file() else root / ".dockerignore"
    lines = file.read_text("utf-8", errors="replace").splitlines() if file.is_file() else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _outside(keep_out: Sequence[Path], root: Path) -> list[str]:
    """What lambda-ci itself writes below the context."""
    inside = [path.resolve() for path in keep_out if path.resolve().is_relative_to(root.resolve())]
    return [path.relative_to(root.resolve()).as_posix() for path in inside if path != root.resolve()]


def _relative(path: Path, root: Path) -> str:
    path, root = path.resolve(), root.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else DOCKERFILE
