"""Lambda's Runtime API on 127.0.0.1 and the real awslambdaric behind it: one function in one execution environment.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.http_server import HttpHandler, HttpServer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import Self

DEADLINE = 120.0
"""Seconds that a test waits for the runtime at most."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the runtime posted for one invocation."""

    failed: bool
    document: object


class Environment:
    """A context manager. ``task`` is the folder with the function's files, as /var/task is."""

    def __init__(self, task: Path, handler: str, *, environ: Mapping[str, str] | None = None) -> None:
        self._events: queue.Queue[bytes | None] = queue.Queue()
        self._replies: queue.Queue[Reply] = queue.Queue()
        self._server = _Server(self)
        self._command = [sys.executable, "-m", "awslambdaric", handler]
        self._task = task
        self._environ = {
            "PATH": os.environ["PATH"],
            "AWS_LAMBDA_RUNTIME_API": self._server.address,
            "AWS_LAMBDA_FUNCTION_NAME": "orders",
            "AWS_LAMBDA_FUNCTION_VERSION": "7",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
            "PYTHONPATH": str(task),
            "PYTHONDONTWRITEBYTECODE": "1",
            **(environ or {}),
        }

    def invoke(self, event: object) -> Reply:
        self._events.put(json.dumps(event).encode())
        return self._replies.get(timeout=DEADLINE)

    def next(self) -> bytes | None:
        return self._events.get()

    def reply(self, reply: Reply) -> None:
        self._replies.put(reply)

    def log(self) -> str:
        """End the environment and return what it printed."""
        self._stop()
        return self._log.decode(errors="replace")

    def __enter__(self) -> Self:
        self._server.__enter__()
        self._process = subprocess.Popen(
            self._command, cwd=self._task, env=self._environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        self._events.put(None)
        self._server.__exit__(kind, error, trace)

    def _stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._log = self._process.communicate(timeout=DEADLINE)[0]


class _Server(HttpServer):
    def __init__(self, environment: Environment) -> None:
        super().__init__(_Handler)
        self.environment = environment


class _Handler(HttpHandler):
    server: _Server

    def do_GET(self) -> None:
        event = self.server.environment.next()
        if event is None:
            self.close_connection = True
            return
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + 3) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:123456789012:function:orders:live",
        }
        self.send(200, headers.items(), event)

    def do_POST(self) -> None:
        body = self.body()
        kind = self.path.rsplit("/", 1)[1]
        self.server.environment.reply(Reply(failed=kind == "error", document=json.loads(body)))
        self.send(202, [], b"{}")
