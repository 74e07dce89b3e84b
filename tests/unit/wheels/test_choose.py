from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.pylock import Pylock

from lambda_ci.errors import BuildError
from lambda_ci.model.artifact import Lock
from lambda_ci.model.misfit import fits
from lambda_ci.model.target import Architecture, Target
from lambda_ci.wheels.choice import Choice, Unbuilt
from lambda_ci.wheels.choose import choose, choose_or_build

AL2 = Target("python3.11", Architecture.X86_64)
AL2023 = Target("python3.12", Architecture.X86_64)
ARM = Target("python3.12", Architecture.ARM64)
HASHES = {"sha256": "a" * 64}


def _package(name: str, *tags: str, **more: object) -> dict[str, object]:
    wheels = [{"url": f"https://host/{name}-1.0-{tag}.whl", "hashes": HASHES} for tag in tags]
    return {"name": name, "version": "1.0", **({"wheels": wheels} if wheels else {}), **more}


def _lock(*packages: dict[str, object], target: Target = AL2023, **more: object) -> Lock:
    document = {"lock-version": "1.0", "created-by": "test", "packages": list(packages), **more}
    pylock = Pylock.from_dict(document)
    return Lock(target=target, pylock=pylock, root=Path("/project"), origin="pylock.toml", pinned=True)


@pytest.mark.parametrize(
    ("tags", "target", "best"),
    [
        (("py3-none-any", "cp312-cp312-manylinux_2_17_x86_64"), AL2023, "cp312-cp312-manylinux_2_17_x86_64"),
        (("cp38-abi3-manylinux2014_x86_64", "py3-none-any"), AL2, "cp38-abi3-manylinux2014_x86_64"),
        (
            ("cp312-cp312-manylinux_2_28_x86_64", "cp312-cp312-manylinux_2_17_x86_64"),
            AL2023,
            "cp312-cp312-manylinux_2_28_x86_64",
        ),
        (
            ("cp311-cp311-manylinux_2_28_x86_64", "cp311-cp311-manylinux_2_17_x86_64"),
            AL2,
            "cp311-cp311-manylinux_2_17_x86_64",
        ),
        (("cp312-cp312-musllinux_1_2_x86_64", "py3-none-any"), AL2023, "py3-none-any"),
        (
            ("cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64", "cp312-cp312-manylinux_2_17_aarch64"),
            ARM,
            "cp312-cp312-manylinux_2_17_aarch64",
        ),
        (("cp312-cp312-macosx_10_9_universal2", "py2.py3-none-any"), ARM, "py2.py3-none-any"),
        (("cp312-cp312-linux_x86_64", "py3-none-any"), AL2023, "cp312-cp312-linux_x86_64"),
    ],
)
def test_the_best_wheel_for_the_target_is_taken(tags: tuple[str, ...], target: Target, best: str) -> None:
    (choice,) = choose(_lock(_package("demo", *tags), target=target))
    assert choice.filename == f"demo-1.0-{best}.whl"


def test_no_lock_chooses_nothing() -> None:
    assert choose(Lock(target=AL2, pylock=None, root=Path(), origin="no dependencies", pinned=True)) == ()


def test_markers_are_those_of_the_target_not_of_the_machine() -> None:
    packages = (
        _package("arm", "py3-none-any", marker="platform_machine == 'aarch64'"),
        _package("intel", "py3-none-any", marker="platform_machine == 'x86_64'"),
        _package("old", "py3-none-any", marker="python_version < '3.12'"),
        _package("windows", "cp312-cp312-win_amd64", marker="sys_platform == 'win32'"),
        _package("extra", "py3-none-any", marker="'dev' in extras"),
        _package("grouped", "py3-none-any", marker="'main' in dependency_groups"),
    )
    lock = _lock(*packages, target=ARM, extras=["dev"], **{"dependency-groups": ["main"], "default-groups": ["main"]})
    assert [choice.name for choice in choose(lock)] == ["arm", "grouped"]


def test_every_package_without_a_wheel_is_named_with_what_it_offers() -> None:
    lock = _lock(
        _package(
            "new",
            "cp311-cp311-manylinux_2_28_x86_64",
            "cp311-cp311-musllinux_1_2_x86_64",
            "cp311-cp311-win_amd64",
            "cp310-cp310-win_amd64",
        ),
        _package("fine", "py3-none-any"),
        _package("source", sdist={"url": "https://host/source-1.0.tar.gz", "hashes": HASHES}),
        _package("cloned", vcs={"type": "git", "url": "https://host/cloned", "commit-id": "0" * 40}),
        _package("folder", directory={"path": "libs/folder"}),
        _package("archive", archive={"url": "https://host/archive-1.0.zip", "hashes": HASHES}),
        target=AL2,
    )
    with pytest.raises(BuildError) as caught:
        choose(lock)
    assert "new 1.0, source 1.0, cloned 1.0, folder 1.0, archive 1.0" in caught.value.what
    assert "fine" not in str(caught.value)
    lines = caught.value.why.splitlines()
    assert lines[0].startswith("new 1.0: offers cp311-cp311-manylinux_2_28_x86_64, ")
    assert lines[0].endswith("… (1 more) (needs glibc 2.28)")
    assert lines[1:5] == [
        "source 1.0: no wheels at all, only a source distribution",
        "cloned 1.0: no wheels at all, only a git repository",
        "folder 1.0: no wheels at all, only a folder (libs/folder)",
        "archive 1.0: no wheels at all, only a source archive",
    ]
    assert "cp311-cp311-manylinux_2_26_x86_64" in lines[5]


def test_a_wheel_that_does_not_fit_is_named_even_where_there_is_an_sdist() -> None:
    package = _package(
        "demo", "cp310-cp310-manylinux_2_17_x86_64", sdist={"url": "https://h/demo-1.0.tar.gz", "hashes": HASHES}
    )
    with pytest.raises(BuildError, match="offers cp310-cp310-manylinux_2_17_x86_64"):
        choose(_lock(package))


@pytest.mark.parametrize(
    ("lock", "words"),
    [
        (
            _lock(_package("demo", "py3-none-any"), target=AL2023, **{"requires-python": ">=3.13"}),
            "requirement '>=3.13'",
        ),
        (_lock(_package("demo", "py3-none-any", **{"requires-python": "<3"})), "requirement '<3' for package 'demo'"),
        (_lock(_package("demo", "py3-none-any"), environments=["sys_platform == 'win32'"]), "environments"),
        (_lock(_package("demo", "py3-none-any"), _package("demo", "py2.py3-none-any")), "Multiple packages"),
    ],
)
def test_a_lock_that_is_not_for_the_target_is_refused(lock: Lock, words: str) -> None:
    with pytest.raises(BuildError, match=r"pylock\.toml cannot be used for python3\.12") as caught:
        choose(lock)
    assert words in caught.value.why


def test_a_wheel_named_by_path_or_address_is_a_wheel() -> None:
    lock = _lock(
        _package("near", archive={"path": "libs/near-1.0-py3-none-any.whl", "hashes": HASHES}),
        _package("far", archive={"url": "https://host/a/far-1.0+local-py3-none-any.whl#x", "hashes": HASHES}),
    )
    near, far = choose(lock)
    assert near.path == Path("/project/libs/near-1.0-py3-none-any.whl")
    assert far.filename == "far-1.0+local-py3-none-any.whl"


def test_a_wheel_named_by_address_for_another_machine_is_refused() -> None:
    with pytest.raises(BuildError, match="offers cp312-cp312-win_amd64"):
        choose(
            _lock(_package("demo", archive={"url": "https://h/demo-1.0-cp312-cp312-win_amd64.whl", "hashes": HASHES}))
        )


@pytest.mark.parametrize(
    ("hashes", "algorithm"),
    [
        ({"sha256": "A" * 64, "md5": "b" * 32}, "sha256"),
        ({"md5": "b" * 32, "sha512": "c" * 128}, "sha512"),
        ({"sha384": "c" * 96}, "sha384"),
        ({"blake2b": "c" * 128}, "blake2b"),
    ],
)
def test_the_best_hash_is_used(hashes: dict[str, str], algorithm: str) -> None:
    (choice,) = choose(_lock(_package("demo", archive={"path": "demo-1.0-py3-none-any.whl", "hashes": hashes})))
    assert (choice.algorithm, choice.digest) == (algorithm, hashes[algorithm].lower())


@pytest.mark.parametrize(
    "hashes", [{"md5": "b" * 32}, {"sha1": "c" * 40, "md5": "b" * 32}, {"sha256": "../../x"}, {"sha256": ""}]
)
def test_a_hash_that_proves_nothing_is_refused(hashes: dict[str, str]) -> None:
    with pytest.raises(BuildError, match=r"demo-1\.0-py3-none-any\.whl"):
        choose(_lock(_package("demo", archive={"path": "demo-1.0-py3-none-any.whl", "hashes": hashes})))


def test_a_file_name_that_leads_elsewhere_is_refused() -> None:
    wheel = {"name": "demo-1.0-1/../../x-py3-none-any.whl", "url": "https://h/x", "hashes": HASHES}
    with pytest.raises(BuildError, match="file name"):
        choose(_lock({"name": "demo", "version": "1.0", "wheels": [wheel]}))


@given(st.integers(5, 45), st.sampled_from(["x86_64", "aarch64"]), st.sampled_from([AL2, AL2023, ARM]))
def test_a_manylinux_wheel_fits_exactly_where_its_c_library_is_not_newer(
    minor: int, machine: str, target: Target
) -> None:
    tag = f"cp3{target.python[1]}-cp3{target.python[1]}-manylinux_2_{minor}_{machine}"
    oldest = 17 if machine == "aarch64" else 5
    runs = machine == target.architecture.machine and oldest <= minor <= target.glibc[1]
    assert fits(f"demo-1.0-{tag}.whl", target) is runs
    if not runs:
        with pytest.raises(BuildError, match=re.escape(tag)):
            choose(_lock(_package("demo", tag), target=target))


def _source_of(entry: dict[str, object], *, building: bool = True) -> tuple[object, ...]:
    document = {"lock-version": "1.0", "created-by": "test", "packages": [{"name": "demo", "version": "1.0", **entry}]}
    lock = Lock(
        target=AL2023, pylock=Pylock.from_dict(document), root=Path("/project"), origin="pylock.toml", pinned=True
    )
    return choose_or_build(lock) if building else choose(lock)


SDIST = {"url": "https://index.example/demo-1.0.tar.gz", "hashes": {"sha256": "0" * 64}}
SOURCES: dict[str, tuple[dict[str, object], str]] = {
    "sdist": ({"sdist": SDIST}, "https://index.example/demo-1.0.tar.gz"),
    "archive": (
        {"archive": {"path": "vendor/demo.zip", "hashes": {"sha256": "0" * 64}, "subdirectory": "python"}},
        "/project/vendor/demo.zip",
    ),
    "directory": ({"directory": {"path": "../demo", "subdirectory": "python"}}, "/project/../demo"),
    "git": (
        {"vcs": {"type": "git", "url": "https://joe:secret@git.example/demo.git", "commit-id": "a" * 40}},
        "https://***@git.example/demo.git at aaaaaaaaaaaa",
    ),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_a_source_is_taken_where_building_is_allowed_and_refused_where_not(kind: str) -> None:
    entry, place = SOURCES[kind]
    (found,) = _source_of(entry)
    assert isinstance(found, Unbuilt)
    assert (found.label, found.place) == ("demo 1.0", place)
    assert found.subdirectory == ("python" if kind in {"archive", "directory"} else "")
    assert "secret" not in repr(found)
    with pytest.raises(BuildError, match=r"no wheel of demo 1\.0 runs on") as caught:
        _source_of(entry, building=False)
    assert "build.backend: auto" in caught.value.fix


def test_a_fitting_wheel_is_preferred_to_the_source_beside_it() -> None:
    wheel = {"url": "https://index.example/demo-1.0-py3-none-any.whl", "hashes": {"sha256": "0" * 64}}
    (found,) = _source_of({"sdist": SDIST, "wheels": [wheel]})
    assert isinstance(found, Choice)
    assert found.filename == "demo-1.0-py3-none-any.whl"


def test_a_wheel_that_does_not_fit_gives_way_to_the_source() -> None:
    wheel = {"url": "https://index.example/demo-1.0-cp312-cp312-win_amd64.whl", "hashes": {"sha256": "0" * 64}}
    (found,) = _source_of({"sdist": SDIST, "wheels": [wheel]})
    assert isinstance(found, Unbuilt)


def test_what_has_neither_a_fitting_wheel_nor_a_source_stays_an_error() -> None:
    wheel = {"url": "https://index.example/demo-1.0-cp312-cp312-win_amd64.whl", "hashes": {"sha256": "0" * 64}}
    with pytest.raises(BuildError, match="no wheel of demo"):
        _source_of({"wheels": [wheel]})
    with pytest.raises(BuildError, match="no wheel of demo"):
        _source_of({"vcs": {"type": "hg", "url": "https://hg.example/demo", "commit-id": "a" * 40}})


def test_a_source_archive_without_a_hash_is_refused() -> None:
    with pytest.raises(BuildError, match=r"no hash of demo-1\.0\.tar\.gz"):
        _source_of({"sdist": {**SDIST, "hashes": {"md5": "0" * 32}}})
