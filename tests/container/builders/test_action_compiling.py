"""The action builds what must be compiled: the runner gives it the engine's socket, and the Lambda image is started through that."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes.extensions import files
from tests.fakes.sources import write
from tests.fakes.workshop import HERE

if TYPE_CHECKING:
    from tests.fakes.runner import Runner

ROOT = Path(__file__).parents[3]


@pytest.mark.network
def test_an_extension_is_compiled_in_the_lambda_image_through_the_socket(
    runner: Runner, image: str, compiler: str
) -> None:
    if not runner.socket:
        pytest.skip("the engine has no socket on this machine")
    (runner.workspace / "lambda-ci.yml").unlink()
    write(runner.workspace / "demo", files("demo"))
    app = "import demo\n\n\ndef handler(event, context):\n    return demo.answer()\n"
    write(runner.workspace, {"src/app.py": app, "src/requirements.txt": "../demo\n"})
    inputs = {"function-name": "hello", "source": "src", "handler": "app.handler", "runtime": HERE.runtime}
    inputs |= {"command": "build", "build-backend": "container", "build-image": compiler}
    step = runner.run(ROOT, image=image, inputs=inputs)
    assert step.exit_code == 0, step.log
    assert "built demo-1.0-" in step.log
    with zipfile.ZipFile(runner.workspace / "dist/hello.zip") as package:
        assert any(name.startswith("demo.cpython-") and name.endswith(".so") for name in package.namelist())
    written = [runner.workspace / "dist", *(runner.workspace / "dist").iterdir()]
    assert {path.stat().st_uid for path in written} == {runner.workspace.stat().st_uid}
