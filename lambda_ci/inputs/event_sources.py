"""What no schema can say about event sources: which kind takes which option, and Lambda's limits of each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lambda_ci.inputs.interpolate import has_placeholder
from lambda_ci.inputs.located import plain
from lambda_ci.inputs.wording import not_what
from lambda_ci.model.event_source import FACTS, FIFO_BATCH, TAKEN_BY, Kind, is_fifo, kind_of
from lambda_ci.model.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_ci.inputs.located import Located
    from lambda_ci.model.problem import Problem

_ARN_PARTS = 6
_LONGEST_PATTERN, _USUAL_PATTERNS = 4096, 5
"""Characters of a pattern, and how many of them an account may have unless AWS was asked for more. Source: Lambda developer guide,
"Event filtering"."""
_YOUNGEST = 60
"""Seconds: the least age at which records are given up."""


def check_event_source(source: Located, seen: dict[str, str]) -> Iterator[Problem]:
    """AWS would refuse these once the alias has moved. ``seen``: the keys of those before it, by what they read."""
    named = source.at("source-arn") if source.entries else source
    if named is None or not isinstance(named.value, str) or named.value.count(":") < _ARN_PARTS - 1:
        return
    if has_placeholder(named):
        return
    kind = kind_of(named.value)
    if kind is None:
        yield named.problem(f"{_unpolled(named.value)}{not_what(named)}")
        return
    yield from _twice(source, named, seen)
    yield from _options(source, kind)
    yield from _batches(source, named.value, kind)
    yield from _position(source, kind)
    yield from _patterns(source)


def _unpolled(arn: str) -> str:
    if arn.split(":")[2] == Kind.DYNAMODB:
        return "must be the ARN of the table's stream (…:table/NAME/stream/TIME), which `aws dynamodb describe-table` tells"
    names = ", ".join(facts.name for facts in FACTS.values())
    return f"must be the ARN of {names}; other services call by themselves, and need a `permission` or a `schedule`"


def _twice(source: Located, named: Located, seen: dict[str, str]) -> Iterator[Problem]:
    """Lambda has one mapping for a source and an alias."""
    inner = next((node for key in ("topic", "queue") if (node := source.at(key)) is not None), None)
    what = f"{named.value} {inner.value if inner is not None else ''}"
    if what in seen:
        yield named.problem(f"{seen[what]} has this source already")
    seen.setdefault(what, source.key)


def _options(source: Located, kind: Kind) -> Iterator[Problem]:
    """What a kind does not know, and what it cannot do without."""
    for key, node in source.entries.items():
        if key in TAKEN_BY and kind not in TAKEN_BY[key] and node.value not in (None, False, ()):
            takers = ", ".join(facts.name for one, facts in FACTS.items() if one in TAKEN_BY[key])
            hint = "; a queue has a dead-letter queue of its own for that" if _is_redriven(key, kind) else ""
            yield node.key_problem(f"{FACTS[kind].name} does not take it, only {takers}{hint}")
    for key in FACTS[kind].needs:
        given = source.at(key)
        if given is None or given.value in (None, ()):
            yield source.problem(f"{FACTS[kind].name} needs {key}", missing=key)


def _is_redriven(key: str, kind: Kind) -> bool:
    return kind is Kind.SQS and key in {"on-failure", "maximum-retry-attempts", "maximum-record-age-in-seconds"}


def _batches(source: Located, arn: str, kind: Kind) -> Iterator[Problem]:
    size, window = source.at("batch-size"), source.at("maximum-batching-window-in-seconds")
    most = size.value if size is not None and isinstance(size.value, int) else FACTS[kind].batch_size
    waits = window.value if window is not None and isinstance(window.value, int) else 0
    if is_fifo(arn):
        if size is not None and most > FIFO_BATCH:
            yield size.problem(f"must be at most {FIFO_BATCH} for a FIFO queue{not_what(size)}")
        if window is not None and waits:
            yield window.problem("a FIFO queue takes no batching window")
    elif kind is Kind.SQS and size is not None and most > FIFO_BATCH and not waits:
        words = f"a batch-size above {FIFO_BATCH} needs maximum-batching-window-in-seconds of at least 1"
        yield size.problem(words + not_what(size))


def _position(source: Located, kind: Kind) -> Iterator[Problem]:
    position, moment = source.at("starting-position"), source.at("starting-position-timestamp")
    at_time = position is not None and position.value == "AT_TIMESTAMP"
    if position is not None and at_time and kind is Kind.DYNAMODB:
        yield position.problem("a DynamoDB stream is read from TRIM_HORIZON or LATEST")
    elif position is not None and at_time and moment is None:
        yield position.problem("needs starting-position-timestamp")
    elif moment is not None and not at_time:
        yield moment.key_problem("is for `starting-position: AT_TIMESTAMP` only")
    age = source.at("maximum-record-age-in-seconds")
    if age is not None and isinstance(age.value, int) and -1 < age.value < _YOUNGEST:
        yield age.problem(f"must be -1 or at least {_YOUNGEST}{not_what(age)}")


def _patterns(source: Located) -> Iterator[Problem]:
    filters = source.at("filters")
    for one in filters.elements if filters is not None else ():
        size = len(json.dumps(plain(one), separators=(",", ":")))
        if size > _LONGEST_PATTERN:
            yield one.problem(f"has {size} characters as JSON; Lambda takes {_LONGEST_PATTERN}")
        if one.value == {}:
            yield one.problem("is empty, and lets nothing be told apart: leave it out")
    if filters is not None and len(filters.elements) > _USUAL_PATTERNS:
        words = f"has {len(filters.elements)} patterns; Lambda takes {_USUAL_PATTERNS}, unless AWS has raised the account's quota"
        yield filters.key_problem(words, severity=Severity.WARNING)
