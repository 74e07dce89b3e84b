"""Building on this machine: uv builds the tree in an environment of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.wheels.builders.index import for_uv

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from lambda_ci.adapters.process import Completed
    from lambda_ci.adapters.uv import Uv
    from lambda_ci.wheels.builders.source import Job


def build(job: Job, tree: Path, *, python: Path, output: Path, uv: Uv, cancelled: threading.Event) -> Completed:
    """Put the wheel of ``tree`` into ``output``; any exit code is an answer. Raises BuildError when it is late or cancelled."""
    environ = {**for_uv(job.indexes, uv.environ), **_hidden_paths(tree, uv)}
    return uv.build_wheel(
        tree, python=python, output=output, environ=environ, cwd=job.root, seconds=job.seconds, cancelled=cancelled
    )


def _hidden_paths(tree: Path, uv: Uv) -> dict[str, str]:
    """Compilers write the folder they work in into debug information: let it be the same on every machine."""
    flag = f"-fdebug-prefix-map={tree.resolve()}=/source"
    return {name: f"{uv.environ.get(name, '')} {flag}".strip() for name in ("CFLAGS", "CXXFLAGS")}
