"""Would the binaries of a package load on Lambda? Wheels are read once (``notes``), findings are judged in ``verdict``. Runs nothing."""
