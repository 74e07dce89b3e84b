"""Folders that are known before the configuration is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambda_ci.inputs.folders import given_folder


@pytest.mark.parametrize(
    ("flags", "inputs", "environ", "found"),
    [
        ({"report-dir": "a"}, {"report-dir": "b"}, {"LAMBDA_CI_REPORT_DIR": "c"}, "/project/a"),
        ({}, {"report-dir": " b "}, {"LAMBDA_CI_REPORT_DIR": "c"}, "/project/b"),
        ({"report-dir": ""}, None, {"LAMBDA_CI_REPORT_DIR": "/c"}, "/c"),
        ({}, {}, {"LAMBDA_CI_REPORT_DIR": " "}, None),
        ({}, None, {}, None),
    ],
)
def test_flags_beat_inputs_and_these_variables(
    flags: dict[str, str], inputs: dict[str, str] | None, environ: dict[str, str], found: str | None
) -> None:
    folder = given_folder("report-dir", flags=flags, inputs=inputs, environ=environ, cwd=Path("/project"))
    assert folder == (Path(found) if found else None)
