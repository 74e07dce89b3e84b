"""How ministack is started as a process of its own, and how one sees that it is ready. https://github.com/ministackorg/ministack"""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters import daemon, loopback
from lambda_ci.errors import AwsError, ConfigurationError
from lambda_ci.local import interpreter
from lambda_ci.local.endpoint import ACCOUNT, HOST, Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lambda_ci.console import Clock

_POLL = 0.05
_PORT_TAKEN = ("already in use", "Address in use")
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH")
_LAST_LINES = 15


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, kw_only=True)
class Ministack:
    """The program, and how patient one is with it (seconds)."""

    python: str = sys.executable
    port: Callable[[], int] = free_port
    ready_within: float = 120.0
    answers_within: float = 15.0
    ends_within: float = 5.0

    def spawn(self, folder: Path, environ: Mapping[str, str]) -> Endpoint:
        """Start it; it works in ``folder/tmp`` and logs to ``folder/ministack.log``."""
        port, log = self.port(), folder / "ministack.log"
        server = str(Path(__file__).with_name("server.py"))
        functions = str(interpreter.prepare(folder / "python"))
        command = [self.python, "-I", server, functions, str(folder / "tmp"), str(packages())]
        (folder / "tmp").mkdir(exist_ok=True)
        pid = daemon.spawn(command, env=_environ(environ, port=port, home=folder / "tmp"), log=log)
        started = daemon.started_at(pid) or ""
        return Endpoint(url=f"http://{HOST}:{port}", pid=pid, log=log, python=interpreter.version(), started=started)

    def ready(self, endpoint: Endpoint, *, clock: Clock) -> bool:
        """Wait until it answers; false if its port was taken meanwhile. Raises AwsError if it will not answer."""
        deadline = clock.monotonic() + self.ready_within
        while alive(endpoint) and clock.monotonic() < deadline:
            if self.answers(endpoint):
                return True
            clock.sleep(_POLL)
        slow, tail = alive(endpoint), _tail(endpoint.log)
        if not slow and any(words in tail for words in _PORT_TAKEN):
            return False
        what = f"did not answer within {self.ready_within:.0f} s" if slow else "ended while it started"
        raise AwsError(
            f"the embedded AWS {what}",
            why=f"its log {endpoint.log} ends with:\n{tail}" if tail else f"its log {endpoint.log} is empty",
            fix="pip install --upgrade 'lambda-ci[local]'; or use another endpoint with AWS_ENDPOINT_URL",
        )

    def answers(self, endpoint: Endpoint) -> bool:
        """Whether it, and not another process at its port, is healthy."""
        health = loopback.get(f"{endpoint.url}/_ministack/health", timeout=self.answers_within)
        return health is not None and b'"lambda"' in health and alive(endpoint)

    def end(self, endpoint: Endpoint, *, clock: Clock) -> None:
        """End it, and the functions that run in it."""
        daemon.end(endpoint.pid, endpoint.started, clock=clock, grace=self.ends_within)


def alive(endpoint: Endpoint) -> bool:
    """Whether its very process still runs."""
    return bool(endpoint.started) and daemon.started_at(endpoint.pid) == endpoint.started


def packages() -> Path:
    """The folder that ministack is installed in. Raises ConfigurationError when the extra ``local`` is missing."""
    found = find_spec("ministack")
    if found is None or found.origin is None:
        raise ConfigurationError(
            "the embedded AWS is not installed",
            why="it is an optional part of lambda-ci, and `--local` and `lambda-ci local` need it",
            fix="pip install 'lambda-ci[local]'",
        )
    return Path(found.origin).parent.parent


def _environ(environ: Mapping[str, str], *, port: int, home: Path) -> Mapping[str, str]:
    """Its whole environment, and so that of the functions: nothing of the user's, above all no credentials.

    ministack listens on every interface, and for MQTT on port 8883, unless told otherwise.
    """
    return {
        **{name: environ[name] for name in _PASSED_ON if environ.get(name)},
        **dict.fromkeys(("HOME", "TMPDIR", "STATE_DIR", "S3_DATA_DIR"), str(home)),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "LAMBDA_EXECUTOR": "local",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": HOST,
    }


def _tail(log: Path) -> str:
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:])
    except OSError:
        return ""
