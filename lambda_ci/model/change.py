"""What a deploy would change. Values are ready to be shown: secrets and environment values are short hashes here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Action(StrEnum):
    """What happens to a resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    UNCHANGED = "unchanged"


class Resource(StrEnum):
    """The parts of a function that are changed one at a time."""

    ROLLOUT = "rollout"
    LAYER = "layer"
    FUNCTION = "function"
    CODE = "code"
    CONFIGURATION = "configuration"
    CODE_SIGNING = "code-signing"
    TAGS = "tags"
    LOG_RETENTION = "log-retention"
    RECURSION = "recursion"
    RESERVED_CONCURRENCY = "reserved-concurrency"
    URL = "url"
    URL_PERMISSIONS = "url-permissions"
    ASYNC = "async"
    PROVISIONED_CONCURRENCY = "provisioned-concurrency"
    VERSION = "version"
    RUNTIME_MANAGEMENT = "runtime-management"
    SCALING = "scaling"
    ALIAS = "alias"
    SCHEDULE = "schedule"
    SCHEDULER = "scheduler"
    PERMISSION = "permission"
    EVENT_SOURCE = "event-source"


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One field before and after, as text; ``before`` is empty where it was not there."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happens to one resource of one function."""

    resource: Resource
    action: Action
    fields: tuple[FieldChange, ...] = ()
    name: str = ""
    """Which one, where a function has several of the kind."""


class Where(StrEnum):
    """Where something was found that is not of this configuration."""

    LATEST = "$LATEST"
    ALIAS = "alias"
    FUNCTION = "function"


class Fate(StrEnum):
    """What a deploy makes of it."""

    LEFT = "left-alone"
    REPLACED = "replaced"
    """By what is declared."""
    GOES_LIVE = "goes-live"
    """With the version that this deploy publishes."""
    WAITS = "waits"
    """In no version yet; the next one that is published has it."""
    OUTDATES = "outdates"
    """What runs is newer than what would be deployed: the deploy stops before it writes anything, unless it is told to."""
    BLOCKS = "blocks"
    """The deploy stops before it writes anything."""
    WAITED = "waited-for"


@dataclass(frozen=True, kw_only=True)
class Drift:
    """One thing that is there without being declared, or is not as it was left. Values are ready to be shown.

    ``before``: in the version that the alias runs, or as it was recorded; empty where it was not there. ``found``: now; empty
    where it is gone.
    """

    where: Where
    field: str
    before: str = ""
    found: str
    fate: Fate


@dataclass(frozen=True, kw_only=True)
class Weight:
    """What something weighs, in bytes: unpacked, and as it lies in the zip."""

    size: int = 0
    compressed_size: int = 0


@dataclass(frozen=True, kw_only=True)
class DistributionChange:
    """One distribution before and after; ``None`` where it was or is not there. Own files have an empty ``distribution``.

    A version is empty where the package does not tell it.
    """

    distribution: str
    version_before: str
    version_after: str
    before: Weight | None
    after: Weight | None


@dataclass(frozen=True, kw_only=True)
class FileChange:
    """One of the function's own files."""

    path: str
    action: Literal["added", "removed", "changed"]


@dataclass(frozen=True, kw_only=True)
class CodeDifference:
    """A package against the one that is deployed. ``before`` and ``after``: the zip files as they are."""

    version: str
    """The version that is deployed."""
    before: Weight
    """Without ``unknown`` also unpacked."""
    after: Weight
    distributions: tuple[DistributionChange, ...] = ()
    """What differs, largest difference first."""
    files: tuple[FileChange, ...] = ()
    """The function's own files that differ, by path."""
    unknown: str = ""
    """Why only the sizes are known; empty where everything is."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All changes to one function, in the order in which they are made."""

    function: str
    function_name: str
    changes: tuple[Change, ...]
    code: CodeDifference | None = None
    """What is in the new code and not in the deployed; only where the code changes."""
    drift: tuple[Drift, ...] = ()
    """What is on AWS and not of this configuration."""
    off: tuple[str, ...] = ()
    """Triggers that are declared and not made, because this is a preview."""

    @property
    def changed(self) -> bool:
        return any(change.action is not Action.UNCHANGED for change in self.changes)

    def find(self, resource: Resource) -> Change | None:
        """The change to one resource; ``None`` where it stays."""
        return next((c for c in self.changes if c.resource is resource and c.action is not Action.UNCHANGED), None)


def hashed(value: str | None) -> str:
    """``sha256:1a2b3c4d``; empty where there is no value."""
    return "" if value is None else f"sha256:{hashlib.sha256(value.encode()).hexdigest()[:8]}"
