"""What holds for every wheel and every choice of rules."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_ci.model.spec.packages import PackageSpec
from lambda_ci.model.target import Architecture, Target
from lambda_ci.package.archive import opened
from lambda_ci.package.audit.notes import Notes
from lambda_ci.package.slimming.slim import slim
from tests.fakes.wheels import wheel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.model.artifact import Wheel
    from lambda_ci.package.file import File

RULES = ("tests", "stubs", "headers", "duplicates")
TARGET = Target("python3.11", Architecture.X86_64)
FOLDERS = ["pkg", "tests", "test", "testing", "pkg-stubs", "data", "x.dist-info", "typeshed"]
NAMES = [
    "__init__.py",
    "test_a.py",
    "conftest.py",
    "a.pyi",
    "py.typed",
    "a.h",
    "a.c",
    "LICENSE.h",
    "lib.so",
    "METADATA",
    "a.txt",
]
CONTENTS = [
    b"",
    b"from .tests import a",
    b"import pkg.tests.test_a",
    b"open('a.h')",
    b"attach_stub",
    b"\x7fELF\2\1",
    b"import \0 (",
]
PATHS = st.builds(
    lambda folders, name: "/".join([*folders, name]),
    st.lists(st.sampled_from(FOLDERS), max_size=3),
    st.sampled_from(NAMES),
)
WHEELS = st.dictionaries(PATHS, st.sampled_from(CONTENTS), max_size=25)
OPTIONS = st.fixed_dictionaries({
    "slim": st.lists(st.sampled_from(RULES), unique=True).map(tuple),
    "botocore-services": st.sampled_from([(), ("s3",)]),
    "runtime-boto3": st.booleans(),
})


def slimmed(spec: PackageSpec, unpacked: Sequence[tuple[Wheel, Sequence[File]]]) -> dict[str, set[str]]:
    left = slim(spec, TARGET, unpacked, [], notes=Notes())
    assert sum(one.files for one in left.savings) == sum(len(files) for _, files in unpacked) - sum(
        len(files) for _, files in left.wheels
    )
    return {one.name: {file.path for file in files} for one, files in left.wheels}


@settings(max_examples=60, deadline=None)
@given(files=WHEELS, options=OPTIONS)
def test_metadata_and_licences_stay_and_twice_is_as_good_as_once(
    files: dict[str, bytes], options: dict[str, object]
) -> None:
    spec = PackageSpec.model_validate(options)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        found = wheel(Path(folder), "demo", files)
        unpacked = [(found, stack.enter_context(opened(found)).files())]
        once = slimmed(spec, unpacked)["demo"]
        kept = [(found, [file for file in unpacked[0][1] if file.path in once])]
        assert slimmed(spec, kept)["demo"] == once
    every = {*files, "demo-1.0.dist-info/METADATA", "demo-1.0.dist-info/WHEEL"}
    assert once <= every
    assert {path for path in every if ".dist-info/" in path.partition("/")[0] + "/" or "LICENSE" in path} <= once
    assert {
        path for path in every if path.endswith((".txt", "__init__.py")) and "test" not in path and "-stubs" not in path
    } <= once


@settings(max_examples=20, deadline=None)
@given(files=WHEELS)
def test_rules_do_not_get_in_each_others_way(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        found = wheel(Path(folder), "demo", files)
        unpacked = [(found, stack.enter_context(opened(found)).files())]
        alone = {rule: slimmed(PackageSpec.model_validate({"slim": (rule,)}), unpacked)["demo"] for rule in RULES}
        for one, other in product(RULES, RULES):
            both = slimmed(PackageSpec.model_validate({"slim": (one, other)}), unpacked)["demo"]
            assert both == alone[one] & alone[other]
