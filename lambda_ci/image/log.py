"""What the engine says about a build that failed, in words that help."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from lambda_ci.adapters.url import without_credentials
from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 40
"""Lines of the log that are shown."""
_TOLD = 6


class _Known(NamedTuple):
    pattern: str
    fix: str


_KNOWN = (
    _Known(
        r"requires BuildKit", "build it with `docker buildx build --provenance=false --push` and name it in image-uri"
    ),
    _Known(
        r"exec format error|does not match the specified platform",
        "let the engine's machine run that architecture (`docker run --privileged --rm tonistiigi/binfmt --install all`; in "
        "GitHub Actions docker/setup-qemu-action), or build on a machine of it",
    ),
    _Known(r"no space left|disk quota", "make room where it is built (`docker system prune`)"),
    _Known(
        r"COPY failed|ADD failed|not found in build context|no such file or directory",
        "paths are relative to image.context (default: the Dockerfile's folder), and .dockerignore leaves files out",
    ),
    _Known(
        r"failed to reach build target|target stage .* not found",
        "correct image.target: the name after AS in the Dockerfile",
    ),
    _Known(
        r"manifest unknown|pull access denied|no such image|unauthorized|manifest for .* not found",
        "correct FROM, or log in to its registry (`docker login`)",
    ),
    _Known(r"dockerfile parse error|unknown instruction|unknown flag", "correct the Dockerfile"),
    _Known(
        r"no such host|lookup .* on |connection refused|i/o timeout|x509",
        "look at the engine's network and certificates",
    ),
)
_ANY = "read the log above"


def excerpt(log: Sequence[str]) -> str:
    """The last lines, without credentials."""
    lines = [line.rstrip() for line in without_credentials("".join(log)).splitlines() if line.strip()]
    return "\n".join(lines[-SHOWN:])


def failure(name: str, said: str, log: Sequence[str]) -> BuildError:
    """``said`` is the engine's last word, which often says less than the log before it."""
    said = without_credentials(" ".join(said.split()))
    lines = [
        line for line in excerpt(log).splitlines() if not line.lstrip().startswith(("--->", "Removing intermediate"))
    ]
    why = "\n".join([*lines[-_TOLD:], said])
    fix = next((known.fix for known in _KNOWN if re.search(known.pattern, said, re.IGNORECASE)), _ANY)
    return BuildError(f"the image of {name} could not be built", why=why, fix=fix)


def late(name: str, minutes: float) -> BuildError:
    """The deadline was over; the engine has been told to stop."""
    return BuildError(
        f"building the image of {name} did not end within {minutes:.3g} minutes and was stopped",
        fix="give it more time with build.timeout (minutes)",
    )
