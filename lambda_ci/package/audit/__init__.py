"""Would the binaries of a package load on Lambda? Wheels are read once (``kept``), findings are judged in ``verdict``. Runs nothing."""
