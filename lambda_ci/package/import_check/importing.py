"""The process that imports the handler as Lambda's runtime does, reports how that went, and calls nothing.

Started by ``supervise`` with the text of this file. The order comes on standard input, the report goes to a file of its own,
so that nothing that the function prints can be taken for it. Source: ``awslambdaric.bootstrap._get_handler``.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import resource
import signal
import site
import sys
import time
import traceback

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ctypes
    from typing import Any

PROGRAM = "/var/runtime/bootstrap.py"
IMPORTLIB = "importlib/__init__.py"
FRAMES = 40
NAMES = 200
LONGEST = 4000
"""Characters of a message."""
NESTED = 5
DUMP = 0.9
"""The part of the time after which a process that does not end says where it is."""
USER, GROUP = 993, 990
"""Those of Lambda's ``sbx_user1051``."""
PR_SET_PDEATHSIG = 1
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION = 0x20080522


def main() -> None:
    order = json.load(sys.stdin)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    faulthandler.enable()
    faulthandler.dump_traceback_later(DUMP * order["seconds"])
    confine(lambda_user=order["real"])
    prepare(order)
    writable = can_write()
    started = time.monotonic()
    report = attempt(order)
    report.update(seconds=time.monotonic() - started, writable=writable)
    text = json.dumps(report).encode()
    while text:
        text = text[os.write(order["report"], text) :]
    os._exit(0)


def confine(*, lambda_user: bool) -> None:
    """Nothing may be written where Lambda does not let it, and this process ends with the one that started it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        import ctypes
    except ImportError:  # A Python that was built without it.
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() == 0 and lambda_user:
        os.setgroups([])
        os.setgid(GROUP)
        os.setuid(USER)
    elif os.geteuid() == 0:
        surrender(libc)
    libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def surrender(libc: ctypes.CDLL) -> None:
    """Root without the right to write where the mode forbids it. Another user might not be able to read this Python."""
    from ctypes import c_uint32

    header = (c_uint32 * 2)(CAPABILITY_VERSION, 0)
    sets = (c_uint32 * 6)()  # Effective, permitted and inheritable: the lower 32 capabilities, then the upper ones.
    if libc.capget(header, sets) == 0:
        for lower in range(3):
            sets[lower] &= ~(1 << CAP_DAC_OVERRIDE)
        libc.capset(header, sets)


def prepare(order: dict[str, Any]) -> None:
    """What the runtime has done before it imports a handler."""
    for name in order["preloaded"]:
        try:
            importlib.import_module(name)
        except ImportError:
            pass
    site.setquit()
    site.setcopyright()
    site.sethelper()
    sys.argv[:] = [PROGRAM]
    sys.modules["__main__"].__dict__["__file__"] = PROGRAM
    sys.path[:] = [*order["path"], *sys.path]


def can_write() -> bool:
    """Whether the function's folder could be written to, which it cannot be on Lambda."""
    try:
        with open(".lambda-ci", "x"):
            pass
    except OSError:
        return False
    os.unlink(".lambda-ci")
    return True


def attempt(order: dict[str, Any]) -> dict[str, Any]:
    module, _, attribute = order["handler"].rpartition(".")
    try:
        found = importlib.import_module(module.replace("/", "."))
    except SystemExit as error:
        return {"ended": "exit", "raised": described(error, order, NESTED)}
    except BaseException as error:
        return {"ended": "raised", "raised": described(error, order, NESTED)}
    try:
        handler = getattr(found, attribute)
    except AttributeError:
        return {"ended": "no-attribute", "names": sorted(map(str, vars(found)))[:NAMES]}
    except BaseException as error:
        return {"ended": "raised", "raised": described(error, order, NESTED)}
    return {"ended": "imported" if callable(handler) else "not-callable"}


def described(error: BaseException, order: dict[str, Any], depth: int) -> dict[str, Any]:
    """An exception as data; nothing that it does when it is asked about itself can stop this."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    file = getattr(error, "filename", None)
    name = getattr(error, "name", None)
    number = getattr(error, "errno", None)
    line = getattr(error, "lineno", None)
    return {
        "type": type(error).__name__,
        "kinds": [kind.__name__ for kind in type(error).__mro__],
        "message": message(error),
        "name": name if isinstance(name, str) else "",
        "file": placed(file, order) if isinstance(file, str) else None,
        "line": line if isinstance(line, int) else 0,
        "number": number if isinstance(number, int) else 0,
        "trail": trail(error, order),
        "cause": described(cause, order, depth - 1) if cause is not None and depth else None,
    }


def message(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return str(error.msg)[:LONGEST]
    try:
        return str(error)[:LONGEST]
    except Exception:
        return "?"


def trail(error: BaseException, order: dict[str, Any]) -> list[dict[str, Any]]:
    """The frames that led to it, outermost first, without the machinery of imports and this file."""
    frames = traceback.extract_tb(error.__traceback__)
    seen = [one for one in frames if not one.filename.startswith("<") and not one.filename.endswith(IMPORTLIB)]
    return [
        {
            "file": placed(one.filename, order),
            "line": one.lineno or 0,
            "function": one.name,
            "text": (one.line or "")[:LONGEST],
        }
        for one in seen[-FRAMES:]
    ]


def placed(path: str, order: dict[str, Any]) -> list[str]:
    """Which of the folders a file is in, and its path there."""
    full = os.path.abspath(path)
    for place in ("task", "opt", "runtime"):
        for folder in order[place]:
            if full.startswith(folder + os.sep):
                return [place, full[len(folder) + 1 :]]
    library = os.path.dirname(os.__file__)
    if full.startswith(library + os.sep):
        return ["python", full[len(library) + 1 :]]
    return ["elsewhere", path]


if __name__ == "__main__":
    main()
