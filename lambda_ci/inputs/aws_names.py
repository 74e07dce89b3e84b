"""AWS's names and ours: ``KMSKeyArn`` is ``kms-key-arn``; which members a user may set, and what to use instead of the others."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lambda_ci.model.naming import kebab

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.adapters.service_model import Member, ServiceModel

OPERATIONS = ("CreateFunction", "UpdateFunctionConfiguration", "UpdateFunctionCode")
_PACKAGE = "lambda-ci builds and uploads the package itself; say what goes in with `source` and `requirements`"
_VERSION = "lambda-ci publishes a version whenever something changed, and moves `alias` to it"

OWN: Mapping[str, str] = {
    "FunctionName": "function-name",
    "Runtime": "runtime",
    "Handler": "handler",
    "Environment": "environment",
    "Tags": "tags",
    "PackageType": "package-type",
    "ImageUri": "image-uri",
    "Layers": "layers",
    "CodeSigningConfigArn": "code-signing-config-arn",
}
"""Members that are fields of a function under their own rules."""

REFUSED: Mapping[str, str] = {
    "architectures": "write `architecture: arm64` or `architecture: x86_64` instead",
    "code": _PACKAGE,
    "zip-file": _PACKAGE,
    "s3-bucket": f"{_PACKAGE}, and where large ones are uploaded with `staging: {{bucket: …}}` at the top",
    "s3-key": f"{_PACKAGE}, and where large ones are uploaded with `staging: {{prefix: …}}` at the top",
    "s3-object-version": _PACKAGE,
    "publish": _VERSION,
    "publish-to": _VERSION,
    "dry-run": "use the verb `plan`: it shows what would change and writes nothing",
    "revision-id": "lambda-ci guards every write with the function's revision itself",
}
"""Members that lambda-ci sets itself, with what to use instead."""


def settable(model: ServiceModel) -> dict[str, Member]:
    """The members that a user may set on a function, by their kebab-case names, sorted."""
    members: dict[str, Member] = {}
    for operation in OPERATIONS:
        for name, member in model.request(operation).members.items():
            if name not in OWN and kebab(name) not in REFUSED:
                members.setdefault(kebab(name), member)
    return dict(sorted(members.items()))


@cache
def own_fields() -> frozenset[str]:
    """The keys of a function that are lambda-ci's own."""
    from lambda_ci.model.spec.function import FunctionSpec

    return frozenset(field.alias or name for name, field in FunctionSpec.model_fields.items()) - {"members"}
