from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.audited import Audited
from tests.fakes.elf import AARCH64, elf
from tests.fakes.project import Project

if TYPE_CHECKING:
    from pathlib import Path

MODULE = "demo/_core.cpython-311-x86_64-linux-gnu.so"
names = st.from_regex(r"[a-z]{3,8}", fullmatch=True)


def test_a_waiver_makes_warnings_of_errors(audited: Audited) -> None:
    audited.wheel("my_demo", {MODULE: elf(machine=AARCH64)})
    audited.project.spec["audit"] = {"waive": ("My.Demo",)}
    [warning] = audited.warnings()
    assert warning.startswith(f"waived: {MODULE} (my_demo): is for aarch64")


def test_a_waiver_holds_for_one_distribution_only(audited: Audited) -> None:
    audited.wheel("demo", {MODULE: elf(machine=AARCH64)})
    audited.wheel("other", {"other/x.abi3.so": elf(machine=AARCH64)})
    audited.project.spec["audit"] = {"waive": ("demo",)}
    text = audited.refusal()
    assert "other/x.abi3.so" in text
    assert MODULE not in text


def test_the_functions_own_files_are_waived_by_a_dot(audited: Audited) -> None:
    audited.project.write("vendor/libx.so", elf(machine=AARCH64))
    assert "`audit: {waive: ['.']}`" in audited.refusal()
    audited.project.spec["audit"] = {"waive": (".",)}
    [warning] = audited.warnings()
    assert warning.startswith("waived: vendor/libx.so: is for aarch64")


@pytest.mark.parametrize("name", [".", "demo", "none"])
def test_a_waiver_without_anything_to_waive_is_said(audited: Audited, name: str) -> None:
    audited.wheel("demo", {MODULE: elf()})
    audited.project.spec["audit"] = {"waive": (name,)}
    assert audited.warnings() == (f"`audit.waive` names {name!r}, where the audit has nothing to waive: remove it",)


def test_files_with_the_same_finding_are_one_line(audited: Audited) -> None:
    audited.wheel("demo", {f"demo/m{number:02}.abi3.so": elf(machine=AARCH64) for number in range(30)})
    text = audited.refusal()
    assert "30 files of the package would not work" in text
    assert "demo/m00.abi3.so and 29 more" in text
    assert len(text.splitlines()) == 6


def test_ten_findings_are_shown_and_the_others_counted(audited: Audited) -> None:
    for number in range(12):
        audited.wheel(f"demo{number:02}", {f"demo{number:02}/m.abi3.so": elf(needed=[f"lib{number}.so.1"])})
    text = audited.refusal()
    assert text.count("neither the package nor") == 10
    assert "… and 2 more findings" in text


def test_ten_warnings_are_shown_and_the_others_counted(audited: Audited) -> None:
    libraries = [f"lib{name}.so.{number}" for name, number in [("curl", 4), ("xml2", 2), ("idn2", 0), ("uuid", 1)]]
    files = {f"demo/m{number}.abi3.so": elf(needed=[library]) for number, library in enumerate(libraries)}
    for number in range(3):
        audited.wheel(f"demo{number}", {path.replace("demo", f"demo{number}"): body for path, body in files.items()})
    warnings = audited.warnings()
    assert len(warnings) == 11
    assert warnings[-1] == "… and 2 more warnings of the audit"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        names, st.dictionaries(names, st.binary(max_size=50).filter(lambda b: b[:4] != b"\x7fELF")), max_size=3
    )
)
def test_a_package_of_pure_python_is_never_refused(
    tmp_path_factory: pytest.TempPathFactory, wheels: dict[str, dict[str, bytes]]
) -> None:
    root: Path = tmp_path_factory.mktemp("pure")
    audited = Audited(Project(root))
    for name, files in wheels.items():
        audited.wheel(name, {f"{name}_/{path}.py": content for path, content in files.items()}, tag="py3-none-any")
    audited.project.assemble()
