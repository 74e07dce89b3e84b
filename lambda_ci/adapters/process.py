"""The one door to other programs: list arguments, never a shell, a deadline, and nothing left running."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters.url import without_credentials
from lambda_ci.errors import BuildError, LambdaCiError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping, Sequence

_LOOK = 0.1
"""Seconds between looks at whether a program is still wanted."""


@dataclass(frozen=True, kw_only=True)
class Completed:
    """How a program ended. Its output is text, with U+FFFD for bytes that are not UTF-8."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True, kw_only=True)
class Raising:
    """The errors of a program that does not come to its end. ``advice``: how to mend that it is late."""

    failure: type[LambdaCiError] = BuildError
    late: type[LambdaCiError] | None = None
    """Where that is another error than any other failure."""
    advice: str = "try again; look at what it waits for (a network, a lock, a prompt)"


_RAISING = Raising()


def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    timeout: float,
    cwd: Path | None = None,
    input: str = "",
    raising: Raising = _RAISING,
    cancelled: threading.Event | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> Completed:
    """Run a program to its end; any exit code is an answer.

    The program leads a process group of its own, which is killed as a whole at the deadline (``timeout`` seconds),
    on an interrupt and on any other exception. Raises what ``raising`` says when the program cannot be started, is late, or
    ``cancelled`` was set, which a thread gives that nobody else can interrupt. ``meanwhile`` is called once the program has begun.
    """
    process = _start(command, env=env, cwd=cwd, failure=raising.failure)
    try:
        meanwhile()
        stdout, stderr = _ended(process, input.encode(), timeout=timeout, cancelled=cancelled)
    except subprocess.TimeoutExpired:
        _end(process)
        raise (raising.late or raising.failure)(
            f"`{_shown(command)}` did not end within {timeout:.0f} s and was stopped",
            fix=raising.advice,
        ) from None
    except BaseException:
        _end(process)
        raise
    if cancelled is not None and cancelled.is_set():
        raise raising.failure(f"`{_shown(command)}` was stopped")
    return Completed(returncode=process.returncode, stdout=_text(stdout), stderr=_text(stderr))


def _start(
    command: Sequence[str], *, env: Mapping[str, str], cwd: Path | None, failure: type[LambdaCiError]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            list(command),
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise failure(
            f"cannot start `{command[0]}`" + (f" in {cwd}" if cwd else ""),
            why=str(getattr(error, "strerror", None) or error),
            fix=f"install {Path(command[0]).name}, or make it executable",
        ) from error


def _ended(
    process: subprocess.Popen[bytes], input: bytes, *, timeout: float, cancelled: threading.Event | None
) -> tuple[bytes, bytes]:
    """What it wrote, once it has ended; nothing where it is not wanted any more. Raises TimeoutExpired."""
    if cancelled is None:
        return process.communicate(input, timeout=timeout)
    deadline = time.monotonic() + timeout
    while True:
        left = deadline - time.monotonic()
        try:
            return process.communicate(input, timeout=min(left, _LOOK))
        except subprocess.TimeoutExpired:
            input = b""  # It has been taken over.
            if cancelled.is_set():
                _end(process)
                return b"", b""
            if left <= _LOOK:
                raise


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the whole group; the pipes are closed unread, because a stray grandchild may hold them open."""
    _kill(process)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            pipe.close()
    process.wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _shown(command: Sequence[str]) -> str:
    words = [Path(command[0]).name, *command[1:3]]
    return without_credentials(" ".join(words)) + (" …" if len(command) > 3 else "")


def _text(output: bytes) -> str:
    return output.decode("utf-8", errors="replace")
