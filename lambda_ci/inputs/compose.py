"""YAML to a ``Located`` tree, from the parser's events and without recursion, so that no file can exhaust the machine."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import yaml

from lambda_ci.inputs.located import Located, under
from lambda_ci.inputs.scalars import resolve
from lambda_ci.inputs.wording import quoted
from lambda_ci.model.problem import Origin, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 100_000
_STANDARD = "tag:yaml.org,2002:"
_TAGS = frozenset({None, _STANDARD + "str", _STANDARD + "map", _STANDARD + "seq"})
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Mark(Protocol):
    """A place, counted from 0, as both of PyYAML's parsers have it."""

    line: int
    column: int


class Unreadable(Exception):
    """The text cannot be read at all; carries the one problem that says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class Composed:
    """The tree (``None`` for an empty document) and what is wrong with it that does not stop the reading."""

    root: Located | None
    problems: tuple[Problem, ...]


def compose(text: str, *, source: str, loader: type | None = None) -> Composed:
    """Read one YAML document. Raises Unreadable with the one reason why it cannot be read."""
    composer = _Composer(source=source)
    if found := _FORBIDDEN.search(text):
        raise _strange_character(text, found.start(), source)
    try:
        for event in yaml.parse(text, Loader=loader or _LOADER):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        raise _malformed(error, text, source) from None
    except yaml.YAMLError as error:
        raise Unreadable(Problem(origin=Origin(source=source), message=f"is not YAML: {error}")) from None
    return Composed(root=composer.root, problems=tuple(composer.problems))


@dataclass(frozen=True, kw_only=True)
class _Key:
    name: str
    origin: Origin
    merges: bool


@dataclass(kw_only=True)
class _Frame:
    """A collection that is being read. ``size`` and ``height`` count aliases as what they stand for."""

    origin: Origin
    key: str
    anchor: str | None
    is_mapping: bool
    entries: dict[str, Located] = field(default_factory=dict)
    merged: dict[str, Located] = field(default_factory=dict)
    elements: list[Located] = field(default_factory=list)
    pending: _Key | None = None
    size: int = 1
    height: int = 1

    @property
    def wants_key(self) -> bool:
        return self.is_mapping and self.pending is None


@dataclass(kw_only=True)
class _Composer:
    source: str
    root: Located | None = None
    documents: int = 0
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Frame] = field(default_factory=list)
    anchors: dict[str, tuple[Located, int, int]] = field(default_factory=dict)

    def take(self, event: yaml.Event) -> None:
        """Handle the parser's next event."""
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self._refused(event, "a second document (---) starts here; only one can be read")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        text, origin = str(event.value), self._origin(event)
        if not _storable(text):
            raise self._refused(event, "text with a NUL character or half a surrogate pair cannot be used")
        self._check_tag(event)
        plain = bool(event.implicit[0]) and not event.style
        if self.stack and self.stack[-1].wants_key:
            self._key(text, origin, plain=plain)
            return
        value = resolve(text) if plain else text
        node = Located(value=value, origin=origin, key=self._path(), text=None if value == text else text)
        self._place(node, anchor=event.anchor, size=1, height=1)

    def _key(self, text: str, origin: Origin, *, plain: bool) -> None:
        frame, merges = self.stack[-1], plain and text == "<<"
        if plain and not merges and not isinstance(value := resolve(text), str):
            kind = {bool: "a boolean", type(None): "nothing"}.get(type(value), "a number")
            message = f"the key {text or '(empty)'} was read as {kind}, but keys are text; write {quoted(text)}"
            self.problems.append(Problem(origin=origin, key=frame.key, message=message))
        frame.pending = _Key(name=text, origin=origin, merges=merges)

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        if self.stack and self.stack[-1].wants_key:
            raise self._refused(event, "a key must be text, not a list or a mapping")
        if len(self.stack) >= MAX_DEPTH:
            raise self._refused(event, f"nested more than {MAX_DEPTH} levels deep")
        self._check_tag(event)
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        origin, key = self._origin(event), self._path()
        self.stack.append(_Frame(origin=origin, key=key, anchor=event.anchor, is_mapping=is_mapping))

    def _close(self) -> None:
        frame = self.stack.pop()
        value = {**frame.merged, **frame.entries} if frame.is_mapping else tuple(frame.elements)
        node = Located(value=value, origin=frame.origin, key=frame.key)
        self._place(node, anchor=frame.anchor, size=frame.size, height=frame.height)

    def _alias(self, event: yaml.AliasEvent) -> None:
        if self.stack and self.stack[-1].wants_key:
            raise self._refused(event, "a key must be text, not an alias (*)")
        if event.anchor not in self.anchors:
            inside = any(frame.anchor == event.anchor for frame in self.stack)
            reason = (
                "an alias (*) stands inside what it names" if inside else "an alias (*) names no anchor (&) above it"
            )
            raise self._refused(event, f"{reason}; text that begins with * must be quoted")
        node, size, height = self.anchors[event.anchor]
        self._place(node, anchor=None, size=size, height=height)

    def _place(self, node: Located, *, anchor: str | None, size: int, height: int) -> None:
        if anchor:
            self.anchors[anchor] = (node, size, height)
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        frame.size, frame.height = frame.size + size, max(frame.height, height + 1)
        self._check_limits(frame, node)
        if not frame.is_mapping:
            frame.elements.append(node)
        elif frame.pending:
            key, frame.pending = frame.pending, None
            self._enter(frame, key, replace(node, key_origin=key.origin))

    def _enter(self, frame: _Frame, key: _Key, node: Located) -> None:
        if key.merges:
            for source in self._merge_sources(node):
                frame.merged = {**source.entries, **frame.merged}
        elif (first := frame.entries.get(key.name)) is None:
            frame.entries[key.name] = node
        else:
            message = f"this key is here twice; the first one is at {first.key_origin}"
            self.problems.append(Problem(origin=key.origin, key=under(frame.key, key.name), message=message))

    def _merge_sources(self, node: Located) -> Iterator[Located]:
        for source in node.elements or (node,):
            if isinstance(source.value, dict):
                yield source
            else:
                self.problems.append(node.key_problem("<< takes a mapping or a list of mappings"))

    def _path(self) -> str:
        """The dotted key of the value that comes next."""
        if not self.stack:
            return ""
        frame = self.stack[-1]
        if not frame.is_mapping:
            return under(frame.key, len(frame.elements))
        return under(frame.key, frame.pending.name) if frame.pending else frame.key

    def _check_tag(self, event: yaml.NodeEvent) -> None:
        tag = getattr(event, "tag", None)
        if tag not in _TAGS:
            name = str(tag).replace(_STANDARD, "!!")
            message = f"the tag {quoted(name)} is not supported; write the plain value"
            self.problems.append(Problem(origin=self._origin(event), key=self._path(), message=message))

    def _check_limits(self, frame: _Frame, node: Located) -> None:
        if frame.size > MAX_NODES:
            message = f"more than {MAX_NODES:,} values, counting each alias as what it stands for"
            raise Unreadable(Problem(origin=node.origin, key=frame.key, message=message))
        if frame.height + len(self.stack) - 1 > MAX_DEPTH + 1:
            message = f"nested more than {MAX_DEPTH} levels deep, counting each alias as what it stands for"
            raise Unreadable(Problem(origin=node.origin, key=frame.key, message=message))

    def _origin(self, event: yaml.Event) -> Origin:
        return _origin(self.source, event.start_mark)

    def _refused(self, event: yaml.Event, message: str) -> Unreadable:
        return Unreadable(Problem(origin=self._origin(event), message=message))


def _origin(source: str, mark: _Mark | None) -> Origin:
    return Origin(source=source, line=mark.line + 1, column=mark.column + 1) if mark else Origin(source=source)


def _malformed(error: yaml.MarkedYAMLError, text: str, source: str) -> Unreadable:
    """A syntax error in words, with its place."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Unreadable(Problem(origin=Origin(source=source), message=f"is not YAML: {error.problem}"))
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    context = f" ({error.context})" if error.context else ""
    message = f"is not YAML: {error.problem}{context}{_advice(line, mark.column)}"
    return Unreadable(Problem(origin=_origin(source, mark), message=message))


def _advice(line: str, column: int) -> str:
    if "\t" in line[: column + 1]:
        return "; indent with spaces, not with tabs"
    if line[column : column + 1] in {"@", "`", "%"}:
        return "; put the value in double quotes"
    return "; put text with ${…} in double quotes" if "${" in line else ""


def _strange_character(text: str, index: int, source: str) -> Unreadable:
    line, column = text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
    message = f"the character U+{ord(text[index]):04X} cannot stand in YAML; is this a text file?"
    return Unreadable(Problem(origin=Origin(source=source, line=line, column=column), message=message))


def _storable(text: str) -> bool:
    return "\0" not in text and (text.isascii() or not any(0xD800 <= ord(character) < 0xE000 for character in text))
