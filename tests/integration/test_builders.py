"""A real compiler and a real build backend: C extensions built in place."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import BuildError
from lambda_ci.wheels.choice import Unbuilt
from tests.fakes.sources import write
from tests.fakes.workshop import LIKE, VERSION, WorkshopBench

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.model.artifact import Wheel

pytestmark = pytest.mark.network

C = """
#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *args) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "native", "", -1, methods};
PyMODINIT_FUNC PyInit_native(void) { return PyModule_Create(&module); }
"""
SETUP = """
from setuptools import Extension, setup
setup(name="native", version="1.0", ext_modules=[Extension("native", ["native.c"])])
"""
PROJECT = '[build-system]\nrequires = ["setuptools>=75"]\nbuild-backend = "setuptools.build_meta"\n'


def _bench(folder: Path) -> WorkshopBench:
    if not shutil.which("gcc"):
        pytest.skip("no gcc here")
    folder.mkdir()
    passed = {name: value for name, value in os.environ.items() if name.startswith(("UV_", "SSL_", "HTTPS_", "https_"))}
    return WorkshopBench(folder=folder, environ={**passed, "UV_OFFLINE": "0"}, hosts={VERSION: LIKE})


def _native(bench: WorkshopBench, code: str = C) -> Unbuilt:
    folder = write(bench.folder / "native", {"setup.py": SETUP, "native.c": code, "pyproject.toml": PROJECT})
    return Unbuilt(name="native", version="", folder=folder)


def test_a_c_extension_is_compiled_works_and_is_the_same_in_every_folder(tmp_path: Path) -> None:
    wheels: list[Wheel] = []
    for name in ("one", "another"):
        bench = _bench(tmp_path / name)
        wheels += bench.build(bench.job(_native(bench)))
    assert wheels[0].sha256 == wheels[1].sha256
    with zipfile.ZipFile(wheels[0].path) as archive:
        archive.extractall(tmp_path / "out")
    code = "import native; print(native.answer())"
    environ = {**os.environ, "PYTHONPATH": str(tmp_path / "out")}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == "42\n"


def test_a_missing_header_is_named_with_the_package_that_has_it(tmp_path: Path) -> None:
    bench = _bench(tmp_path / "one")
    with pytest.raises(BuildError) as caught:
        bench.build(bench.job(_native(bench, "#include <libpq-fe-nowhere.h>\n" + C)))
    assert "libpq-fe-nowhere.h: No such file" in caught.value.why
    assert "build.system-packages (the one with the header libpq-fe-nowhere.h)" in caught.value.fix
