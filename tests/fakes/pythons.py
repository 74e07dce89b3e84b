"""The Pythons of this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys


def python(version: str) -> str:
    """The interpreter's own path, behind whatever shim ``PATH`` has; empty where there is none."""
    shim = shutil.which(f"python{version}")
    command = [shim or sys.executable, "-c", "import sys; print(sys.executable, '%d.%d' % sys.version_info[:2])"]
    environ = os.environ | {"PYENV_VERSION": version}
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=300, check=False)
    path, _, found = done.stdout.strip().rpartition(" ")
    return path if found == version else ""
