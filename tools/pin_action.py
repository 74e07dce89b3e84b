"""Have action.yml name a published image by its digest, in place of the Dockerfile: what a release does.

    python tools/pin_action.py ghcr.io/OWNER/lambda-ci@sha256:DIGEST

Whoever pins the action to a commit then runs exactly that image, and nothing is built in their job.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ACTION = Path(__file__).resolve().parent.parent / "action.yml"
_BUILT = "  image: Dockerfile\n"
_IMAGE = re.compile(r"[a-z0-9][a-z0-9.:/_-]*/[a-z0-9._/-]+@sha256:[0-9a-f]{64}")


def pinned(action: str, image: str) -> str:
    """The text of action.yml with the image. Raises ValueError where one of them is not as expected."""
    if not _IMAGE.fullmatch(image):
        raise ValueError(f"not an image by its digest: {image}")
    if action.count(_BUILT) != 1:
        raise ValueError("action.yml does not say `image: Dockerfile` exactly once")
    return action.replace(_BUILT, f"  image: docker://{image}\n")


if __name__ == "__main__":
    ACTION.write_text(pinned(ACTION.read_text("utf-8"), sys.argv[1]), "utf-8")
