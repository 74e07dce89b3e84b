"""What a wheel says of itself, read once and kept beside it (``notes``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambda_ci.adapters import wheel_notes as notes
from lambda_ci.adapters.wheel_notes import text, texts
from lambda_ci.model.inventory import Document, Library, Licence, Link, Metadata, Need, Part

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambda_ci.model.artifact import Wheel

NAME = "metadata"
FORMAT = 1
"""To be raised whenever what is read of a wheel changes."""


class Records:
    """What is known of the wheels of one run, each note read once. Thread-safe: two that read the same find the same."""

    def __init__(self) -> None:
        self._known: dict[str, Metadata] = {}

    def of(self, wheel: Wheel, read: Callable[[Wheel], Metadata]) -> Metadata:
        """What was kept of this very wheel, or what ``read`` finds now."""
        known = self._known.get(wheel.sha256) or notes.load(wheel, NAME, FORMAT, _metadata)
        if known is None:
            known = read(wheel)
            _keep(wheel, known)
        if wheel.sha256:
            self._known[wheel.sha256] = known
        return known

    def learn(self, wheel: Wheel, metadata: Metadata) -> None:
        """What somebody else has read, of a wheel that need not be here."""
        self._known.setdefault(wheel.sha256, metadata)


def _keep(wheel: Wheel, metadata: Metadata) -> None:
    document = {
        "name": metadata.name,
        "version": metadata.version,
        "summary": metadata.summary,
        "author": metadata.author,
        "licence": [metadata.licence.expression, metadata.licence.names],
        "links": [[one.kind, one.url] for one in metadata.links],
        "needs": [[one.name, one.extras, one.marker] for one in metadata.needs],
        "libraries": [[one.path, one.size, one.sha256] for one in metadata.libraries],
        "documents": [[one.path, one.sha256, [_row(part) for part in one.parts]] for one in metadata.documents],
    }
    notes.keep(wheel, NAME, FORMAT, document)


def _row(part: Part) -> list[str]:
    return [part.kind, part.name, part.version, part.purl]


def _metadata(raw: Any) -> Metadata:  # noqa: ANN401 - JSON
    expression, names = raw["licence"]
    return Metadata(
        name=text(raw["name"]),
        version=text(raw["version"]),
        summary=text(raw["summary"]),
        author=text(raw["author"]),
        licence=Licence(expression=text(expression), names=texts(names)),
        links=tuple(Link(kind=text(kind), url=text(url)) for kind, url in raw["links"]),
        needs=tuple(Need(name=text(name), extras=texts(extras), marker=text(m)) for name, extras, m in raw["needs"]),
        libraries=tuple(
            Library(path=text(path), size=_number(size), sha256=text(digest)) for path, size, digest in raw["libraries"]
        ),
        documents=tuple(_document(*row) for row in raw["documents"]),
    )


def _document(path: object, sha256: object, parts: list[list[object]]) -> Document:
    rows = [[text(word) for word in row] for row in parts]
    return Document(
        path=text(path),
        sha256=text(sha256),
        parts=tuple(Part(kind=kind, name=name, version=version, purl=purl) for kind, name, version, purl in rows),
    )


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value
