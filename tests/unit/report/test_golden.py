"""Every text about every kind of run, compared with files that a person has read.

Written anew by `LAMBDA_CI_UPDATE_GOLDEN=1 pytest tests/unit/report`: read the difference before you commit it.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lambda_ci.model.result import RunResult
from lambda_ci.report.document import document
from lambda_ci.report.failure import failures_text
from lambda_ci.report.history import histories
from lambda_ci.report.outputs import outputs
from lambda_ci.report.plan import plan_text
from lambda_ci.report.summary import summary
from lambda_ci.report.table import table
from tests.fakes.results import RESULTS

GOLDEN = Path(__file__).with_name("golden")


def _text(result: RunResult) -> str:
    plans = [plan_text(one.plan) for one in result.functions if one.plan]
    parts = [*plans, table(result), histories(result.functions), failures_text(result)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _json(members: object) -> str:
    return json.dumps(members, indent=2, ensure_ascii=False) + "\n"


KINDS: dict[str, Callable[[RunResult], str]] = {
    "txt": _text,
    "json": lambda result: _json(document(result)),
    "outputs.json": lambda result: _json(outputs(result)),
    "md": summary,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", RESULTS)
def test_what_a_run_says_is_what_was_read(name: str, kind: str) -> None:
    file, said = GOLDEN / f"{name}.{kind}", KINDS[kind](RESULTS[name])
    if os.environ.get("LAMBDA_CI_UPDATE_GOLDEN"):
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")
