from __future__ import annotations

import json
import shutil
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambda_ci.package.audit import notes
from tests.fakes.elf import AARCH64, elf

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.model.artifact import Wheel
    from tests.fakes.audited import Audited

MODULE = "demo/_core.cpython-311-x86_64-linux-gnu.so"
SOME = elf(needed=["libc.so.6"], soname="x", runpath="$ORIGIN", versions={"libc.so.6": ["GLIBC_2.17"]})


def _cached(audited: Audited, content: bytes = SOME) -> Wheel:
    """The wheel, where the cache of wheels has it."""
    audited.wheel("demo", {MODULE: content}, requires=["thing"])
    made = audited.project.wheels.pop()
    place = audited.project.root / "wheels" / "sha256" / made.sha256[:2] / made.sha256 / made.filename
    place.parent.mkdir(parents=True)
    shutil.move(made.path, place)
    audited.project.wheels.append(replace(made, path=place))
    return audited.project.wheels[0]


def _note(wheel: Wheel) -> Path:
    return wheel.path.parent / "audit-1.json"


def test_what_was_read_is_kept_beside_the_wheel_for_everybody_and_gives_the_same(audited: Audited) -> None:
    wheel = _cached(audited)
    first = audited.warnings()
    assert first == ("demo needs thing, which is not in the package",)
    assert stat.S_IMODE(_note(wheel).stat().st_mode) == 0o644
    assert sorted(path.name for path in wheel.path.parent.iterdir()) == ["audit-1.json", wheel.filename, "files-1.json"]
    before = _note(wheel).stat().st_mtime_ns
    assert audited.warnings() == first
    assert _note(wheel).stat().st_mtime_ns == before


def test_it_is_what_is_believed_the_next_time(audited: Audited) -> None:
    wheel = _cached(audited, elf(machine=AARCH64))
    audited.refusal()
    note = json.loads(_note(wheel).read_text())
    _note(wheel).write_text(json.dumps(note | {"binaries": []}))
    audited.warnings()


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"sha256": "0" * 64},
        {"binaries": None},
        {"binaries": [[]]},
        {"binaries": [[1, "library", "x86_64", [], "", [], [], "", [], False, ""]]},
        {"binaries": [["a", "nothing", "x86_64", [], "", [], [], "", [], False, ""]]},
        {"binaries": [["a", "library", "x86_64", "abc", "", [], [], "", [], False, ""]]},
        {"binaries": [["a", "library", "x86_64", [], "", [], [], "", [["x"]], False, ""]]},
        {"binaries": [["a", "library", "x86_64", [], "", [], [], "", [], 1, ""]]},
        {"requirements": [["a", None]]},
        {"requirements": [["a"]]},
    ],
)
def test_a_note_that_is_not_one_is_made_again(audited: Audited, change: dict[str, object]) -> None:
    wheel = _cached(audited, elf(machine=AARCH64))
    audited.refusal()
    good = _note(wheel).read_bytes()
    _note(wheel).write_text(json.dumps(json.loads(good) | change))
    audited.refusal()
    assert _note(wheel).read_bytes() == good


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_note_is_too_odd(audited: Audited, content: bytes) -> None:
    if not audited.project.wheels:
        _cached(audited)
    wheel = audited.project.wheels[0]
    _note(wheel).write_bytes(content)
    assert notes.Notes().find(wheel) is None


def test_nothing_is_kept_beside_a_wheel_that_is_not_in_the_cache(audited: Audited) -> None:
    audited.wheel("demo", {MODULE: SOME})
    audited.warnings()
    assert [path.suffix for path in (audited.project.root / "cache").iterdir()] == [".whl"]


def test_a_cache_that_cannot_be_written_is_no_failure(audited: Audited) -> None:
    wheel = _cached(audited)
    _note(wheel).mkdir()
    assert audited.warnings() == ("demo needs thing, which is not in the package",)
    assert sorted(path.name for path in wheel.path.parent.iterdir()) == ["audit-1.json", wheel.filename, "files-1.json"]
