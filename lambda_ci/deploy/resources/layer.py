"""Layer versions: found again under the name that holds their content, published where they are missing."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import Refusal, asking, unless_absent
from lambda_ci.deploy.own_layer import Layer
from lambda_ci.deploy.own_layer import layer as layer_of
from lambda_ci.deploy.plan.layers import attached
from lambda_ci.deploy.staging.upload import location
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_lambda.type_defs import PublishLayerVersionRequestTypeDef

    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.artifact import LayerPackage

_BROKEN = frozenset({
    "ConnectTimeoutError",
    "ConnectionClosedError",
    "ConnectionError",
    "EndpointConnectionError",
    "HTTPClientError",
    "ReadTimeoutError",
})
"""Without an answer, nobody knows whether the request was carried out."""
_LONGEST_PAUSE = 20.0


def announce(function: str, layers: Sequence[LayerPackage | str] | None, *, project: str, services: Services) -> None:
    """Say in the order of the configuration who needs which layer, so that plans of functions that share a layer do not
    depend on timing: the first of them creates it."""
    for one in layers or ():
        if not isinstance(one, str):
            services.layers.first(layer_of(one, project=project).name, function)


def look_for_layers(desired: Desired, current: Current, services: Services) -> Current:
    """With the ARNs of the layers that the function shall have. Asks only for what the function does not have already; each
    layer is asked for once in a run."""
    found = attached(desired.layers, (current.latest, current.released))
    missing = [one for one in _own(desired) if one.name not in found]
    for one in missing:
        found[one.name] = services.layers.seen(one.name, partial(find_layer, one, services))
    new = frozenset(one.name for one in missing if services.layers.creates(one.name, desired.name))
    return replace(current, layers=found, new_layers=new)


def publish_layers(desired: Desired, current: Current, services: Services) -> Current:
    """Every layer of the function is there when this returns; each is published once in a run. Raises ``AwsError``, also for the
    functions after the first that uses a layer which cannot be published."""
    missing = [one for one in _own(desired) if not current.layers.get(one.name)]
    arns = {one.name: services.layers.published(one.name, partial(publish_layer, one, services)) for one in missing}
    return replace(current, layers={**current.layers, **arns})


def find_layer(layer: Layer, services: Services) -> str:
    """The ARN of the newest version that is ours and has this very content; empty where there is none."""
    client, doing = services.aws.lambda_client(), f"look for versions of the layer {layer.name}"
    answer = unless_absent(lambda: client.list_layer_versions(LayerName=layer.name), doing=doing)
    if answer is None:
        return ""
    complete(answer, doing=doing)
    versions = sorted(answer.get("LayerVersions", []), key=lambda one: -one["Version"])
    ours = (one for one in versions if layer.mark in one.get("Description", "").split())
    return next((one["LayerVersionArn"] for one in ours if _holds(layer, one["Version"], services)), "")


def _holds(layer: Layer, version: int, services: Services) -> bool:
    client, doing = services.aws.lambda_client(), f"read version {version} of the layer {layer.name}"
    answer = unless_absent(lambda: client.get_layer_version(LayerName=layer.name, VersionNumber=version), doing=doing)
    if answer is None:
        return False
    complete(answer, "Content", doing=doing)
    return answer["Content"].get("CodeSha256") == layer.package.code_sha256


def publish_layer(layer: Layer, services: Services) -> str:
    """The ARN of a new version. A request whose answer was lost is not made again before a look at what it left behind."""
    services.console.line(f"publishing the layer {layer.key}: {layer.name}, {layer.package.size:,} bytes")
    request, pauses = _request(layer, services), _pauses(services.aws.patience.upload_attempts)
    while True:
        try:
            return _ask(layer, request, services)
        except Refusal as refusal:
            pause = next(pauses, None)
            if pause is None or not _passes(refusal):
                raise
        services.clock.sleep(pause)
        if arn := find_layer(layer, services):
            return arn


def _pauses(attempts: int) -> Iterator[float]:
    return (min(_LONGEST_PAUSE, 2.0**number) for number in range(attempts - 1))


def _passes(refusal: Refusal) -> bool:
    return refusal.status == 429 or refusal.status >= 500 or (not refusal.status and refusal.code in _BROKEN)


def _request(layer: Layer, services: Services) -> PublishLayerVersionRequestTypeDef:
    request: dict[str, object] = {
        "LayerName": layer.name,
        "Description": layer.description,
        "Content": location(layer.package, services),
        "CompatibleRuntimes": [layer.target.runtime],
        "CompatibleArchitectures": [layer.target.architecture.value],
    }
    licence = {"LicenseInfo": layer.license_info} if layer.license_info else {}
    return cast("PublishLayerVersionRequestTypeDef", request | licence)


def _ask(layer: Layer, request: PublishLayerVersionRequestTypeDef, services: Services) -> str:
    doing = f"publish the layer {layer.key} as {layer.name}"
    with asking(doing):
        answer = services.aws.publishing_client().publish_layer_version(**request)
    complete(answer, "LayerVersionArn", "Content", doing=doing)
    received = answer["Content"].get("CodeSha256")
    if received != layer.package.code_sha256:
        raise AwsError(
            f"Lambda has another layer {layer.key} than was sent: CodeSha256 {received}, "
            f"and {layer.package.code_sha256} was sent",
            why="The layer was damaged on its way or on this disk.",
            fix="run this again",
        )
    return answer["LayerVersionArn"]


def _own(desired: Desired) -> list[Layer]:
    return [one for one in desired.layers or () if isinstance(one, Layer)]
