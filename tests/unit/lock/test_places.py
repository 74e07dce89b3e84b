"""Where a lock says that wheels come from: for everybody's eyes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from packaging.pylock import Pylock

from lambda_ci.lock.places import places
from lambda_ci.model.artifact import Lock, Making, Wheel
from lambda_ci.model.inventory import Place
from lambda_ci.model.target import Architecture, Target

SHA = "ab" * 32
COMMIT = "0123456789abcdef0123456789abcdef01234567"
HASHES = {"sha256": SHA}
DEMO = "demo-1.0-py3-none-any.whl"
WHEEL = Wheel(name="demo", version="1.0", filename=DEMO, path=Path(DEMO), sha256=SHA, size=1)
BUILT = replace(WHEEL, made=Making(backend="in place"))


def place(wheel: Wheel, **package: Any) -> Place:  # noqa: ANN401
    document = {
        "lock-version": "1.0",
        "created-by": "test",
        "packages": [{"name": "demo", "version": "1.0", **package}],
    }
    pylock = Pylock.from_dict(document)
    lock = Lock(target=Target("python3.12", Architecture.X86_64), pylock=pylock, root=Path("/project"), origin="x", pinned=True)  # fmt: skip
    return places(lock, [wheel])["demo"]


def test_a_wheel_of_an_index() -> None:
    wheels = [
        {"name": "demo-1.0-cp312-cp312-win_amd64.whl", "url": "https://other.example/x.whl", "hashes": HASHES},
        {"name": DEMO, "url": f"https://user:secret@index.example/{DEMO}?token=secret#sha256={SHA}", "hashes": HASHES},
    ]
    assert place(WHEEL, wheels=wheels) == Place(
        filename=DEMO, url=f"https://index.example/{DEMO}", digests=(("sha256", SHA),)
    )


def test_a_built_wheel_comes_from_its_source() -> None:
    sdist = {"name": "demo-1.0.tar.gz", "url": "https://index.example/demo-1.0.tar.gz", "hashes": HASHES}
    wheels = [{"name": DEMO, "url": f"https://index.example/{DEMO}", "hashes": HASHES}]
    assert place(BUILT, wheels=wheels, sdist=sdist).filename == "demo-1.0.tar.gz"


def test_an_address_of_the_users_own() -> None:
    archive = {"url": f"https://user:secret@files.example/{DEMO}", "hashes": HASHES}
    found = place(WHEEL, archive=archive)
    assert (found.url, found.direct, found.filename) == (f"https://files.example/{DEMO}", True, DEMO)


def test_a_commit() -> None:
    vcs = {"type": "git", "url": "https://token@git.example/demo.git", "commit-id": COMMIT}
    assert place(BUILT, vcs=vcs) == Place(url="https://git.example/demo.git", commit=COMMIT, direct=True)


def test_what_is_on_this_machine_has_a_path_and_no_address() -> None:
    assert place(BUILT, directory={"path": "../lib"}) == Place(path="/project/../lib", direct=True)
    local = {"path": f"wheels/{DEMO}", "hashes": HASHES}
    assert place(WHEEL, archive=local).path == f"/project/wheels/{DEMO}"
    assert place(WHEEL, archive={"url": f"file:///home/me/{DEMO}", "hashes": HASHES}).url == ""


def test_nothing_is_known_without_a_lock() -> None:
    lock = Lock(target=Target("python3.12", Architecture.X86_64), pylock=None, root=Path(), origin="none", pinned=True)
    assert places(lock, [WHEEL]) == {}
