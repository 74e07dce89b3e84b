"""Handlers imported from real packages by the real Pythons of this machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from lambda_ci.adapters.interpreter_host import OnThisMachine
from lambda_ci.errors import PackageError
from lambda_ci.package.import_check.check import Imported, Subject, import_check
from tests.container.interpreters import OWN, interpreter
from tests.fakes.project import Project

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
HANDLER = "\ndef handler(event, context): ...\n"


@dataclass
class Bench:
    """A function whose handler can be imported."""

    folder: Path
    version: str = OWN
    handler: str = "app.handler"
    environment: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 30.0
    unknown_layers: bool = False
    layers: list[Project] = field(default_factory=list)
    check: str = "auto"

    def __post_init__(self) -> None:
        self.project = Project(self.folder)

    def write(self, files: Mapping[str, str]) -> Bench:
        for path, text in files.items():
            self.project.write(path, text)
        return self

    def imported(self) -> Imported:
        found = interpreter(self.version)
        if found is None:
            pytest.skip(f"this machine has no Python {self.version}")
        self.project.spec |= {
            "runtime": f"python{self.version}",
            "handler": self.handler,
            "environment": dict(self.environment),
            "build": {"import-check": self.check},
            "audit": {"waive": ("fast",)},
        }
        subject = Subject(
            function=self.project.function,
            package=self.project.assemble(),
            region="eu-west-1",
            layers=[layer.assemble() for layer in self.layers],
            unknown_layers=self.unknown_layers,
            seconds=self.seconds,
        )
        python = OnThisMachine(
            python=found.program, place=f"Python {self.version}", identity=found.build, is_image=False
        )
        return import_check(subject, python, cache_dir=self.folder / "cache")

    def refused(self) -> PackageError:
        with pytest.raises(PackageError) as caught:
            self.imported()
        return caught.value


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def one(bench: Bench, source: str, **more: Any) -> Bench:  # noqa: ANN401
    """The function's one module."""
    for name, value in more.items():
        setattr(bench, name, value)
    return bench.write({"app.py": source})


@pytest.mark.parametrize("version", VERSIONS)
def test_every_python_imports_packages_namespaces_and_data_as_lambda_does(bench: Bench, version: str) -> None:
    bench.version, bench.handler = version, "pkg/deep.entry"
    bench.write({
        "pkg/deep.py": "import os, space.other, boto3\nfrom . import near\nopen('data/x.txt').read()\n"
        "assert os.getcwd() == os.environ['LAMBDA_TASK_ROOT']\ndef entry(event, context): ...\n",
        "pkg/near.py": "import pathlib\npathlib.Path(__file__).with_name('near.txt').read_text()\n",
        "pkg/near.txt": "near",
        "space/other.py": "",
        "data/x.txt": "x",
    })
    found = bench.imported()
    assert found.complete or "in what stands here for the modules of Lambda's runtime" in found.warnings[0]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_module_that_is_missing_two_levels_down_is_traced_to_whoever_wants_it(bench: Bench, version: str) -> None:
    bench.project.wheel("outer", {"outer/__init__.py": b"import inner\n"}, version="2.0")
    bench.project.wheel("inner", {"inner/__init__.py": b"\n\nimport yaml\n"}, version="3.1")
    error = one(bench, f"import outer{HANDLER}", version=version).refused()
    assert error.why.splitlines()[:3] == [
        "app.py:1: import outer",
        "outer/__init__.py:1: import inner  (outer 2.0)",
        "inner/__init__.py:3: import yaml  (inner 3.1)",
    ]
    assert error.fix.startswith("add pyyaml to the dependencies (inner 3.1 needs it")


def test_a_relative_import_at_the_top_fails_as_on_lambda(bench: Bench) -> None:
    bench.write({"other.py": ""})
    assert "import its neighbours by name" in one(bench, f"from . import other{HANDLER}").refused().fix


def test_syntax_of_a_newer_python_is_an_error_where_it_is_imported(bench: Bench) -> None:
    bench.write({"lib.py": "match 1:\n    case 1: ...\n"})
    error = one(bench, f"import lib{HANDLER}", version="3.9").refused()
    assert error.what.startswith("lib.py:1: invalid syntax")
    assert "Python 3.9 cannot import it" in error.why


def test_an_extension_for_another_python_is_named(bench: Bench) -> None:
    name = "fast/_core.cpython-38-x86_64-linux-gnu.so"
    bench.project.wheel("fast", {"fast/__init__.py": b"from fast import _core\nimport fast._core\n", name: b""})
    error = one(bench, f"import fast._core{HANDLER}").refused()
    assert "fast" in error.fix


def test_nothing_that_is_printed_is_taken_for_the_report(bench: Bench) -> None:
    noise = 'print("{\\"ended\\": \\"raised\\"}\\n::error::x", file=sys.stderr); os.write(1, b"\\xff\\x00" * 100000)'
    assert one(bench, f"import os, sys\n{noise}{HANDLER}").imported().complete


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import ctypes\nctypes.string_at(0)", "Python crashed (SIGSEGV)"),
        ("import os\nos._exit(3)", "Python ended with exit code 3"),
        ("import sys\nsys.exit('no')", "it ends Python: SystemExit: no"),
        ("handler = 1", "is no function"),
        ("import nothing_at_all", "there is no module 'nothing_at_all'"),
        ("import pydantic", "there is no module 'pydantic'"),
        ("import lambda_ci", "there is no module 'lambda_ci'"),
        ("import ctypes\nctypes.CDLL('libnothing.so.1')", "libnothing.so.1, a shared library, is missing"),
        ("import os\nopen('new', 'w')", "it wrote into its own folder: new"),
        ("import os\nos.mkdir(os.path.join(os.environ['LAMBDA_TASK_ROOT'], 'a'))", "it wrote into its own folder: a"),
        ("import os\nos.unlink(__file__)", "it wrote into its own folder: app.py"),
    ],
)
def test_what_fails_on_lambda_is_an_error(bench: Bench, source: str, says: str) -> None:
    assert (
        says
        in one(bench, source + HANDLER.replace("handler", "handler" if "handler" not in source else "other"))
        .refused()
        .what
    )


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ('import os\nos.environ["TABLE"]', "read an environment variable that is not declared"),
        ("import urllib.request as r\nr.urlopen('http://127.0.0.1:9/', timeout=5)", "used the network"),
        ("class E(Exception):\n    def __str__(self): raise self\nraise E", "failed: E"),
        (
            "import boto3\nboto3.client('sts', endpoint_url='http://127.0.0.1:9').get_caller_identity()",
            "used the network",
        ),
    ],
)
def test_what_may_work_on_lambda_is_a_warning_or_an_error_by_choice(bench: Bench, source: str, says: str) -> None:
    assert says in one(bench, source + HANDLER).imported().warnings[0]
    assert says in one(bench, source + HANDLER, check="required").refused().what


def test_an_import_that_does_not_end_is_stopped_and_says_where(bench: Bench) -> None:
    source = f"def wait():\n    while True: ...\nwait(){HANDLER}"
    # A busy machine takes long to come to the module.
    patient = (one(bench, source, seconds=seconds).imported() for seconds in (1.0, 10.0, 60.0))
    found = next(imported for imported in patient if "in wait" in imported.output)
    assert "did not come to an end" in found.warnings[0]
    assert 'File "/var/task/app.py", line 2 in wait' in found.output
    assert not bench.folder.joinpath("cache").exists()


def test_what_runs_on_after_the_import_is_not_waited_for(bench: Bench) -> None:
    threads = "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n"
    child = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    assert one(bench, threads + child + HANDLER).imported().complete


def test_a_temporary_file_may_be_written(bench: Bench) -> None:
    assert one(bench, f"import tempfile\ntempfile.TemporaryFile().write(b'x'){HANDLER}").imported().complete


def test_the_home_of_whoever_runs_this_is_out_of_reach(bench: Bench) -> None:
    source = "import pathlib\npath = pathlib.Path.home() / '.cache'\ntry:\n    path.mkdir(parents=True)\nexcept OSError: path = None\nassert path is None"
    assert one(bench, source + HANDLER).imported().complete


def test_layers_lie_below_the_package_and_the_last_one_counts(bench: Bench) -> None:
    for number, text in enumerate(("VALUE = 1\n", "VALUE = 2\n")):
        layer = Project(bench.folder / f"layer-{number}", spec={"handler": "python/shared.VALUE"})
        layer.write("python/shared.py", text)
        layer.write("python/app.py", "raise ValueError('hidden by the package')\n")
        bench.layers.append(layer)
    assert one(bench, f"import shared\nassert shared.VALUE == 2, shared.VALUE{HANDLER}").imported().complete


def test_what_other_layers_bring_cannot_be_known(bench: Bench) -> None:
    found = one(bench, f"import nothing_at_all{HANDLER}", unknown_layers=True).imported()
    assert "unless one of the layers" in found.warnings[0]


def test_the_environment_is_lambdas_and_the_functions_and_no_more(bench: Bench) -> None:
    source = (
        "import os, sys\n"
        "assert os.environ['AWS_LAMBDA_FUNCTION_NAME'] == 'orders' and os.environ['AWS_REGION'] == 'eu-west-1'\n"
        "assert os.environ['DATA'] == os.environ['LAMBDA_TASK_ROOT'] + '/data' and os.environ['KEY'] == 'a:b'\n"
        "assert 'PATH' in os.environ and 'LAMBDA_CI_TEST' not in os.environ\n"
        "assert sys.path[0] == os.environ['LAMBDA_TASK_ROOT'] and sys.path[2].endswith('opt/python')\n"
        f"assert os.environ['AWS_EXECUTION_ENV'] == 'AWS_Lambda_python{OWN}'\n"
    )
    environment = {"DATA": "/var/task/data", "KEY": "a:b"}
    found = one(bench, source + HANDLER, environment=environment).imported()
    assert (found.complete, found.warnings) == (True, ())


def test_this_pythons_own_packages_are_out_of_reach(bench: Bench) -> None:
    source = "import importlib.util\nassert not importlib.util.find_spec('pytest')"
    assert one(bench, source + HANDLER).imported().complete


def test_a_handler_is_never_called(bench: Bench) -> None:
    assert one(bench, "def handler(event, context):\n    raise ValueError\n").imported().complete
