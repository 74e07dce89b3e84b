"""The facts about Lambda that change without a release of its API: runtimes, limits, reserved names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """One managed Python runtime. Dates are ISO 8601, empty where none is announced."""

    os: str
    glibc: tuple[int, int]
    deprecated: str
    create_blocked: str
    update_blocked: str


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bytes, unless the name says otherwise."""

    direct_upload: int
    unzipped: int
    image: int
    environment: int
    function_name_characters: int
    tags_count: int
    timeout_seconds: int
    memory_megabytes: int
    storage_megabytes: int
    layers_count: int
    invoke_payload: int


@dataclass(frozen=True, kw_only=True)
class Facts:
    """``platform.json``, typed."""

    as_of: str
    runtimes: dict[str, Runtime]
    limits: Limits
    reserved_environment: frozenset[str]
    runtime_modules: frozenset[str]
    builtin_modules: frozenset[str]
    preloaded_modules: frozenset[str]
    regions: frozenset[str]

    @property
    def newest_runtime(self) -> str:
        return max(self.runtimes, key=lambda name: int(name.rsplit(".", 1)[1]))


@cache
def facts() -> Facts:
    """Read ``platform.json`` once."""
    raw: dict[str, Any] = json.loads(Path(__file__).with_name("platform.json").read_text("utf-8"))
    return Facts(
        as_of=raw["as-of"],
        runtimes={name: _runtime(entry) for name, entry in raw["runtimes"].items()},
        limits=Limits(**{name.replace("-", "_"): entry["value"] for name, entry in raw["limits"].items()}),
        reserved_environment=frozenset(raw["reserved-environment"]["names"]),
        runtime_modules=frozenset(raw["runtime-modules"]["names"]),
        builtin_modules=frozenset(raw["builtin-modules"]["names"]),
        preloaded_modules=frozenset(raw["preloaded-modules"]["names"]),
        regions=frozenset(raw["regions"]["names"]),
    )


def _runtime(entry: dict[str, Any]) -> Runtime:
    major, minor = entry["glibc"].split(".")
    return Runtime(
        os=entry["os"],
        glibc=(int(major), int(minor)),
        deprecated=entry["deprecated"],
        create_blocked=entry["create-blocked"],
        update_blocked=entry["update-blocked"],
    )
