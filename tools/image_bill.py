"""The bill of materials of the image (CycloneDX 1.6): AWS's image by digest, lambda-ci, and the locked packages with their hashes.

python tools/image_bill.py ghcr.io/OWNER/lambda-ci@sha256:DIGEST public.ecr.aws/lambda/python@sha256:DIGEST > bill.cdx.json
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import lambda_ci

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)[^\n]*((?:\n +--hash=sha256:[0-9a-f]{64}[^\n]*)*)", re.MULTILINE)
_HASH = re.compile(r"sha256:([0-9a-f]{64})")


def bill(image: str, base: str, requirements: str) -> dict[str, Any]:
    """``image`` and ``base`` are named by digest; ``requirements`` is the text of requirements/run.txt."""
    own = {"type": "application", "bom-ref": "lambda-ci", "name": "lambda-ci", "version": lambda_ci.__version__}
    packages = list(_packages(requirements))
    refs = [one["bom-ref"] for one in packages]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": _image(image)},
        "components": [_image(base), own, *packages],
        "dependencies": [
            {"ref": image, "dependsOn": [base, "lambda-ci"]},
            {"ref": "lambda-ci", "dependsOn": refs},
            *({"ref": ref} for ref in (base, *refs)),
        ],
    }


def _image(name: str) -> dict[str, Any]:
    repository, _, digest = name.partition("@")
    return {
        "type": "container",
        "bom-ref": name,
        "name": repository,
        "version": digest,
        "purl": _purl(repository, digest),
    }


def _purl(repository: str, digest: str) -> str:
    address = quote(repository, safe="")
    return f"pkg:oci/{repository.rpartition('/')[2]}@{quote(digest, safe='')}?repository_url={address}"


def _packages(requirements: str) -> Iterator[dict[str, Any]]:
    """One that is locked for several systems is there once for each version; which of its files was installed, the hashes leave open."""
    for name, version, hashes in _PIN.findall(requirements):
        purl = f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"
        files = [
            {"type": "distribution", "url": f"urn:{name}", "hashes": [{"alg": "SHA-256", "content": digest}]}
            for digest in _HASH.findall(hashes)
        ]
        yield {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": version,
            "purl": purl,
            "externalReferences": files,
        }


if __name__ == "__main__":
    print(json.dumps(bill(sys.argv[1], sys.argv[2], (ROOT / "requirements/run.txt").read_text("utf-8")), indent=2))
