"""Random declarations of one function, and the whole of its state on AWS as one flat mapping, for tests of any state."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from lambda_ci.model.naming import kebab
from lambda_ci.model.spec.function_settings import RETENTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from tests.fakes.aws_server import AwsServer

LAYER = "arn:aws:lambda:eu-west-1:123456789012:layer:{}:1"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:q"
SIGNING = "arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-0123456789abcdefg"
BUILD = "arn:aws:lambda:eu-west-1::runtime:0123456789abcdef"
GROUPS = st.sampled_from(["/aws/lambda/orders", "/shop/orders"])
LEVELS = st.sampled_from(["INFO", "WARN", "DEBUG"])
MEMBERS: dict[str, st.SearchStrategy[JsonValue]] = {
    "Timeout": st.integers(1, 900),
    "MemorySize": st.integers(128, 10240),
    "Description": st.text("abc ", max_size=5),
    "TracingConfig": st.fixed_dictionaries({"Mode": st.sampled_from(["Active", "PassThrough"])}),
    "EphemeralStorage": st.fixed_dictionaries({"Size": st.sampled_from([512, 1024])}),
    "SnapStart": st.fixed_dictionaries({"ApplyOn": st.sampled_from(["None", "PublishedVersions"])}),
    "KMSKeyArn": st.sampled_from(["", "arn:aws:kms:eu-west-1:123456789012:key/1"]),
    "DeadLetterConfig": st.fixed_dictionaries({"TargetArn": st.sampled_from(["", QUEUE])}),
    "Layers": st.lists(st.sampled_from([LAYER.format(name) for name in "abc"]), unique=True).map(list),
    "FileSystemConfigs": st.sampled_from([
        [],
        [{"Arn": "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-0123456789abcdef0",
          "LocalMountPath": "/mnt/data"}],
    ]),
    "VpcConfig": st.one_of(
        st.fixed_dictionaries(
            {
                "SubnetIds": st.lists(st.sampled_from(["subnet-1", "subnet-2"]), unique=True, min_size=1),
                "SecurityGroupIds": st.lists(st.sampled_from(["sg-1", "sg-2"]), unique=True, min_size=1),
            },
            optional={"Ipv6AllowedForDualStack": st.booleans()},
        ),
        st.sampled_from([{"SubnetIds": []}, {"SubnetIds": [], "SecurityGroupIds": []}]),
    ),
    "LoggingConfig": st.one_of(
        st.fixed_dictionaries({"LogFormat": st.just("Text")}, optional={"LogGroup": GROUPS}),
        st.fixed_dictionaries({"LogFormat": st.just("JSON")}, optional={"LogGroup": GROUPS, "SystemLogLevel": LEVELS}),
    ),
}  # fmt: skip
_PLACES = {"on-failure": "destination-config"}
_RULES = {"maximum-retry-attempts": 2, "maximum-event-age-in-seconds": 21600}
"""What AWS does where nothing is set."""
VALUES = st.sampled_from(["", "one", "two"])
BESIDE: dict[str, st.SearchStrategy[JsonValue]] = {
    "reserved_concurrency": st.sampled_from(["none", 5, 6]),
    "provisioned_concurrency": st.sampled_from(["none", 1, 2]),
    "async": st.one_of(
        st.just("none"),
        st.fixed_dictionaries(
            {},
            optional={
                "maximum-retry-attempts": st.integers(0, 2),
                "maximum-event-age-in-seconds": st.sampled_from([60, 21600]),
                "on-failure": st.sampled_from(["none", QUEUE]),
            },
        ),
    ),
    "url": st.fixed_dictionaries(
        {"auth-type": st.sampled_from(["NONE", "AWS_IAM"])},
        optional={
            "cors": st.fixed_dictionaries(
                {},
                optional={
                    "allow-origins": st.lists(st.sampled_from(["https://a.example", "https://b.example"]), unique=True),
                    "max-age": st.sampled_from([0, 60]),
                },
            )
        },
    ),
    "log_retention_in_days": st.sampled_from(["none", *RETENTIONS[:3]]),
    "recursive_loop": st.sampled_from(["Terminate", "Allow"]),
    "code_signing_config_arn": st.sampled_from(["none", SIGNING]),
    "runtime_management": st.sampled_from([
        {"update-runtime-on": "Auto"},
        {"update-runtime-on": "FunctionUpdate"},
        {"update-runtime-on": "Manual", "runtime-version-arn": BUILD},
    ]),
}


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What a file says of a function. ``None`` of a variable or a tag: it is removed."""

    members: Mapping[str, JsonValue]
    environment: Mapping[str, str | None] | None
    mode: str
    tags: Mapping[str, str | None] | None
    tags_mode: str = "merge"
    source: str
    architecture: str
    beside: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def fields(self) -> dict[str, JsonValue]:
        """As a function is declared."""
        return {
            "environment": dict(self.environment) if self.environment is not None else None,
            "environment_mode": self.mode,
            "tags": dict(self.tags) if self.tags is not None else None,
            "tags_mode": self.tags_mode,
            "architecture": self.architecture,
            **self.beside,
        }

    def paths(self) -> Iterator[str]:
        """The beginnings of what it may move, in ``state``."""
        yield from ("code/", "config/Architectures", "config/Handler", "config/Runtime", "config/Role", "alias/")
        for name, value in self.members.items():
            by_key = isinstance(value, dict) and name not in {"LoggingConfig", "VpcConfig"}
            yield from (f"config/{name}/{key}/" for key in (value if isinstance(value, dict) else ()) if by_key)
            yield from () if by_key else (f"config/{name}/",)
        everything = self.tags is not None and self.tags_mode == "replace"
        yield from ["tags/lambda-ci:url/"] if "url" in self.beside else []
        yield from ["tags/"] if everything else [f"tags/{key}/" for key in self.tags or {}]
        if self.environment is not None:
            everything = self.mode == "replace"
            yield from ["environment/"] if everything else [f"environment/{key}/" for key in self.environment]
        yield from (f"{name}/" for name in self.beside.keys() - {"async"})
        rules = self.beside.get("async", {})
        yield from [f"async/{_PLACES.get(key, key)}/" for key in rules] if isinstance(rules, dict) else ["async/"]


def declarations() -> st.SearchStrategy[Declaration]:
    """Any of them."""
    return st.builds(
        Declaration,
        members=st.fixed_dictionaries({}, optional=MEMBERS),
        environment=st.none() | st.dictionaries(st.sampled_from(["KEY", "TABLE", "URL"]), st.none() | VALUES),
        mode=st.sampled_from(["merge", "replace"]),
        tags=st.none() | st.dictionaries(st.sampled_from(["team", "cost"]), st.none() | VALUES),
        tags_mode=st.sampled_from(["merge", "replace"]),
        source=st.sampled_from(["v1", "v2"]),
        architecture=st.sampled_from(["x86_64", "arm64"]),
        beside=st.fixed_dictionaries({}, optional=BESIDE),
    )


def state(server: AwsServer) -> dict[str, str]:
    """Everything of the function that can be declared, leaf by leaf as JSON. What is empty is not there."""
    return {
        f"{path}/": json.dumps(value, sort_keys=True)
        for path, value in _leaves(server)
        if value not in (None, "", [], {})
    }


def _leaves(server: AwsServer) -> Iterator[tuple[str, object]]:
    function = server.functions["orders"]
    config = {name: value for name, value in function.config.items() if name != "Environment"}
    yield "code", function.code_sha256
    yield from _flat("config", config)
    yield from _flat("environment", function.config.get("Environment", {}).get("Variables", {}))
    yield from _flat("tags", function.tags)
    yield from _flat("url", {**function.urls, **function.statements})
    for alias, rules in function.events.items():
        given = {kebab(key): value for key, value in rules.items() if key not in {"FunctionArn", "LastModified"}}
        yield from _flat("async", given if alias == "live" else {})
    yield "provisioned_concurrency", {alias: warm.requested for alias, warm in function.warm.items()}
    yield "reserved_concurrency", function.reserved if function.reserved is None else str(function.reserved)
    yield "recursive_loop", function.recursive_loop
    yield "code_signing_config_arn", function.code_signing
    yield from _flat(
        "log_retention_in_days", {name.replace("/", "_"): days for name, days in server.logs.groups.items()}
    )
    yield from _flat("runtime_management", function.runtimes)
    yield from _flat("alias", function.aliases)


def _flat(path: str, value: object) -> Iterator[tuple[str, object]]:
    """Two levels deep."""
    if not isinstance(value, dict):
        yield path, value
        return
    for key, inner in value.items():
        if isinstance(inner, dict) and path.count("/") < 1:
            yield from _flat(f"{path}/{key}", inner)
        else:
            yield f"{path}/{key}", inner


def reached(declared: Declaration, server: AwsServer, *, code_sha256: str) -> list[str]:
    """What is not as declared, in the version that callers get and beside it, by name."""
    function = server.functions["orders"]
    version = function.aliases["live"]["FunctionVersion"]
    runs = function.versions[version]
    layers = [layer["Arn"] for layer in runs.get("Layers", [])]
    seen = {**runs, "Layers": layers}
    wanted = {name: value for name, value in declared.members.items() if name != "Description"}
    wrong = [name for name, value in wanted.items() if not _holds(value, seen.get(name))]
    variables = runs.get("Environment", {}).get("Variables", {})
    wrong += [key for key, value in (declared.environment or {}).items() if variables.get(key) != value]
    wrong += [key for key, value in (declared.tags or {}).items() if function.tags.get(key) != value]
    wrong += [] if (runs["CodeSha256"], runs["Architectures"]) == (code_sha256, [declared.architecture]) else ["code"]
    return wrong + [name for name, value in declared.beside.items() if not _beside(name, value, server, version)]


def _holds(wanted: JsonValue, seen: object) -> bool:
    """What is empty is not told; lists are sets, but for layers."""
    if isinstance(wanted, dict):
        inner = seen if isinstance(seen, dict) else {}
        return all(_holds(value, inner.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(seen, list) and wanted and isinstance(wanted[0], str):
        return sorted(map(str, wanted)) == sorted(map(str, seen))
    return wanted == seen or (not wanted and not seen)


def _beside(name: str, wanted: Any, server: AwsServer, version: str) -> bool:  # noqa: ANN401 - JSON
    function = server.functions["orders"]
    nothing = wanted == "none"
    match name:
        case "reserved_concurrency":
            return bool(function.reserved == (None if nothing else wanted))
        case "provisioned_concurrency":
            return not function.warm if nothing else bool(function.warm["live"].requested == wanted)
        case "code_signing_config_arn":
            return bool(function.code_signing == ("" if nothing else wanted))
        case "recursive_loop":
            return bool(function.recursive_loop == wanted)
        case "runtime_management":
            mine = {
                kebab(key): value for key, value in function.runtimes.get(version, {"UpdateRuntimeOn": "Auto"}).items()
            }
            return bool(mine == wanted)
        case "log_retention_in_days":
            group = server.lambda_.describe(function)["LoggingConfig"]["LogGroup"]
            return bool(server.logs.groups.get(group) == (None if nothing else wanted))
        case "async":
            rules = {kebab(key): value for key, value in function.events.get("live", {}).items()}
            wanted = {} if nothing else wanted
            alike = all(rules.get(key, _RULES[key]) == wanted[key] for key in _RULES.keys() & wanted)
            return alike and not (nothing and rules)
        case _:
            cors = {kebab(key): value for key, value in function.urls["live"].get("Cors", {}).items()}
            public = {"lambda-ci-url", "lambda-ci-url-invoke"} <= function.statements.get("live", {}).keys()
            alike = (public, function.urls["live"]["AuthType"]) == (wanted["auth-type"] == "NONE", wanted["auth-type"])
            return alike and all(_holds(value, cors.get(key)) for key, value in wanted.get("cors", {}).items())
