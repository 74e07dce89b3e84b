"""The executor as LocalStack knows it: one object per execution environment, whose process is replaced when it died.

LocalStack is not installed where this is type-checked.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from localstack.services.lambda_.invocation.lambda_models import InvocationResult  # type: ignore[import-not-found]
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin  # type: ignore[import-not-found]
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor  # type: ignore[import-not-found]

from .runtime import Event, Reply, Runtime

PYTHON = "RIC_EXECUTOR_PYTHON"
"""The interpreter that has awslambdaric."""


class RicExecutorPlugin(RuntimeExecutorPlugin):  # type: ignore[misc]
    name = "ric"

    def load(self, *_: object, **__: object) -> type[RicExecutor]:
        return RicExecutor


class RicExecutor(RuntimeExecutor):  # type: ignore[misc]
    """Initialisation errors are the answer to the next invocation, as Lambda has it, not a failure of this object."""

    def start(self, env_vars: dict[str, Any]) -> None:
        self._environ = env_vars
        self._runtime = self._spawn()

    def stop(self) -> None:
        self._runtime.stop()

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        if not self._runtime.alive and not self._runtime.broken:
            self._replace()
        request_id, version = payload["invoke-id"], self.function_version
        started = time.monotonic()
        reply = self._answer(payload)
        milliseconds = (time.monotonic() - started) * 1000
        log = (
            f"START RequestId: {request_id} Version: {version.id.qualifier}\n{self._runtime.new_log()}"
            f"END RequestId: {request_id}\nREPORT RequestId: {request_id}\tDuration: {milliseconds:.2f} ms\n"
        )
        if self._runtime.broken:
            self._replace()
        return InvocationResult(request_id, reply.document, is_error=reply.failed, logs=log)

    def _answer(self, payload: dict[str, str]) -> Reply:
        event = Event(
            request_id=payload["invoke-id"],
            function_arn=payload["invoked-function-arn"],
            trace_id=payload["trace-id"],
            payload=payload["payload"].encode(),
            seconds=int(self.function_version.config.timeout),
        )
        return self._runtime.broken or self._runtime.invoke(event)

    def _replace(self) -> None:
        self._runtime.stop()
        self._runtime = self._spawn()

    def _spawn(self) -> Runtime:
        config = self.function_version.config
        task = Path(config.code.get_unzipped_code_location())
        layers = [Path(layer.code.get_unzipped_code_location()) / "python" for layer in reversed(config.layers)]
        environ = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            **{name: str(value) for name, value in self._environ.items()},
            "LAMBDA_TASK_ROOT": str(task),
            "PYTHONPATH": os.pathsep.join(map(str, [task, *layers])),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return Runtime([os.environ[PYTHON], "-m", "awslambdaric", config.handler], task=task, environ=environ)

    def get_address(self) -> str:
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        return ""

    def get_logs(self) -> str:
        return str(self._runtime.new_log())

    @classmethod
    def prepare_version(cls, function_version: Any) -> None:  # noqa: ANN401 - LocalStack's FunctionVersion
        for part in (function_version.config, *function_version.config.layers):
            part.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: object) -> None:
        """LocalStack removes the unpacked code itself."""
