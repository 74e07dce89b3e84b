"""The documents of `--json`."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.model.result import RunResult
from lambda_ci.report.document import document, printed
from tests.fakes.results import BUILT, RESULTS, SMOKE_FAILED
from tests.fakes.workflow_commands import commands


@pytest.mark.parametrize("name", RESULTS)
def test_every_document_has_its_format_and_keys_in_kebab_case(name: str) -> None:
    members = document(RESULTS[name])
    assert members["version"] == 1
    keys = set(re.findall(r'"([^"]+)":', json.dumps(members)))
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key) for key in keys)


def test_a_build_has_what_a_cache_key_or_an_upload_needs() -> None:
    one = json.loads(printed(document(BUILT)))["functions"]["orders"]
    assert set(one) == {
        "path", "sha256", "code-sha256", "size", "unpacked-size", "files", "seconds", "unchanged", "lock", "sbom-path",
        "provenance-path",
        "bytecode", "distributions", "left-out", "import",
    }  # fmt: skip
    assert one["distributions"][0]["name"] == "pyarrow"


def test_the_error_of_a_run_is_that_of_its_gravest_failure() -> None:
    members = json.loads(printed(document(SMOKE_FAILED)))
    assert members["error"]["exit-code"] == 6
    assert members["functions"]["orders"]["failure"]["what"] == members["error"]["what"]
    assert "failure" not in members["functions"]["users"]


@given(st.text() | st.just("##[add-mask]x") | st.just("\ud800"))
def test_what_is_printed_is_the_document_and_starts_no_command(text: str) -> None:
    members = document(RunResult(verb=text, functions=(), seconds=0))
    assert json.loads(printed(members)) == members
    assert list(commands(printed(members))) == []
    printed(members).encode("ascii")
