"""How AWS is told that a structure shall be empty: each has a value of its own for that, and ``{}`` would leave it as it is. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

_EMPTY: Mapping[str, JsonValue] = {
    "DeadLetterConfig": {"TargetArn": ""},
    "ImageConfig": {"Command": [], "EntryPoint": [], "WorkingDirectory": ""},
    "SnapStart": {"ApplyOn": "None"},
    "TracingConfig": {"Mode": "PassThrough"},
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
}


def cleared(members: Mapping[str, JsonValue], function_name: str) -> dict[str, JsonValue]:
    """The members, with what AWS takes for nothing in the place of ``{}``."""
    empty: dict[str, JsonValue] = {
        **_EMPTY,
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{function_name}"},
    }
    return {name: empty.get(name, value) if value == {} else value for name, value in members.items()}
