"""Declared against live, both brought to one form first, so that nothing is updated for nothing. Pure.

Of a structure only the declared keys are compared; what AWS leaves out of an answer has AWS's default.
Source of the defaults: answers of CreateFunction recorded from the service.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lambda_ci.deploy.plan import layers
from lambda_ci.model.change import FieldChange, hashed
from lambda_ci.model.naming import kebab

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from lambda_ci.adapters.lambda_members import Place
    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live

DEFAULTS: Mapping[str, JsonValue] = {
    "Architectures": ["x86_64"],
    "Description": "",
    "EphemeralStorage": {"Size": 512},
    "LoggingConfig": {"LogFormat": "Text"},
    "MemorySize": 128,
    "PackageType": "Zip",
    "SnapStart": {"ApplyOn": "None"},
    "Timeout": 3,
    "TracingConfig": {"Mode": "PassThrough"},
}
SETS = frozenset({"SubnetIds", "SecurityGroupIds"})
"""Lists whose order says nothing, of identifiers whose case says nothing."""
_EMPTY: tuple[JsonValue, ...] = (None, "", False, [], {})
_KEPT = ("aws:", "lambda-ci:")
"""Tags of AWS's own, which nobody can remove, and ours."""
_LOG_LEVELS = ("ApplicationLogLevel", "SystemLogLevel")


def differing(desired: Desired, live: Live, current: Current, place: Place) -> tuple[str, ...]:
    """The declared members of one operation that are not as declared, by name; not the environment."""
    return tuple(
        name
        for name, wanted in desired.members.items()
        if current.places.get(name) is place
        and name not in current.unreported
        and not same(name, wanted, observed(name, live, desired.function_name))
    )


def observed(name: str, live: Live, function_name: str) -> JsonValue:
    """A member as it is, with AWS's defaults where the answer says nothing."""
    seen, default = live.members.get(name), DEFAULTS.get(name)
    if name == "LoggingConfig":
        default = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{function_name}"}
    if isinstance(seen, dict) and isinstance(default, dict):
        return {**default, **seen}
    return default if seen is None else seen


def same(name: str, wanted: JsonValue, seen: JsonValue) -> bool:
    """Whether a value is as declared."""
    if isinstance(wanted, dict):
        inner = seen if isinstance(seen, dict) else {}
        return all(same(key, value, inner.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list) and wanted:
        return isinstance(seen, list) and _same_items(name, wanted, seen)
    return wanted == seen or (wanted in _EMPTY and seen in _EMPTY)


def _same_items(name: str, wanted: list[JsonValue], seen: list[JsonValue]) -> bool:
    if name in SETS:
        return {str(item).lower() for item in wanted} == {str(item).lower() for item in seen}
    return len(wanted) == len(seen) and all(same(name, *pair) for pair in zip(wanted, seen, strict=True))


def whole(name: str, desired: Desired, live: Live) -> JsonValue:
    """A member to send. AWS replaces a structure whole, so the keys that are not declared are sent as they are."""
    wanted, seen = desired.members[name], observed(name, live, desired.function_name)
    if not isinstance(wanted, dict) or not isinstance(seen, dict):
        return wanted
    merged = _over(seen, wanted)
    if name == "VpcConfig" and not merged.get("SubnetIds"):
        return {"SubnetIds": [], "SecurityGroupIds": [], **wanted}
    if name == "LoggingConfig" and merged.get("LogFormat") == "Text":
        return {key: value for key, value in merged.items() if key in wanted or key not in _LOG_LEVELS}
    return merged


def _over(seen: dict[str, JsonValue], wanted: dict[str, JsonValue]) -> dict[str, JsonValue]:
    inner = {
        key: _over(was, value)
        for key, value in wanted.items()
        if isinstance(value, dict) and isinstance(was := seen.get(key), dict)
    }
    return {**seen, **wanted, **inner}


def environment(desired: Desired, live: Live) -> dict[str, str]:
    """All variables that the function shall have."""
    kept = {} if desired.environment_replaces else {k: v for k, v in live.environment.items() if k not in desired.unset}
    return {**kept, **(desired.environment or {})}


def environment_differs(desired: Desired, live: Live) -> bool:
    """Whether the variables are not as declared; also where they cannot be read."""
    if desired.environment is None:
        return False
    return bool(live.environment_error) or environment(desired, live) != dict(live.environment)


def missing_tags(desired: Desired, live: Live) -> dict[str, str]:
    """The declared tags that the function does not carry so."""
    return {key: value for key, value in desired.tags.items() if live.tags.get(key) != value}


def surplus_tags(desired: Desired, live: Live) -> list[str]:
    """The tags that the function carries and shall not, by name."""
    others = {key for key in live.tags if not key.startswith(_KEPT)} if desired.tags_replace else set()
    return sorted((desired.untagged & live.tags.keys()) | (others - desired.tags.keys()))


def fields(name: str, wanted: JsonValue, seen: JsonValue) -> Iterator[FieldChange]:
    """What differs in one member, by dotted key, as text."""
    if isinstance(wanted, dict) and wanted:
        inner = seen if isinstance(seen, dict) else {}
        for key, value in wanted.items():
            if not same(key, value, inner.get(key)):
                yield from fields(f"{name}.{key}", value, inner.get(key))
        return
    text = layers.shown if name == "Layers" else _shown
    yield FieldChange(field=kebab(name), before=text(seen), after=text(wanted))


def environment_fields(desired: Desired, live: Live | None) -> Iterator[FieldChange]:
    """Every variable that changes. Its values are secrets: 32 bits of their SHA-256 tell whether they are the same."""
    before = live.environment if live else {}
    after = environment(desired, live) if live else (desired.environment or {})
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            yield FieldChange(field=f"environment.{key}", before=hashed(before.get(key)), after=hashed(after.get(key)))


def _shown(value: JsonValue) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
