"""One life of a function's process: awslambdaric, and the Runtime API that it asks for events. Standard library only.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html; the error documents are those that Lambda answers with.
"""

from __future__ import annotations

import json
import queue
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INITIALISATION = 120.0
"""Seconds for the module to be imported. Lambda gives it ten; many at once on a busy machine need more."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """``seconds``: how long the invocation may take."""

    request_id: str
    function_arn: str
    trace_id: str
    payload: bytes
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came of an invocation; ``failed``: ``document`` is an error document."""

    document: bytes
    failed: bool


class Runtime:
    """Started when it is made, and initialised: ``broken`` says how that failed, if it did. Ends with ``stop``."""

    def __init__(self, command: Sequence[str], *, task: Path, environ: Mapping[str, str]) -> None:
        self.broken: Reply | None = None
        self._events: queue.Queue[Event | None] = queue.Queue()
        self._replies: queue.Queue[Reply | None] = queue.Queue()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.runtime = self
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        with tempfile.NamedTemporaryFile(prefix="function-", suffix=".log", delete=False) as log:
            self._log, self._told = Path(log.name), 0
            self._process = subprocess.Popen(
                command,
                cwd=task,
                env={**environ, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_port}"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        threading.Thread(target=self._watch, daemon=True).start()
        self._initialise()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def invoke(self, event: Event) -> Reply:
        """The function's answer; the process is dead afterwards where it took too long or ended itself."""
        self._events.put(event)
        try:
            reply = self._replies.get(timeout=event.seconds)
        except queue.Empty:
            self._kill()
            what = f"RequestId: {event.request_id} Error: Task timed out after {event.seconds}.00 seconds"
            return _error("Sandbox.Timedout", what)
        return reply or _error("Runtime.ExitError", f"RequestId: {event.request_id} Error: {self._ending()}")

    def new_log(self) -> str:
        """What the process wrote since this was asked last."""
        with self._log.open("rb") as stream:
            stream.seek(self._told)
            text = stream.read()
            self._told = stream.tell()
        return text.decode(errors="replace")

    def stop(self) -> None:
        self._kill()
        self._events.put(None)
        self._server.shutdown()
        self._server.server_close()
        self._log.unlink(missing_ok=True)

    def next(self) -> Event | None:
        """For the Runtime API: the next event; ``None`` where there will be none."""
        return self._events.get()

    def ready(self) -> None:
        """For the Runtime API: the process asked for its first event."""
        self._replies.put(_READY)

    def reply(self, reply: Reply) -> None:
        """For the Runtime API: the process answered."""
        self._replies.put(reply)

    def _initialise(self) -> None:
        try:
            reply = self._replies.get(timeout=INITIALISATION)
        except queue.Empty:
            self._kill()
            self.broken = _error("Sandbox.Timedout", f"Error: Init phase timed out after {INITIALISATION:.2f} seconds")
        else:
            self.broken = None if reply is _READY else reply or _error("Runtime.ExitError", f"Error: {self._ending()}")

    def _watch(self) -> None:
        self._process.wait()
        time.sleep(0.05)  # what the process still said is handled by other threads
        self._replies.put(None)

    def _ending(self) -> str:
        status = self._process.wait()
        return (
            f"Runtime exited with error: exit status {status}"
            if status
            else "Runtime exited without providing a reason"
        )

    def _kill(self) -> None:
        self._process.kill()
        self._process.wait()


_READY = Reply(document=b"", failed=False)


def _error(kind: str, message: str) -> Reply:
    return Reply(document=json.dumps({"errorType": kind, "errorMessage": message}).encode(), failed=True)


class _Server(ThreadingHTTPServer):
    runtime: Runtime
    daemon_threads = True
    asked = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Processes are killed while they wait."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Silent."""

    def do_GET(self) -> None:
        if not self.server.asked:
            self.server.asked = True
            self.server.runtime.ready()
        event = self.server.runtime.next()
        if event is None:
            self.close_connection = True
            return
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": event.request_id,
            "Lambda-Runtime-Trace-Id": event.trace_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + event.seconds) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": event.function_arn,
        }
        self._send(200, event.payload, headers)

    def do_POST(self) -> None:
        body = self._chunks() if self.headers.get("Transfer-Encoding") else self._body()
        kind = self.path.rsplit("/", 1)[1]
        self.server.runtime.reply(Reply(document=body, failed=kind == "error"))
        self._send(202, b"{}", {})

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
