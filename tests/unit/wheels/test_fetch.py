from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import BuildError
from lambda_ci.model.artifact import Lock
from tests.fakes.building import AL2023, NAME, WheelBench
from tests.fakes.index import Fault, Index, Other, Reset, Status, Truncated, sha256, wheel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_ci.model.artifact import Wheel


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[WheelBench]:
    (tmp_path / "project").mkdir()
    with Index() as index:
        yield WheelBench(index=index, cache=tmp_path / "cache", root=tmp_path / "project")


def test_a_wheel_is_fetched_once_and_then_comes_from_the_cache(bench: WheelBench) -> None:
    lock = bench.lock(bench.remote())
    ((first,),) = bench.fetch(lock)
    assert bench.shown == "fetched 1 wheel, 0.0 MB\n"
    assert first.path.read_bytes() == bench.index.files[NAME]
    assert (first.name, first.version, first.filename) == ("demo", "1.0", NAME)
    assert first.sha256 == sha256(bench.index.files[NAME])
    assert first.size == len(bench.index.files[NAME])
    assert first.path.stat().st_mode & 0o777 == 0o644
    assert bench.fetch(lock) == ((first,),)
    assert bench.shown == ""
    assert len(bench.index.requests) == 1
    assert [path for path in bench.files if path.suffix == ".whl"] == [first.path]


def test_locks_keep_their_order_and_share_what_they_have_in_common(bench: WheelBench) -> None:
    a, b, c = (bench.remote(f"{name}-1.0-py3-none-any.whl") for name in "abc")
    found = bench.fetch(bench.lock(c, a), bench.lock(), bench.lock(a, b))
    assert [[one.name for one in wheels] for wheels in found] == [["c", "a"], [], ["a", "b"]]
    assert len(bench.index.requests) == 3


def test_each_wheel_that_was_fetched_is_told_of_once(bench: WheelBench) -> None:
    a, b, c = (bench.remote(f"{name}-1.0-py3-none-any.whl") for name in "abc")
    bench.fetch(bench.lock(a))
    told: list[Wheel] = []
    meanwhile: list[bool] = []
    first, second = bench.fetch(
        bench.lock(a, b), bench.lock(b, c), arrived=told.append, meanwhile=lambda: meanwhile.append(True)
    )
    assert sorted(one.name for one in told) == ["b", "c"]
    assert {*told} <= {*first, *second}
    assert all(one.path.is_file() for one in told)
    assert meanwhile == [True]


def test_the_largest_are_asked_for_first(bench: WheelBench) -> None:
    names = [f"demo{number}-1.0-py3-none-any.whl" for number in range(20)]
    sizes = [2000 + 5000 * (number == 19) for number in range(20)]
    contents = [wheel(name.split("-")[0], "1.0", padding=size) for name, size in zip(names, sizes, strict=True)]
    entries = [bench.remote(name, content, size=len(content)) for name, content in zip(names, contents, strict=True)]
    bench.fetch(bench.lock(*entries))
    at_once = 8
    assert any("demo19-" in str(request) for request in bench.index.requests[:at_once])


def test_nothing_to_do_makes_no_folder_and_does_not_load_requests(bench: WheelBench) -> None:
    empty = Lock(target=AL2023, pylock=None, root=Path(), origin="no dependencies", pinned=True)
    assert bench.fetch(empty) == ((),)
    assert not bench.cache.exists()
    code = (
        "import sys; import lambda_ci.wheels.fetch, lambda_ci.lock.resolve;"
        "print([name for name in ('requests', 'urllib3', 'rich', 'pydantic', 'boto3') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_passing_faults_are_survived(bench: WheelBench) -> None:
    names = [f"demo{number}-1.0-py3-none-any.whl" for number in range(20)]
    lock = bench.lock(*[bench.remote(name) for name in names])
    faults: list[list[Fault]] = [[Status(500), Status(429)], [Truncated(50)], [Reset(20)], []]
    for number, name in enumerate(names):
        bench.index.fail(name, *faults[number % 4])
    ((*wheels,),) = bench.fetch(lock)
    assert [one.filename for one in wheels] == names


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_names_the_address_without_its_credentials(bench: WheelBench, status: int) -> None:
    entry = bench.remote()
    entry["wheel"] = {
        "url": f"http://joe:secret@{bench.index.address}/files/{NAME}?sig=hidden",
        "hashes": {"sha256": "0" * 64},
    }
    bench.index.fail(NAME, Status(status))
    with pytest.raises(BuildError, match=str(status)) as caught:
        bench.fetch(bench.lock(entry))
    assert "secret" not in str(caught.value)
    assert "hidden" not in str(caught.value)
    assert NAME in str(caught.value)
    assert bench.files == []


def test_a_wheel_that_is_not_what_was_locked_is_never_kept(bench: WheelBench) -> None:
    lock = bench.lock(bench.remote())
    bench.index.fail(NAME, Other(wheel("evil", "1.0")))
    with pytest.raises(BuildError, match="not the file that was locked") as caught:
        bench.fetch(lock)
    assert sha256(bench.index.files[NAME]) in caught.value.why
    assert bench.files == []
    bench.fetch(lock)


def test_a_body_that_ends_early_without_saying_so_is_never_kept(bench: WheelBench) -> None:
    lock = bench.lock(bench.remote())
    bench.index.fail(NAME, Truncated(100, announce=False))
    with pytest.raises(BuildError, match="not the file that was locked"):
        bench.fetch(lock)
    assert bench.files == []


@pytest.mark.parametrize(("size", "words"), [(10, "more than the 10 bytes"), (10_000_000, "the lock says 10000000")])
def test_a_size_that_does_not_agree_is_refused(bench: WheelBench, size: int, words: str) -> None:
    with pytest.raises(BuildError, match=words):
        bench.fetch(bench.lock(bench.remote(size=size)))
    assert bench.files == []


def test_credentials_of_the_index_are_used_for_its_own_origin_only(bench: WheelBench) -> None:
    with Index(credentials="joe:s3cret") as private:
        digest = private.add("own-1.0-py3-none-any.whl")
        entry: dict[str, object] = {
            "name": "own",
            "wheel": {"url": private.url("own-1.0-py3-none-any.whl"), "hashes": {"sha256": digest}},
        }
        credentials = {f"http://{private.address}": ("joe", "s3cret")}
        bench.fetch(bench.lock(entry, bench.remote(), credentials=credentials))
        with pytest.raises(BuildError, match="401"):
            WheelBench(index=private, cache=bench.cache / "other", root=bench.root).fetch(bench.lock(entry))


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_entry_is_fetched_again_and_never_used(bench: WheelBench, damage: bytes | None) -> None:
    lock = bench.lock(bench.remote())
    ((kept,),) = bench.fetch(lock)
    good = kept.path.read_bytes()
    kept.path.write_bytes(damage if damage is not None else good[:-1] + bytes([good[-1] ^ 1]))
    assert bench.fetch(lock) == ((kept,),)
    assert kept.path.read_bytes() == good
    assert len(bench.index.requests) == 2


def _later(note: Path) -> None:
    """As if it had been written a while after the wheel."""
    status = note.stat()
    os.utime(note, ns=(status.st_atime_ns, status.st_mtime_ns + 5_000_000_000))


def test_what_was_hashed_and_not_written_since_is_not_hashed_again(bench: WheelBench) -> None:
    lock = bench.lock(bench.remote())
    ((kept,),) = bench.fetch(lock)
    bench.fetch(lock)
    note = kept.path.with_name("verified.json")
    note.write_text(note.read_text("utf-8").replace(kept.sha256, "f" * 64), "utf-8")
    assert bench.fetch(lock) == ((kept,),), "right after the wheel was written, nothing but its content counts"
    note.write_text(note.read_text("utf-8").replace(kept.sha256, "f" * 64), "utf-8")
    _later(note)
    ((believed,),) = bench.fetch(lock)
    assert believed.sha256 == "f" * 64


def test_what_was_written_after_it_was_hashed_is_hashed_again(bench: WheelBench) -> None:
    lock = bench.lock(bench.remote())
    ((kept,),) = bench.fetch(lock)
    bench.fetch(lock)
    _later(kept.path.with_name("verified.json"))
    good, before = kept.path.read_bytes(), kept.path.stat()
    kept.path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    os.utime(kept.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert bench.fetch(lock) == ((kept,),)
    assert kept.path.read_bytes() == good
    assert len(bench.index.requests) == 2


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"status": 1, "sha256": []}', "[" * 100_000])
def test_a_note_of_another_shape_is_no_note(bench: WheelBench, content: str) -> None:
    lock = bench.lock(bench.remote())
    ((kept,),) = bench.fetch(lock)
    note = kept.path.with_name("verified.json")
    note.write_text(content, "utf-8")
    _later(note)
    assert bench.fetch(lock) == ((kept,),)
    assert len(bench.index.requests) == 1


def test_another_hash_than_sha256_is_verified_and_sha256_computed(bench: WheelBench) -> None:
    entry = bench.remote()
    content = bench.index.files[NAME]
    entry["wheel"] = {"url": bench.index.url(NAME), "hashes": {"sha512": hashlib.sha512(content).hexdigest()}}
    lock = bench.lock(entry)
    for _ in range(2):
        ((found,),) = bench.fetch(lock)
        assert found.sha256 == sha256(content)
    assert len(bench.index.requests) == 1


def test_paths_and_file_addresses_are_copied_into_the_cache(bench: WheelBench) -> None:
    content = wheel("demo", "1.0")
    (bench.root / "my libs").mkdir()
    (bench.root / "my libs" / NAME).write_bytes(content)
    (bench.root / "far-1.0-py3-none-any.whl").write_bytes(content)
    url = (bench.root / "far-1.0-py3-none-any.whl").as_uri()
    hashes = {"sha256": sha256(content)}
    lock = bench.lock(
        {"name": "demo", "wheel": {"path": f"my libs/{NAME}", "hashes": hashes}},
        {"name": "far", "wheel": {"url": url, "hashes": hashes}},
    )
    ((near, far),) = bench.fetch(lock)
    assert near.path.is_relative_to(bench.cache)
    assert far.path.read_bytes() == content
    assert near.path != far.path
    (bench.root / "my libs" / NAME).unlink()
    bench.fetch(lock)


def test_a_local_wheel_that_is_missing_changed_or_on_another_machine_is_reported(bench: WheelBench) -> None:
    hashes = {"sha256": "0" * 64}
    with pytest.raises(BuildError, match="cannot read"):
        bench.fetch(bench.lock({"name": "demo", "wheel": {"path": NAME, "hashes": hashes}}))
    (bench.root / NAME).write_bytes(b"other")
    with pytest.raises(BuildError, match="not the file that was locked"):
        bench.fetch(bench.lock({"name": "demo", "wheel": {"path": NAME, "hashes": hashes}}))
    with pytest.raises(BuildError, match="another machine"):
        bench.fetch(bench.lock({"name": "demo", "wheel": {"url": f"file://server/{NAME}", "hashes": hashes}}))


def test_an_address_of_another_kind_is_refused(bench: WheelBench) -> None:
    entry: dict[str, object] = {"name": "demo", "wheel": {"url": f"s3://bucket/{NAME}", "hashes": {"sha256": "0" * 64}}}
    with pytest.raises(BuildError, match="https://, http:// or file://"):
        bench.fetch(bench.lock(entry))


def test_a_cache_that_cannot_be_made_is_named(bench: WheelBench) -> None:
    bench.cache.write_text("a file")
    with pytest.raises(BuildError, match=f"cannot write {bench.cache}") as caught:
        bench.fetch(bench.lock(bench.remote()))
    assert "--cache-dir" in caught.value.fix


def test_a_cache_that_is_read_only_is_named_but_what_is_in_it_can_be_used(bench: WheelBench) -> None:
    lock = bench.lock(bench.remote())
    bench.fetch(lock)
    (bench.cache / "wheels" / "partial").chmod(0o555)
    if os.access(bench.cache / "wheels" / "partial", os.W_OK):
        pytest.skip("root may write anywhere")
    bench.fetch(lock)
    with pytest.raises(BuildError, match="cannot write"):
        bench.fetch(bench.lock(bench.remote("other-1.0-py3-none-any.whl")))


def test_an_entry_whose_place_is_taken_by_a_folder_is_named(bench: WheelBench) -> None:
    lock = bench.lock(bench.remote())
    ((kept,),) = bench.fetch(lock)
    kept.path.unlink()
    kept.path.mkdir()
    with pytest.raises(BuildError, match=NAME):
        bench.fetch(lock)


def test_what_killed_runs_left_is_removed_when_it_is_old(bench: WheelBench) -> None:
    partial = bench.cache / "wheels" / "partial"
    partial.mkdir(parents=True)
    for name, age in (("old.part", 2 * 86400), ("new.part", 3600)):
        (partial / name).write_bytes(b"x")
        os.utime(partial / name, (time.time() - age, time.time() - age))
    bench.fetch(bench.lock(bench.remote()))
    assert [path.name for path in partial.iterdir()] == ["new.part"]
