"""Why a function is not usable, by AWS's reason code, in words that help. Pure.

Source: the codes of ``StateReasonCode`` in the API reference, and "Lambda function states" in the developer guide.
"""

from __future__ import annotations

import re

_CODE = re.compile(r"\((?P<code>[\w.]+)\)$")
_IMAGE = "the policy of the ECR repository must let lambda.amazonaws.com read it (ecr:BatchGetImage, ecr:GetDownloadUrlForLayer)"
_ENTRY = "correct CMD, ENTRYPOINT or WORKDIR of the image, or image-config"
_ADVICE = {
    "ImageAccessDenied": ("Lambda may not read the image in its repository (any more).", _IMAGE),
    "ImageDeleted": (
        "The image was deleted from its repository; Lambda keeps using it only for a while.",
        "deploy again: an image that is built is pushed again; keep deployed images out of lifecycle rules",
    ),
    "InvalidImage": (
        "Lambda cannot use the image: another architecture, an index of several images, or more than 10 GB.",
        "build it for the function's architecture, with `--provenance=false` where buildx is used",
    ),
    "FunctionError.InvalidEntryPoint": ("The image has no program where its entry point says.", _ENTRY),
    "FunctionError.InvalidWorkingDirectory": ("The image has no such working directory.", _ENTRY),
    "FunctionError.PermissionDenied": (
        "A file of the image cannot be read or run by the user that Lambda runs it as.",
        "give files the mode 644 and programs and folders 755 in the Dockerfile",
    ),
}


def reason_advice(reason: str) -> tuple[str, str]:
    """Why, and what to do; two empty texts for a reason that speaks for itself. ``reason`` ends with ``(Code)``."""
    found = _CODE.search(reason)
    return _ADVICE.get(found["code"], ("", "")) if found else ("", "")
