"""What importing the library costs, and where it can be used."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import lambda_ci.dispatch

FOLDER = Path(lambda_ci.dispatch.__file__).parent
ROOT = FOLDER.parent.parent
FORBIDDEN = {
    *("boto3", "botocore", "pydantic", "yaml", "requests", "jmespath", "lambda_ci.model", "lambda_ci.errors"),
    *("asyncio", "dataclasses", "email", "http", "http.client", "inspect", "logging", "socket", "ssl", "subprocess"),
    *("traceback", "typing", "unittest", "urllib", "uuid"),
}
LOADED = "import sys, json; before = set(sys.modules); import {}; print(json.dumps(sorted(set(sys.modules) - before)))"


def interpreters() -> list[str]:
    """Every Python of this machine that Lambda has a runtime for."""
    paths = [sys.executable, *filter(None, (shutil.which(f"python3.{minor}") for minor in range(9, 16)))]
    return [path for path in paths if _runs(path)]


def _runs(path: str) -> bool:
    """A name on PATH may be a launcher without anything behind it."""
    return subprocess.run([path, "-I", "-c", ""], capture_output=True, check=False, timeout=300).returncode == 0


def run(python: str, code: str, path: Path) -> str:
    command = [python, "-I", "-S", "-B", "-c", f"import sys; sys.path.insert(0, {str(path)!r}); {code}"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout


def test_importing_it_loads_nothing_but_itself_and_what_is_cheap() -> None:
    loaded = set(json.loads(run(sys.executable, LOADED.format("lambda_ci.dispatch"), ROOT)))
    assert loaded & FORBIDDEN == set()
    own = {name for name in loaded if name.startswith("lambda_ci")}
    assert own == {
        "lambda_ci",
        "lambda_ci.dispatch",
        *(f"lambda_ci.dispatch.{file.stem}" for file in FOLDER.glob("[a-z]*.py")),
    }
    assert {name.partition(".")[0] for name in loaded - own} <= sys.stdlib_module_names


def test_inside_a_function_it_loads_nothing_that_the_runtime_has_not_loaded() -> None:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import awslambdaric.bootstrap; {LOADED.format('lambda_ci.dispatch')}"
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    assert all(name.startswith("lambda_ci") for name in loaded)


ROUND_TRIP = """
from {package} import *
class Orders(LambdaHandler):
    def handle(self): return dict(id=self.event["id"], table=self.config.get("TABLE", "orders"))
local = LocalFunctionDispatcher()
assert local.dispatch(Orders(EnvironmentContext({{}})), dict(id=1)) == dict(id=1, table="orders")
for bad in ("orders", lambda event, context: 1 / 0):
    try: local.dispatch(bad, {{}})
    except (InvalidFunctionTypeError, LambdaExecuteError) as error: print(error)
try: LambdaFunctionDispatcher(Ellipsis).dispatch("orders")
except LambdaClientError as error: print(error)
"""
ANSWER = (
    "a local function must be callable, and this is not: 'orders' (str)\n"
    "<lambda> failed: ZeroDivisionError: division by zero\n"
    "orders could not be invoked: AttributeError: 'ellipsis' object has no attribute 'invoke'\n"
)


@pytest.mark.parametrize("python", interpreters())
def test_it_works_on_every_runtime(python: str) -> None:
    code = ROUND_TRIP.format(package="lambda_ci.dispatch")
    assert run(python, f"exec({code!r})", ROOT) == ANSWER


@pytest.mark.parametrize("python", interpreters())
def test_a_copy_of_the_folder_works_under_another_name(python: str, tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "shop" / "calls", ignore=shutil.ignore_patterns("__pycache__"))
    code = ROUND_TRIP.format(package="shop.calls")
    assert run(python, f"exec({code!r})", tmp_path) == ANSWER


def test_the_public_names_are_these() -> None:
    assert set(lambda_ci.dispatch.__all__) == {
        *("LambdaFunctionDispatcher", "LocalFunctionDispatcher", "LambdaHandler"),
        *("ExecutionContext", "EnvironmentContext", "Config", "LambdaContext"),
        *("DispatchError", "InvalidFunctionTypeError", "LambdaClientError", "LambdaExecuteError"),
    }
