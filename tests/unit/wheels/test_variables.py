from __future__ import annotations

import pytest

from lambda_ci.wheels.builders.variables import shaping, versions


@pytest.mark.parametrize(
    ("name", "counts", "given"),
    [
        ("SETUPTOOLS_SCM_PRETEND_VERSION", True, True),
        ("SETUPTOOLS_SCM_PRETEND_VERSION_FOR_MY_LIB", True, True),
        ("SETUPTOOLS_SCM_PRETEND_VERSION_FOR_OTHER", False, True),
        ("VCS_VERSIONING_PRETEND_VERSION_FOR_MY_LIB", True, True),
        ("PBR_VERSION", True, True),
        ("CFLAGS", True, False),
        ("CC", True, False),
        ("PATH", False, False),
    ],
)
def test_which_variables_count_for_a_wheel_and_which_every_build_is_given(
    name: str, *, counts: bool, given: bool
) -> None:
    environ = {name: "1"}
    assert shaping("my.lib", environ) == (environ if counts else {})
    assert versions(environ) == (environ if given else {})
    assert shaping("my.lib", {name: ""}) == {}
