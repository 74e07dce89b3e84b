"""What Lambda refuses, in its own words, and what it adds to or leaves out of its answers."""

from __future__ import annotations

import io
import json
import zipfile

from tests.fakes.aws_strict import AwsRefusal, JsonObject

UNZIPPED = 262_144_000
NOT_CONFIGURATION = {"FunctionName", "Code", "Tags", "Publish", "CodeSigningConfigArn"}
DEFAULTS: JsonObject = {
    "Architectures": ["x86_64"],
    "Description": "",
    "EphemeralStorage": {"Size": 512},
    "LoggingConfig": {},
    "MemorySize": 128,
    "PackageType": "Zip",
    "SnapStart": {"ApplyOn": "None"},
    "Timeout": 3,
    "TracingConfig": {"Mode": "PassThrough"},
}
_TRANSIENT = ("RevisionId", "Version", "FunctionArn", "State", "StateReason", "StateReasonCode", "LastModified")

SEALED = {
    "ErrorCode": "AccessDeniedException",
    "Message": "Lambda was unable to decrypt your environment variables because the KMS access was denied.",
}


def content(described: JsonObject) -> JsonObject:
    return {k: v for k, v in described.items() if k not in _TRANSIENT and not k.startswith("LastUpdate")}


def answered(described: JsonObject, name: str) -> JsonObject:
    """What only answers have, and how they leave out what is empty."""
    if "Layers" in described:
        described["Layers"] = [{"Arn": arn, "CodeSize": 1} for arn in described["Layers"]]
    if "VpcConfig" in described:
        described["VpcConfig"] |= {"VpcId": "vpc-1" if described["VpcConfig"].get("SubnetIds") else ""}
    described["SnapStart"] = {**described["SnapStart"], "OptimizationStatus": "Off"}
    logging = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}", **described["LoggingConfig"]}
    if logging["LogFormat"] == "JSON":
        logging = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", **logging}
    described["LoggingConfig"] = logging
    if "ImageConfig" in described:
        described["ImageConfigResponse"] = {"ImageConfig": described.pop("ImageConfig")}
    empty = {
        "Environment": {"Variables": {}},
        "DeadLetterConfig": {"TargetArn": ""},
        "KMSKeyArn": "",
        "Layers": [],
        "FileSystemConfigs": [],
    }
    return {key: value for key, value in described.items() if key not in empty or value != empty[key]}


def check_configuration(config: JsonObject) -> None:
    variables = config.get("Environment", {}).get("Variables", {})
    measured = json.dumps(variables, separators=(",", ":"))
    start = (
        "Lambda was unable to configure your environment variables because the environment variables you have provided"
    )
    if len(measured) > 4096:
        raise invalid(f"{start} exceeded the 4KB limit. String measured: {measured}")
    reserved = [key for key in variables if key in {"AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME"}]
    if reserved:
        text = " contains reserved keys that are currently not supported for modification. Reserved keys used in this request: "
        raise invalid(start + text + ", ".join(reserved))
    network = config.get("VpcConfig", {})
    if bool(network.get("SubnetIds")) != bool(network.get("SecurityGroupIds")):
        raise invalid("SubnetIds and SecurityIds must coexist or be both empty list.")
    logging = config.get("LoggingConfig", {})
    if logging.get("LogFormat", "Text") == "Text" and {"ApplicationLogLevel", "SystemLogLevel"} & set(logging):
        raise invalid("Log levels can only be set with the log format JSON.")


def check_package_type(request: JsonObject) -> None:
    """What belongs to a zip, and what to an image."""
    is_image = request.get("PackageType") == "Image"
    if is_image and {"Handler", "Runtime", "Layers"} & set(request):
        raise invalid(
            "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image."
        )
    if is_image and "ImageUri" not in request["Code"]:
        raise invalid("Please provide ImageUri when creating a function with packageType Image.")
    if not is_image and "ImageUri" in request["Code"]:
        raise invalid("Please don't provide ImageUri when creating a function with packageType Zip.")
    if not is_image and not {"Handler", "Runtime"} <= set(request):
        raise invalid("Runtime and Handler are mandatory parameters for functions created with deployment packages.")


def check_image_update(request: JsonObject, *, is_image: bool) -> None:
    if is_image and "ImageUri" not in request:
        raise invalid("Please provide ImageUri when updating a function with packageType Image.")
    if not is_image and "ImageUri" in request:
        raise invalid("Please don't provide ImageUri when updating a function with packageType Zip.")


def refuse_image(uri: str) -> str:
    raise invalid(f"Source image {uri} does not exist. Provide a valid source image.")


def check_weights(version: str, weights: dict[str, float]) -> None:
    if weights and version == "$LATEST":
        raise invalid("$LATEST is not supported for an alias pointing to more than 1 version")
    if len(weights) > 1:
        raise invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
    if version in weights:
        text = f"Invalid function version {version}. Function version {version} is already included in routing configuration."
        raise invalid(text)


def pointed_at(alias: JsonObject) -> set[str]:
    """The versions that an alias holds."""
    return {alias["FunctionVersion"], *alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})}


def check_zip(code: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile as error:
        raise invalid("Could not unzip uploaded file. Please check your file, then try to upload again.") from error
    if unpacked > UNZIPPED:
        raise invalid(f"Unzipped size must be smaller than {UNZIPPED} bytes")


def reasons(name: str, reason: tuple[str, str]) -> JsonObject:
    return {f"{name}Reason": reason[0], f"{name}ReasonCode": reason[1]} if reason[0] else {}


def invalid(message: str) -> AwsRefusal:
    return AwsRefusal(400, "InvalidParameterValueException", message)


def missing(message: str) -> AwsRefusal:
    return AwsRefusal(404, "ResourceNotFoundException", message)


def stale() -> AwsRefusal:
    text = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
    return AwsRefusal(412, "PreconditionFailedException", text)
