"""What is told of packages that other machines made, read as strictly as anything from outside."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.model.artifact import Bytecode, LedgerLine, Making, Member, Package, Saving, Wheel
from lambda_ci.model.inventory import Licence, Link, Maker, Metadata, Need, Repository, Run
from lambda_ci.package.cache.entry import dump, entry, load
from lambda_ci.package.wheel_pool import WheelPool

SHA = "ab" * 32
CODE = "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s="
WHEEL = Wheel(
    name="demo", version="1.0", filename="demo-1.0-py3-none-any.whl", path=Path("/here/demo.whl"), sha256=SHA, size=5,
    made=Making(backend="in place"),
)  # fmt: skip
PACKAGE = Package(
    function="orders",
    path=Path("/dist/orders.zip"),
    sha256=SHA,
    code_sha256=CODE,
    size=10,
    unpacked_size=20,
    members=(Member(path="é/app.py", size=1, compressed_size=1, mode=0o644, distribution=""),),
    ledger=(LedgerLine(distribution="demo", version="1.0", files=1, size=1, compressed_size=1),),
    savings=(Saving(rule="tests", files=1, size=1, compressed_size=1),),
    bytecode=Bytecode(place="Python 3.12", files=1),
    warnings=("careful",),
)
SAID = Metadata(
    name="demo", licence=Licence(expression="MIT"), links=(Link(kind="website", url="https://demo.example"),),
    needs=(Need(name="other", extras=("a",)),),
)  # fmt: skip
MAKER = Maker(version="1", run=Run(builder="b", invocation="i"), repository=Repository(commit="0" * 40, dirty=None))
TOLD = entry(PACKAGE, [WHEEL], {SHA: SAID}, MAKER)


def document(**changes: object) -> bytes:
    raw: dict[str, Any] = json.loads(dump(TOLD).partition(b"\n")[2])
    content = json.dumps({**raw, **changes}).encode()
    return hashlib.sha256(content).hexdigest().encode() + b"\n" + content


def test_what_is_told_comes_back(tmp_path: Path) -> None:
    found = load(dump(TOLD))
    assert found == TOLD
    assert found.package("orders", PACKAGE.path, WheelPool()) == PACKAGE
    [wheel] = found.wheels
    assert wheel.metadata == SAID
    assert wheel.wheel(tmp_path).path == tmp_path / WHEEL.filename
    assert found.maker == MAKER
    assert load(document()) == TOLD


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "../../evil"}, {"sha256": "A" * 64}, {"sha256": SHA + "\n"}, {"size": -1}, {"size": "1"}, {"size": 1.5},
        {"file": "../orders.zip"}, {"file": ""}, {"file": "a/b"}, {"members": [["a", 1, 1, "x", ""]]}, {"members": [["a"]]},
        {"warnings": 1}, {"format": 2}, {"maker": {}}, {"maker": None}, {"more": 1}, {"wheels": [{}]},
        {"ledger": [{"distribution": 1}]}, {"bytecode": {"files": "x"}}, {"savings": None},
    ],
)  # fmt: skip
def test_another_shape_is_no_document(change: dict[str, Any]) -> None:
    assert load(document(**change)) is None


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"{}", b"\xff\n\n", b"0" * 64 + b"\n{}", dump(TOLD)[:-1], b"[" * 100_000]
)
def test_what_is_damaged_is_no_document(content: bytes) -> None:
    assert load(content) is None


@given(st.binary(max_size=300))
def test_no_bytes_are_trouble(content: bytes) -> None:
    assert load(content) is None
    checked = hashlib.sha256(content).hexdigest().encode() + b"\n" + content
    assert load(checked) is None


def test_what_aws_calls_the_digest_is_computed() -> None:
    assert "code_sha256" not in dump(TOLD).decode()


@pytest.mark.parametrize("metadata", [{}, {SHA: SAID}])
def test_it_says_whether_a_bill_of_materials_can_be_written(metadata: dict[str, Metadata]) -> None:
    assert entry(PACKAGE, [WHEEL], metadata, MAKER).has_metadata == bool(metadata)
