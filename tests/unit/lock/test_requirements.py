from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambda_ci.errors import BuildError
from lambda_ci.lock.requirements import logical_lines, read_requirements
from lambda_ci.model.target import Architecture, Target

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lambda_ci.lock.demand import Source

TARGET = Target("python3.12", Architecture.X86_64)
HASH = "sha256:" + "a" * 64


def _read(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> Source:
    (folder / "requirements.txt").write_text(text, encoding="utf-8")
    return read_requirements(folder / "requirements.txt", target=TARGET, environ=environ or {})


@pytest.mark.parametrize(
    ("line", "pinned"),
    [
        ("six==1.17.0", True),
        ("Six == 1.17.0  # why", True),
        ("six===1.17.0", True),
        ("six[extra]==1.17.0 ; python_version >= '3'", True),
        ("six==1.*", False),
        ("six>=1,<2", False),
        ("six", False),
        ("six @ https://host/six-1.17.0-py3-none-any.whl", True),
        (f"six @ git+https://host/six@{'0' * 40}", True),
        ("six @ git+https://host/six@main", False),
        (f"six>=1 --hash={HASH}", True),
        (f"six \\\n    --hash {HASH}", True),
        ("./wheels/six-1.17.0-py3-none-any.whl", True),
        ("https://host/a/six-1.17.0-py3-none-any.whl#sha256=00", True),
        ("--requirement=pins.txt", True),
        ("-rpins.txt", True),
        ("-c pins.txt", True),
        ("-c   pins.txt  # the versions", True),
        ("six==1.17.0 ; sys_platform == 'win32'", False),
        ("# six==1.17.0", False),
        ("-e ./six", False),
    ],
)
def test_what_is_pinned(tmp_path: Path, line: str, pinned: bool) -> None:
    (tmp_path / "pins.txt").write_text("six==1.17.0\n")
    assert ("six" in _read(tmp_path, line + "\n").pins) is pinned


def test_included_files_are_found_from_the_file_that_includes_them(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.txt").write_text("-r b.txt\nidna==3.0\n")
    (tmp_path / "deep" / "b.txt").write_text("six==1.17.0\n-c ../c.txt\n")
    (tmp_path / "c.txt").write_text("anyio==4.0\n")
    source = _read(tmp_path, "-r deep/a.txt\n")
    assert source.pins == {"six", "idna", "anyio"}
    assert len(source.contents) == 4


@pytest.mark.parametrize(("name", "back"), [("b.txt", "requirements.txt"), ("below/b.txt", "../requirements.txt")])
def test_files_that_include_each_other_end(tmp_path: Path, name: str, back: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(f"-r {back}\nsix==1.0\n")
    assert _read(tmp_path, f"-r {name}\n-r {name}\n").pins == {"six"}


def test_a_missing_included_file_is_named_with_the_one_that_includes_it(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"missing\.txt, which requirements\.txt includes"):
        _read(tmp_path, "-r missing.txt\n")


def test_a_folder_and_a_binary_file_are_reported(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="Is a directory"):
        read_requirements(tmp_path, target=TARGET, environ={})
    (tmp_path / "bin.txt").write_bytes(b"\x7fELF\xff")
    with pytest.raises(BuildError, match=r"not UTF-8 text\nline 1 has the byte 0xff"):
        read_requirements(tmp_path / "bin.txt", target=TARGET, environ={})


def test_an_included_address_makes_the_picture_incomplete(tmp_path: Path) -> None:
    assert not _read(tmp_path, "-r https://host/requirements.txt\nsix==1\n").complete


def test_a_byte_order_mark_and_windows_line_ends_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "r.txt"
    path.write_bytes("\ufeffsix==1.17.0\r\nidna==3.0\r\n".encode())
    assert read_requirements(path, target=TARGET, environ={}).pins == {"six", "idna"}


def test_variables_take_their_value_from_the_environment_that_was_handed_in(tmp_path: Path) -> None:
    text = "--index-url https://${USER_NAME}:${WORD}@host/simple\nsix==${MISSING}\n"
    source = _read(tmp_path, text, {"USER_NAME": "joe", "WORD": "pw"})
    assert source.options == ("--index-url https://joe:pw@host/simple",)
    assert "six==${MISSING}" in source.lines
    assert "pw@" not in repr(source)


def test_hashes_are_collected_per_name(tmp_path: Path) -> None:
    other = "sha256:" + "B" * 64
    source = _read(tmp_path, f"Six==1 --hash={HASH} \\\n --hash={other}\nidna\n")
    assert source.hashes == {"six": {HASH, other.lower()}}


def test_lines_are_joined_and_comments_removed_as_pip_does() -> None:
    text = "a \\\n  b # c\n# d \\\ne\n  \nurl#fragment\nlast \\"
    assert list(logical_lines(text)) == ["a   b", "e", "url#fragment", "last"]


LINE = st.one_of(
    st.text(max_size=40),
    st.sampled_from([
        "-r",
        "-c ",
        "-r=",
        "--requirement",
        "-e .",
        "--hash=sha256:00",
        "six ;",
        "six @ ",
        "\\",
        "-",
        "--",
    ]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(LINE, max_size=8))
def test_no_text_makes_it_fail_otherwise_than_with_a_build_error(tmp_path: Path, lines: list[str]) -> None:
    (tmp_path / "fuzz.txt").write_text("\n".join(lines), encoding="utf-8", errors="replace")
    with suppress(BuildError):
        read_requirements(tmp_path / "fuzz.txt", target=TARGET, environ={})


@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True), st.booleans(), max_size=8), st.data())
def test_pins_are_found_however_the_files_are_nested(names: dict[str, bool], data: st.DataObject) -> None:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [folder / f"{number}.txt" for number in range(3)]
        texts = ["-r 1.txt\n", "-c 2.txt\n", ""]
        for package, pinned in names.items():
            texts[data.draw(st.integers(0, 2))] += f"{package}{'==1.0' if pinned else '>=1.0'}\n"
        for path, text in zip(files, texts, strict=True):
            path.write_text(text)
        found = read_requirements(files[0], target=TARGET, environ={}).pins
    assert found == {package for package, pinned in names.items() if pinned}
