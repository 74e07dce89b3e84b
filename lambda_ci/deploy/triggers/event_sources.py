"""Event source mappings, by which Lambda polls a queue or a stream for an alias: as they shall be, as they are, and what differs. Pure.

A mapping has no name: the source, and in a cluster or a broker the topic or the queue, tells one of an alias from another.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.errors import AwsError
from lambda_ci.model.change import Action, Change, FieldChange, Resource
from lambda_ci.model.event_source import FACTS, TAKEN_BY, Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pydantic import JsonValue

    from lambda_ci.model.spec.event_source import EventSourceSpec

    Members = Mapping[str, JsonValue]

POLLED = "lambda-ci:event-sources"
"""The tag of a function that says that mappings of ours call it, or did, and through which alias: only then they are looked for."""
DELETING = "Deleting"
CHANGING = frozenset({"Creating", "Enabling", "Disabling", "Updating", DELETING})
"""AWS's words for a mapping that takes no other change now."""
_ON = {"Enabled": True, "Enabling": True, "Disabled": False, "Disabling": False}
_DEFAULTS: Mapping[str, JsonValue] = {
    "maximum-batching-window-in-seconds": 0,
    "filters": [],
    "report-batch-item-failures": False,
    "maximum-concurrency": None,
    "on-failure": "",
    "maximum-retry-attempts": -1,
    "maximum-record-age-in-seconds": -1,
    "bisect-batch-on-function-error": False,
    "parallelization-factor": 1,
    "tumbling-window-in-seconds": 0,
    "source-access-configurations": [],
}
"""What AWS does by itself, by option. Source: Lambda API reference, CreateEventSourceMapping."""
_FIXED = ("starting-position", "starting-position-timestamp", "consumer-group-id")
"""What only a new mapping can have otherwise."""
_HALF_A_SECOND = frozenset({Kind.KAFKA, Kind.MQ})
"""Their batching window is half a second until it is set, which no request can say: left as it is where it is not declared."""


@dataclass(frozen=True, kw_only=True)
class EventSource:
    """A mapping that shall be there. All of it is declared: an option that is not written has AWS's default."""

    source_arn: str
    part: str = ""
    """The topic of a cluster, the queue of a broker."""
    enabled: bool = True
    options: Members
    """By option, what can be changed."""
    fixed: Members
    """By option, what cannot."""

    @property
    def name(self) -> str:
        return named(self.source_arn, self.part)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A mapping of the alias as AWS tells it. ``state`` and ``why`` are AWS's words."""

    uuid: str
    source_arn: str
    part: str = ""
    state: str
    why: str = ""
    result: str = ""
    """Of the last look at the source; empty where AWS does not say."""
    options: Members
    fixed: Members
    ours: bool = False
    """Whether it carries the project's mark; only asked of what shall go."""

    @property
    def name(self) -> str:
        return named(self.source_arn, self.part)

    @property
    def enabled(self) -> bool | None:
        """``None`` while AWS is at work on it, and does not tell."""
        return _ON.get(self.state)


def named(source_arn: str, part: str) -> str:
    return f"{source_arn} {part}".rstrip()


def event_source(spec: EventSourceSpec) -> EventSource:
    """As it is declared; the door has let through only what the kind takes."""
    kind, given = kind_of(spec.source_arn) or Kind.SQS, spec.model_dump(mode="json", by_alias=True)
    given["filters"] = [json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in spec.filters]
    given["source-access-configurations"] = sorted(f"{one.type} {one.uri}" for one in spec.source_access_configurations)
    given["on-failure"] = "" if spec.on_failure == "none" else spec.on_failure
    options: dict[str, JsonValue] = {"batch-size": spec.batch_size or FACTS[kind].batch_size}
    for name, default in _DEFAULTS.items():
        if kind in TAKEN_BY.get(name, frozenset(Kind)):
            options[name] = default if given[name] is None else given[name]
    if kind in _HALF_A_SECOND and spec.maximum_batching_window_in_seconds is None:
        del options["maximum-batching-window-in-seconds"]
    return EventSource(
        source_arn=spec.source_arn,
        part=spec.topic or spec.queue or "",
        enabled=spec.enabled,
        options=options,
        fixed={name: given[name] for name in _FIXED if given[name] is not None},
    )


def differing(wanted: EventSource, found: Found) -> tuple[str, ...]:
    """The options that an update has to write. One whose state does not tell is taken to be enabled or not as declared."""
    names = [name for name, value in wanted.options.items() if not _same(name, value, _seen(found, name))]
    return (*names, *(["enabled"] if found.enabled not in {wanted.enabled, None} else []))


def replaced(wanted: EventSource, found: Found) -> bool:
    """Whether only a new mapping can be as declared. What AWS does not tell is taken for that: to be wrong loses a position."""
    return any(found.fixed.get(name, value) != value for name, value in wanted.fixed.items())


def event_source_changes(wanted: Sequence[EventSource], found: Mapping[str, Found], alias_arn: str) -> Iterator[Change]:
    """New ones before those that go. ``found`` by name; ``alias_arn`` is empty for a function that is not there yet."""
    for one in wanted:
        yield from _changes(one, found.get(one.name), alias_arn or "the alias")
    for seen in surplus(wanted, found):
        yield _removal(seen)


def surplus(wanted: Iterable[EventSource], found: Mapping[str, Found]) -> tuple[Found, ...]:
    """Ours that are not declared any more."""
    names = {one.name for one in wanted}
    return tuple(one for one in found.values() if one.name not in names and one.ours and one.state != DELETING)


def of_others(wanted: Iterable[EventSource], found: Mapping[str, Found]) -> tuple[str, ...]:
    """The names of those that are neither declared nor ours."""
    names = {one.name for one in wanted}
    left = (one for one in found.values() if one.name not in names and not one.ours and one.state != DELETING)
    return tuple(sorted(one.name for one in left))


def _changes(wanted: EventSource, seen: Found | None, target: str) -> Iterator[Change]:
    if seen is not None and seen.state != DELETING and replaced(wanted, seen):
        check_replaceable(seen)
        yield _removal(seen)
        yield _creation(wanted, target, seen)
    elif seen is None or seen.state == DELETING:
        yield _creation(wanted, target, None)
    elif fields := tuple(_fields(wanted, seen)):
        yield Change(resource=Resource.EVENT_SOURCE, action=Action.UPDATE, name=wanted.name, fields=fields)


def check_replaceable(seen: Found) -> None:
    """Raises ``AwsError`` for a mapping that is not ours: where its reading stands would be lost."""
    if not seen.ours:
        raise AwsError(
            f"the event source mapping {seen.uuid} of {seen.name} reads from another position than declared, and is not of "
            "this project",
            why="Only a new mapping can have another position, and lambda-ci deletes only what it has made.",
            fix="declare the position that it has ("
            + ", ".join(f"{name}: {value}" for name, value in seen.fixed.items())
            + f"), or delete it yourself: aws lambda delete-event-source-mapping --uuid {seen.uuid}",
        )


def chosen(wanted: EventSource) -> tuple[str, ...]:
    """The options that AWS would not choose by itself."""
    kind = kind_of(wanted.source_arn)
    defaults = {**_DEFAULTS, **({"batch-size": FACTS[kind].batch_size} if kind else {})}
    return tuple(name for name, value in wanted.options.items() if value != defaults.get(name))


def _creation(wanted: EventSource, target: str, before: Found | None) -> Change:
    fields = [FieldChange(field="target", before="", after=target)]
    for name, value in {**wanted.fixed, **{name: wanted.options[name] for name in chosen(wanted)}}.items():
        was = before.fixed.get(name) if before else None
        fields.append(FieldChange(field=name, before="" if was == value else _shown(was), after=_shown(value)))
    if not wanted.enabled:
        fields.append(FieldChange(field="enabled", before="", after="false"))
    return Change(resource=Resource.EVENT_SOURCE, action=Action.CREATE, name=wanted.name, fields=tuple(fields))


def _removal(seen: Found) -> Change:
    told = FieldChange(field="mapping", before=seen.uuid, after="")
    return Change(resource=Resource.EVENT_SOURCE, action=Action.DELETE, name=seen.name, fields=(told,))


def _fields(wanted: EventSource, seen: Found) -> Iterator[FieldChange]:
    for name in differing(wanted, seen):
        before: JsonValue = seen.enabled if name == "enabled" else _seen(seen, name)
        after: JsonValue = wanted.enabled if name == "enabled" else wanted.options[name]
        yield FieldChange(field=name, before=_shown(before), after=_shown(after))


def _seen(found: Found, name: str) -> JsonValue:
    return found.options.get(name, _DEFAULTS.get(name))


def _same(name: str, one: JsonValue, other: JsonValue) -> bool:
    if name == "filters" and isinstance(one, list) and isinstance(other, list):
        return sorted(map(_canonical, one)) == sorted(map(_canonical, other))
    return one == other


def _canonical(pattern: JsonValue) -> str:
    """Patterns are JSON."""
    try:
        return json.dumps(json.loads(str(pattern)), sort_keys=True)
    except ValueError:
        return str(pattern)


def _shown(value: JsonValue) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
