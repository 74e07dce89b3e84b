"""The Python that local functions run with has boto3, and nothing else that is installed here."""

import subprocess
from pathlib import Path

from lambda_ci.local import interpreter

PROGRAM = """
import importlib.util, sys
print([name for name in sys.argv[1:] if importlib.util.find_spec(name)])
import boto3
boto3.client("lambda", region_name="eu-west-1")
"""
NAMES = [
    "boto3",
    "botocore",
    "urllib3",
    "jmespath",
    "dateutil",
    "pytest",
    "pydantic",
    "requests",
    "ministack",
    "pip",
    "lambda_ci",
]


def test_a_function_sees_boto3_and_the_standard_library(tmp_path: Path) -> None:
    (tmp_path / "python" / "stale").mkdir(parents=True)
    python = interpreter.prepare(tmp_path / "python")
    done = subprocess.run(
        [python, "-c", PROGRAM, *NAMES], env={}, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=True
    )
    assert done.stdout == "['boto3', 'botocore', 'urllib3', 'jmespath', 'dateutil']\n"
    assert not (tmp_path / "python" / "stale").exists()
