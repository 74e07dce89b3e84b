"""What a deploy would change. Values are ready to be shown: secrets and environment values are short hashes here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What happens to a resource."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"


class Resource(StrEnum):
    """The parts of a function that are changed one at a time."""

    FUNCTION = "function"
    CODE = "code"
    CONFIGURATION = "configuration"
    CODE_SIGNING = "code-signing"
    TAGS = "tags"
    VERSION = "version"
    ALIAS = "alias"


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


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All changes to one function, in the order in which they are made."""

    function: str
    function_name: str
    changes: tuple[Change, ...]

    @property
    def changed(self) -> bool:
        return any(change.action is not Action.UNCHANGED for change in self.changes)

    def find(self, resource: Resource) -> Change | None:
        """The change to one resource; ``None`` where it stays."""
        return next((c for c in self.changes if c.resource is resource and c.action is not Action.UNCHANGED), None)
