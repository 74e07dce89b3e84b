"""The process around ``main``: signals, standard streams, and an ending with the right exit code whatever happens.

The only place that reads argv and the environment.
"""

from __future__ import annotations

import gc
import os
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn, TextIO


def run() -> NoReturn:
    """The command ``lambda-ci`` and the container's entry point."""
    if sys.platform == "win32":
        sys.stderr.write("✗ lambda-ci does not run on Windows itself\n  → use WSL, or its container\n")
        sys.exit(2)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, _interrupt)
    sys.unraisablehook = _unraisable
    # A run makes many objects, keeps most, and ends: looking for garbage among them only costs time.
    gc.set_threshold(250_000, 50, 50)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # It would read every installed distribution.
    try:
        code = _run()
    except KeyboardInterrupt:
        code = 130
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    _finish(sys.stdout, sys.stderr)
    exec("")  # An interrupt within exec (dataclasses) has CPython end by SIGINT in spite of the code; this resets it.
    gc.freeze()
    sys.exit(code)


def _run() -> int:
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # It was closed before the start.
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - as the others, to the end
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    from pathlib import Path

    from lambda_ci.main import main

    try:
        cwd = Path.cwd()
    except OSError as error:
        sys.stderr.write(
            f"✗ the working directory cannot be used: {error.strerror}\n  → go to a folder that is there\n"
        )
        return 2
    return main(sys.argv[1:], environ=os.environ, cwd=cwd, stdin=sys.stdin, stdout=sys.stdout, stderr=sys.stderr)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """End in order once. A cancelled CI job sends SIGINT and, seconds later, SIGTERM: the second must not break the ending."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise KeyboardInterrupt


def _unraisable(lost: sys.UnraisableHookArgs) -> None:
    """An interrupt that came during a finalizer ends nothing: have it come again, a moment later."""
    if isinstance(lost.exc_value, KeyboardInterrupt):
        signal.setitimer(signal.ITIMER_REAL, 0.05)
    else:
        sys.__unraisablehook__(lost)


def _finish(*streams: TextIO) -> None:
    """Let go of what a stream still holds and cannot get rid of: Python would end with 120 for it."""
    for stream in streams:
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
