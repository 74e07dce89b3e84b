from __future__ import annotations

import pytest

from lambda_ci.wheels.builders import log

PIP = """\
Processing /lambda-ci/source
  Preparing metadata (pyproject.toml): finished with status 'done'
Building wheels for collected packages: psutil
  error: subprocess-exited-with-error

  x Building wheel for psutil (pyproject.toml) did not run successfully.
  │ exit code: 1
  ╰─> [50 lines of output]
      copying psutil/_common.py -> build/lib.linux-x86_64-cpython-311/psutil
      building 'psutil._psutil_linux' extension
      gcc -O3 -c psutil/_psutil_common.c -o build/temp/psutil/_psutil_common.o
      error: [Errno 2] No such file or directory: 'gcc'
      [end of output]

  note: This error originates from a subprocess, and is likely not a problem with pip.
  ERROR: Failed building wheel for psutil
ERROR: Failed to build one or more wheels
"""


def test_the_complaint_is_found_among_what_pip_says_about_it() -> None:
    error = log.failure("psutil 5.6.0", PIP, where="in the image")
    assert error.what == "psutil 5.6.0 could not be built in the image"
    assert error.why == "error: [Errno 2] No such file or directory: 'gcc'"
    assert "build.system-packages (gcc)" in error.fix


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("error: command 'gcc' failed: No such file or directory", "(gcc)"),
        ("unable to execute 'x86_64-linux-gnu-gcc': No such file or directory", "(gcc)"),
        ("sh: gcc: command not found", "(gcc)"),
        ("gcc: fatal error: cannot execute 'cc1plus': execvp: No such file or directory", "(gcc-c++)"),
        ("demo.c:1:10: fatal error: libpq-fe.h: No such file or directory", "(libpq-devel)"),
        ("demo.c:1:10: fatal error: openssl/ssl.h: No such file or directory", "(openssl-devel)"),
        ("demo.c:1:10: fatal error: strange/thing.h: No such file or directory", "the header strange/thing.h"),
        ("demo.c:1:10: fatal error: Python.h: No such file or directory", "no headers"),
        ("Error: pg_config executable not found.", "libpq-devel"),
        ("OSError: mysql_config not found", "mariadb-connector-c-devel"),
        ("error: can't find Rust compiler", "rust, cargo"),
        ("CMake must be installed to build this package", "cmake"),
        ("/usr/bin/ld: cannot find -lxml2", "libxml2"),
        ("setuptools-scm was unable to detect version for /lambda-ci/source.", "git"),
        ("gcc: fatal error: Killed signal terminated program cc1", "memory"),
        ("OSError: [Errno 28] No space left on device", "make room"),
        ("ERROR: Could not find a version that satisfies the requirement setuptools>=40", "package index"),
        ("ERROR: something nobody has seen", "read the log above"),
    ],
)
def test_what_may_mend_it(line: str, advice: str) -> None:
    assert advice in log.failure("demo 1.0", line, where="in place").fix


def test_the_excerpt_is_short_and_without_credentials() -> None:
    text = log.excerpt("\n".join(f"line {number} https://joe:secret@example.org/x" for number in range(1000)))
    assert len(text.splitlines()) == log.SHOWN
    assert "secret" not in text
    assert "line 999" in text


def test_silence_is_said() -> None:
    assert log.failure("demo 1.0", "", where="in place").why == "the build gave no reason"
