"""``--local`` from end to end as a user runs it, on a machine whose proxy is dead and whose AWS configuration is broken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[..., Any]

pytestmark = pytest.mark.local_aws

ROOT = Path(__file__).parents[2]
CONFIG = """\
version: 1
project: shop
aws: {profile: prod}
functions:
  orders:
    source: src
    handler: app.handler
    runtime: python3.12
    smoke:
      - expect: {status: 200}
"""
DEAD = "http://127.0.0.1:9"


@pytest.fixture
def lambda_ci(tmp_path: Path) -> Iterator[Run]:
    """``lambda_ci("deploy")`` gives the JSON document."""
    (tmp_path / "src").mkdir()
    (tmp_path / "lambda-ci.yml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "garbage").write_text("this is no configuration\n", encoding="utf-8")
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "LAMBDA_CI_CACHE": str(tmp_path / "cache"),
        **dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"), DEAD),
        **dict.fromkeys(("AWS_PROFILE", "AWS_DEFAULT_PROFILE"), "doesnotexist"),
        **dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), str(tmp_path / "garbage")),
        **dict.fromkeys(("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"), "true"),
        "AWS_ENDPOINT_URL": DEAD,
        "AWS_REGION": "eu-central-1",
    }

    def run(*argv: str, code: int = 0) -> Any:  # noqa: ANN401 - JSON
        command = [sys.executable, "-m", "lambda_ci", *argv]
        ran = subprocess.run(
            command, check=False, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=600
        )
        assert ran.returncode == code, ran.stderr
        return json.loads(ran.stdout) if "--json" in argv else ran.stdout

    yield run
    run("local", "stop")


def test_a_whole_life_of_a_function(lambda_ci: Run, tmp_path: Path) -> None:
    app = tmp_path / "src" / "app.py"
    app.write_text("def handler(event, context):\n    return {'statusCode': 200, 'answer': 1}\n", encoding="utf-8")
    assert lambda_ci("plan", "--local", "--json")["changed"] is True
    assert lambda_ci("deploy", "--local", "--json")["functions"]["orders"]["version"] == "1"
    assert lambda_ci("deploy", "--local", "--json")["changed"] is False
    app.write_text("def handler(event, context):\n    return {'statusCode': 500}\n", encoding="utf-8")
    assert lambda_ci("deploy", "--local", "--json", code=6)["functions"]["orders"]["version"] == "2"
    status = lambda_ci("status", "--local", "--json")["functions"]["orders"]
    assert (status["version"], status["unpublished"]) == ("1", True)
    assert lambda_ci("invoke", "--local", "--json")["payload"] == {"statusCode": 200, "answer": 1}
    app.write_text("def handler(event, context):\n    return {'statusCode': 200, 'answer': 3}\n", encoding="utf-8")
    rollout = "    rollout: {strategy: canary, percent: 10, minutes: 0.01}\n"
    (tmp_path / "lambda-ci.yml").write_text(CONFIG + rollout, encoding="utf-8")
    assert lambda_ci("deploy", "--local", "--json")["functions"]["orders"]["version"] == "3"
    assert lambda_ci("rollback", "--local", "--json")["functions"]["orders"]["version"] == "1"
    assert lambda_ci("deploy", "--local", "--json")["functions"]["orders"]["version"] == "3"
    pruned = lambda_ci("prune", "--local", "--json", "--keep", "1")["functions"]["orders"]
    assert (pruned["removed"], pruned["kept"]) == (["1", "2"], {"3": "alias live"})
    assert lambda_ci("destroy", "--local", "--json", "--yes")["functions"]["orders"]["removed"] == ["orders"]
    assert lambda_ci("plan", "--local", "--json")["changed"] is True
