"""The one door to other programs: list arguments, never a shell, a deadline, and nothing left running."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters.url import without_credentials
from lambda_ci.errors import BuildError, LambdaCiError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, kw_only=True)
class Completed:
    """How a program ended. Its output is text, with U+FFFD for bytes that are not UTF-8."""

    returncode: int
    stdout: str
    stderr: str


def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    timeout: float,
    cwd: Path | None = None,
    input: str = "",
    failure: type[LambdaCiError] = BuildError,
    advice: str = "try again; look at what it waits for (a network, a lock, a prompt)",
) -> Completed:
    """Run a program to its end; any exit code is an answer.

    The program leads a process group of its own, which is killed as a whole at the deadline (``timeout`` seconds),
    on an interrupt and on any other exception. Raises ``failure`` when the program cannot be started or is late, which
    ``advice`` says how to mend.
    """
    process = _start(command, env=env, cwd=cwd, failure=failure)
    try:
        stdout, stderr = process.communicate(input.encode(), timeout=timeout)
    except subprocess.TimeoutExpired:
        _end(process)
        raise failure(
            f"`{_shown(command)}` did not end within {timeout:.0f} s and was stopped",
            fix=advice,
        ) from None
    except BaseException:
        _end(process)
        raise
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


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the whole group; the pipes are closed unread, because a stray grandchild may hold them open."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            pipe.close()
    process.wait()


def _shown(command: Sequence[str]) -> str:
    words = [Path(command[0]).name, *command[1:3]]
    return without_credentials(" ".join(words)) + (" …" if len(command) > 3 else "")


def _text(output: bytes) -> str:
    return output.decode("utf-8", errors="replace")
