"""LocalStack, installed in an environment of its own and run on 127.0.0.1 as a process that ends with the tests."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from uv import find_uv_bin

from lambda_ci.adapters import loopback
from tests.fakes import ports

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
REQUIREMENTS, EXECUTOR = HERE / "requirements.txt", HERE / "executor"
READY_WITHIN, ENDS_WITHIN = 240.0, 15.0
_PORTS = 3


@dataclass(frozen=True, kw_only=True)
class LocalStack:
    """``log``: what it says."""

    url: str
    log: Path


def environment(folder: Path) -> Path:
    """The interpreter of an environment with LocalStack in it, made where it is missing or not of these sources."""
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp, python = folder / ".ready", folder / "bin" / "python"
        if not stamp.is_file() or stamp.read_text(encoding="utf-8") != _digest():
            _install(folder, python)
            stamp.write_text(_digest(), encoding="utf-8")
    return python


def _install(folder: Path, python: Path) -> None:
    trust = {"UV_SYSTEM_CERTS": "1"} if os.environ.get("SSL_CERT_FILE") else {}
    for arguments in (
        ["venv", "--clear", "--python", sys.executable, str(folder)],
        ["pip", "install", "--python", str(python), "--requirement", str(REQUIREMENTS), str(EXECUTOR)],
    ):
        subprocess.run([find_uv_bin(), *arguments, "--quiet"], check=True, env={**trust, **os.environ})


@contextmanager
def running(python: Path, folder: Path) -> Iterator[LocalStack]:
    """LocalStack with nothing in it, working in ``folder``; exactly this process is ended."""
    log = folder / "localstack.log"
    for _ in range(_PORTS):
        port = ports.reserved()
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [str(python), "-m", "localstack.runtime.main"],
                cwd=folder,
                env=_environ(port, folder),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        try:
            if _answers(process, port):
                yield LocalStack(url=f"http://127.0.0.1:{port}", log=log)
                return
        finally:
            _end(process)
    tail = log.read_text(encoding="utf-8", errors="replace")[-3000:]
    raise RuntimeError(f"LocalStack does not come up:\n{tail}")


def _environ(port: int, folder: Path) -> dict[str, str]:
    """Nothing of the user's, no proxy, no telemetry, no downloads."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "NO_PROXY": "127.0.0.1,localhost",
        "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "LOCALSTACK_HOST": f"127.0.0.1:{port}",
        "FILESYSTEM_ROOT": str(folder / "root"),
        "SERVICES": "lambda,s3,sts,iam,logs,sqs,cloudwatch,events,scheduler",
        "EAGER_SERVICE_LOADING": "1",
        "LAMBDA_RUNTIME_EXECUTOR": "ric",
        "LAMBDA_KEEPALIVE_MS": "1000",
        "RIC_EXECUTOR_PYTHON": sys.executable,
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DISABLE_EVENTS": "1",
        "DNS_ADDRESS": "0",
    }


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + READY_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        if loopback.get(f"http://127.0.0.1:{port}/_localstack/health", timeout=5):
            return True
        time.sleep(0.1)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _digest() -> str:
    """Of everything that the environment is made of."""
    digest = hashlib.sha256(sys.version.encode())
    for file in (REQUIREMENTS, EXECUTOR / "pyproject.toml", *sorted(EXECUTOR.rglob("*.py"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()
