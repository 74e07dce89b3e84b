"""What Docker says, in words that help."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from lambda_ci.adapters.url import without_credentials
from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterator

_WITHOUT = "or build without one: build.backend: in-place on a machine like the runtime's, or versions that have wheels"
_START = f"start Docker, or set DOCKER_HOST to an engine that may be used; {_WITHOUT}"
_BINFMT = (
    "let the engine's machine run that architecture (`docker run --privileged --rm tonistiigi/binfmt --install all`; in GitHub "
    "Actions docker/setup-qemu-action), or build on a machine of it; wheels of that architecture need nothing of this"
)


class _Known(NamedTuple):
    pattern: str
    what: str
    fix: str


_KNOWN = (
    _Known(
        r"exec format error|does not match the specified platform|operating system is not supported",
        "this Docker engine cannot run {image} for {platform}",
        _BINFMT,
    ),
    _Known(
        r"no space left on device|disk quota exceeded",
        "the Docker engine has no room left",
        "make room there (`docker system prune`), or use another engine (DOCKER_HOST)",
    ),
    _Known(
        r"manifest unknown|manifest for .* not found|no such image|not found: manifest|no matching manifest",
        "there is no image {image}",
        "correct build.image; AWS's images are public.ecr.aws/lambda/python:X.Y",
    ),
    _Known(
        r"unauthorized|denied|no basic auth|authentication required|401|403",
        "the registry does not give {image} away",
        "log in (`docker login`), or correct build.image; it may be misspelled, or private",
    ),
    _Known(
        r"toomanyrequests|rate exceeded|rate limit|429",
        "the registry gives out {image} too often for now",
        "log in, try again later, or name a copy in a registry of your own with build.image",
    ),
    _Known(
        r"no such host|lookup .* on |i/o timeout|connection refused|network is unreachable|TLS handshake|x509|"
        r"dial tcp|read tcp|net/http|deadline exceeded",
        "the Docker engine cannot reach the registry of {image}",
        "look at the engine's network, proxy and certificates, or name a copy that it can reach with build.image",
    ),
    _Known(
        r'"?/bin/sh"?:? .*(no such file|not found)|executable file not found',
        "{image} is no image to build in",
        "name one with a shell, Python and pip in build.image; AWS's own images have them",
    ),
)


def no_engine(error: Exception, *, host: str) -> BuildError:
    """No engine answers at all. ``host`` is DOCKER_HOST."""
    said = _said(error)
    where = f"at {without_credentials(host)}" if host else "here"
    if re.search(r"permission denied", said, re.IGNORECASE):
        return BuildError(
            f"the Docker engine {where} may not be used by this user",
            why=said,
            fix=f"run as a user that may (the group `docker`), or set DOCKER_HOST to an engine of your own; {_WITHOUT}",
        )
    absent = not host and re.search(r"FileNotFound|No such file", said)
    why = "there is no /var/run/docker.sock" if absent else said
    return BuildError(f"no Docker engine answers {where}", why=why, fix=_START)


def wrong_platform(image: str, architecture: str) -> BuildError:
    """There is such an image, but not for the function's architecture."""
    return BuildError(
        f"{image} is not an image for {architecture}",
        why="what the registry gave is for another architecture",
        fix=f"name an image for {architecture} in build.image, or choose the other architecture",
    )


def cannot_run(image: str, platform: str, *, why: str) -> BuildError:
    """The engine's machine lacks what runs programs of the other architecture."""
    return BuildError(f"this Docker engine cannot run {image} for {platform}", why=why, fix=_BINFMT)


def late(image: str, seconds: float) -> BuildError:
    """The deadline was over; the container has been removed."""
    return BuildError(
        f"the build in {image} did not end within {seconds / 60:.3g} minutes and was stopped",
        fix="give it more time with build.timeout (minutes), or a wheel that was built elsewhere",
    )


@contextmanager
def explain(doing: str, *, image: str, platform: str = "another architecture") -> Iterator[None]:
    """Turn what docker and requests raise inside into BuildError."""
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    try:
        yield
    except (DockerException, RuntimeError) as error:
        raise refusal(_said(error), doing=doing, image=image, platform=platform) from error
    except (RequestException, OSError) as error:
        raise _broken(_said(error), doing=doing) from error


def _broken(said: str, *, doing: str) -> BuildError:
    """The engine itself could not be talked to: whatever the words are like, they are not about a registry."""
    return BuildError(
        f"the connection to the Docker engine broke: it could not {doing}",
        why=said,
        fix="try again; look whether the engine still runs",
    )


def refusal(said: str, *, doing: str, image: str, platform: str) -> BuildError:
    """What an engine said, as the error that it stands for."""
    for known in _KNOWN:
        if re.search(known.pattern, said, re.IGNORECASE):
            return BuildError(known.what.format(image=image, platform=platform), why=said, fix=known.fix)
    return BuildError(f"Docker could not {doing}", why=said, fix="look at the engine's log (`docker info` first)")


def _said(error: BaseException) -> str:
    from docker.errors import APIError

    told = str(error.explanation) if isinstance(error, APIError) and error.explanation else str(error)
    return without_credentials(" ".join(told.split()))[:600]
