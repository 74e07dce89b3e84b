"""The contents of a wheel for the audit, read once and kept beside it (``notes``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambda_ci.adapters import wheel_notes as notes
from lambda_ci.adapters.wheel_notes import text, texts
from lambda_ci.model.audit import Binary, Contents, Kind, Requirement
from lambda_ci.package.audit.contents import contents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.model.artifact import Wheel
    from lambda_ci.package.file import File

    Unpacked = Sequence[tuple[Wheel, Sequence[File]]]

NAME = "audit"
FORMAT = 1
"""To be raised whenever what is read of a wheel changes."""


class Notes:
    """What is known of the wheels of one run, each note read once."""

    def __init__(self) -> None:
        self._known: dict[Wheel, Contents] = {}

    def find(self, wheel: Wheel) -> Contents | None:
        """What was kept of this very wheel."""
        if wheel not in self._known and (found := _load(wheel)):
            self._known[wheel] = found
        return self._known.get(wheel)

    def keep(self, wheel: Wheel, contents: Contents) -> None:
        """For the rest of this run, and as a note beside the wheel."""
        self._known[wheel] = contents
        _keep(wheel, contents)


def contents_of(wheels: Unpacked, own: Sequence[File], notes: Notes) -> list[Contents]:
    """What each wheel holds, from the notes or by reading it now, and at the end what the own files hold."""
    noted = [notes.find(wheel) for wheel, _ in wheels]
    missing_notes = [files for (_, files), note in zip(wheels, noted, strict=True) if note is None]
    *fresh, of_own = contents([*missing_notes, own])
    following = iter(fresh)
    known = [next(following) if note is None else note for note in noted]
    for (wheel, _), note, found in zip(wheels, noted, known, strict=True):
        if note is None:
            notes.keep(wheel, found)
    return [*known, of_own]


def _load(wheel: Wheel) -> Contents | None:
    return notes.load(wheel, NAME, FORMAT, _contents)


def _keep(wheel: Wheel, contents: Contents) -> None:
    """Write it down for the next time."""
    document = {
        "binaries": [_row(binary) for binary in contents.binaries],
        "requirements": [[one.name, one.marker] for one in contents.requirements],
    }
    notes.keep(wheel, NAME, FORMAT, document)


def _contents(raw: Any) -> Contents:  # noqa: ANN401 - JSON
    return Contents(
        binaries=tuple(map(_binary, raw["binaries"])),
        requirements=tuple(Requirement(name=text(name), marker=text(marker)) for name, marker in raw["requirements"]),
    )


def _row(binary: Binary) -> list[object]:
    return [
        binary.path,
        binary.kind.value,
        binary.machine,
        binary.needed,
        binary.soname,
        binary.rpath,
        binary.runpath,
        binary.interpreter,
        binary.symbols,
        binary.module,
        binary.fault,
    ]


def _binary(row: list[Any]) -> Binary:
    path, kind, machine, needed, soname, rpath, runpath, interpreter, symbols, module, fault = row
    if not isinstance(module, bool):
        raise TypeError
    return Binary(
        path=text(path),
        kind=Kind(kind),
        machine=text(machine),
        needed=texts(needed),
        soname=text(soname),
        rpath=texts(rpath),
        runpath=texts(runpath),
        interpreter=text(interpreter),
        symbols=tuple((text(library), text(version)) for library, version in symbols),
        module=module,
        fault=text(fault),
    )
