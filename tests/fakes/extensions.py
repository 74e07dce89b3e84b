"""Packages with a module in C, built by setuptools as most are.

files("demo")                         the files of a project; ``demo.answer()`` is 42
files("demo", library="yaml")         linked with a system library, whose version ``demo.answer()`` is
archive("demo", files("demo"))        a source archive
"""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}"
version = "{version}"

[tool.setuptools]
py-modules = []
"""
_SETUP = """\
from setuptools import Extension, setup
{before}
setup(ext_modules=[Extension("{name}", ["{name}.c"], extra_link_args={link!r})])
"""
_CODE = """\
#define PY_SSIZE_T_CLEAN
#include <Python.h>
{include}
static PyObject *answer(PyObject *self, PyObject *nothing) {{ return {answer}; }}
static PyMethodDef methods[] = {{{{"answer", answer, METH_NOARGS, ""}}, {{NULL, NULL, 0, NULL}}}};
static struct PyModuleDef module = {{PyModuleDef_HEAD_INIT, "{name}", NULL, -1, methods}};
PyMODINIT_FUNC PyInit_{name}(void) {{ return PyModule_Create(&module); }}
"""
_PLAIN = ("", "PyLong_FromLong(42)")
_LIBRARIES = {
    "yaml": ("#include <yaml.h>", "PyUnicode_FromString(yaml_get_version_string())"),
    "answer": ("#include <answer.h>", "PyLong_FromLong(the_answer())"),
}
_TEN = "#define TEN(x) x x x x x x x x x x\n#define THOUSAND(x) TEN(TEN(TEN(x)))\n"
_WEIGHT = "unsigned weight{}(unsigned a, unsigned b) {{ THOUSAND(a = a * 31 + b; b ^= a >> 3;) return a; }}\n"
"""Keeps a compiler busy for a third of a second."""


def files(
    name: str, version: str = "1.0", *, library: str = "", static: bool = False, before: str = "", heavy: int = 0
) -> dict[str, str]:
    """``library``: a system library to link with, as an archive where ``static``. ``before``: Python that runs in the build.

    ``heavy``: functions that keep a compiler busy, each for about a third of a second.
    """
    include, answer = _LIBRARIES[library] if library else _PLAIN
    link = [f"-l:lib{library}.a" if static else f"-l{library}"] if library else []
    weight = _TEN + "".join(map(_WEIGHT.format, range(heavy)))
    return {
        "pyproject.toml": _PROJECT.format(name=name, version=version),
        "setup.py": _SETUP.format(name=name, link=link, before=before),
        f"{name}.c": weight + _CODE.format(name=name, include=include, answer=answer),
    }


def archive(name: str, content: Mapping[str, str], version: str = "1.0") -> bytes:
    """A source archive as an index has it."""
    told = {"PKG-INFO": f"Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n"}
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as packed:
        for path, text in {**content, **told}.items():
            member = tarfile.TarInfo(f"{name}-{version}/{path}")
            member.size = len(text.encode())
            packed.addfile(member, io.BytesIO(text.encode()))
    return target.getvalue()
