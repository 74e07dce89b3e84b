"""What the process that imports a handler reports, as a test wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambda_ci.model.target import Architecture, Target
from lambda_ci.package.import_check.case import Case
from lambda_ci.package.import_check.report import Ended, Raised, Report

if TYPE_CHECKING:
    from collections.abc import Mapping

TARGET = Target("python3.12", Architecture.X86_64)
FILES = {
    "app.py": "",
    "lib/db.py": "",
    "requests/__init__.py": "requests 2.32.3",
    "requests/compat.py": "requests 2.32.3",
    "numpy/_core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so": "numpy 2.2.0",
    "numpy/__init__.py": "numpy 2.2.0",
}


def frame(
    file: str, line: int = 1, text: str = "", *, place: str = "task", function: str = "<module>"
) -> dict[str, Any]:
    return {"file": (place, file), "line": line, "function": function, "text": text}


def raised(kind: type[BaseException], message: str = "", *trail: dict[str, Any], **more: Any) -> Raised:  # noqa: ANN401
    """An exception of that type; ``more``: other fields of the report."""
    fields = {"name": "", "file": None, "line": 0, "number": 0, "cause": None, **more}
    kinds = [one.__name__ for one in kind.__mro__]
    trail = trail or (frame("app.py"),)
    document = {"type": kind.__name__, "kinds": kinds, "message": message, "trail": trail, **fields}
    return Raised.model_validate(document)


def report(ended: Ended = Ended.IMPORTED, **more: Any) -> Report:  # noqa: ANN401
    fields = {"python": "3.12.1", "output": "", "code": 0, "seconds": 0.5, **more}
    return Report.model_validate({"ended": ended, **fields})


def case(*, is_image: bool = False, unknown_layers: bool = False, not_taken: Mapping[str, str] | None = None) -> Case:
    return Case(
        handler="app.handler",
        target=TARGET,
        place="Python 3.12.1 on this machine",
        is_image=is_image,
        distributions=FILES,
        requirements="requirements.txt",
        unknown_layers=unknown_layers,
        not_taken=not_taken or {},
    )
