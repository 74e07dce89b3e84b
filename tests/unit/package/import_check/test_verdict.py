"""What stops the deploy, what is only said, and in which words."""

from __future__ import annotations

import errno
import signal
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import PackageError
from lambda_ci.package.import_check.report import Ended, Report
from lambda_ci.package.import_check.verdict import is_settled, judge
from tests.fakes.reports import case, frame, raised, report

if TYPE_CHECKING:
    from lambda_ci.package.import_check.case import Case


class BotoCoreError(Exception):
    """As botocore has it."""


class DataNotFoundError(BotoCoreError):
    """As botocore has it."""


class UnknownServiceError(DataNotFoundError):
    """As botocore has it."""


HERE, IMAGE, LAYERS = case(), case(is_image=True), case(unknown_layers=True)
TRAIL = (
    frame("app.py", 1, "from lib import db"),
    frame("lib/db.py", 2, "import requests"),
    frame("requests/compat.py", 10, "import chardet"),
)
NO_CHARDET = raised(ModuleNotFoundError, "No module named 'chardet'", *TRAIL, name="chardet")


def of(exception: object) -> Report:
    return report(Ended.RAISED, raised=exception)


def refused(given: Report, where: Case = HERE, *, required: bool = False) -> PackageError:
    with pytest.raises(PackageError) as caught:
        judge(given, where, required=required)
    return caught.value


def warned(given: Report, where: Case = HERE) -> str:
    (warning,) = judge(given, where, required=False).warnings
    return warning


def missing(name: str, *trail: dict[str, object]) -> Report:
    return of(raised(ModuleNotFoundError, f"No module named {name!r}", *trail, name=name))


@pytest.mark.parametrize("required", [False, True])
def test_a_handler_that_is_there_is_no_finding(required: bool) -> None:
    verdict = judge(report(), HERE, required=required)
    assert (verdict.warnings, verdict.output) == ((), "")


def test_a_missing_module_names_the_lines_and_distributions_that_led_there() -> None:
    error = refused(of(NO_CHARDET))
    assert error.exit_code == 4
    assert error.what == "The handler's module 'app' cannot be imported: there is no module 'chardet'"
    assert error.why.splitlines()[:3] == [
        "app.py:1: from lib import db",
        "lib/db.py:2: import requests",
        "requests/compat.py:10: import chardet  (requests 2.32.3)",
    ]
    assert "Runtime.ImportModuleError" in error.why
    assert "requests 2.32.3 needs it" in error.fix


@pytest.mark.parametrize(
    ("module", "remedy"),
    [
        ("yaml", "add pyyaml to requirements.txt"),
        ("PIL.Image", "add pillow to requirements.txt"),
        ("unheard_of", "add the distribution that has 'unheard_of' to requirements.txt"),
        ("lambda_ci", "`dispatch: true`"),
        ("requests.nothing", "requests 2.32.3 does not have it"),
        ("lib.nothing", ".lambdaignore"),
        ("numpy._core._multiarray_umath", "is for another Python or platform"),
        ("tkinter", "add the distribution that has 'tkinter'"),
    ],
)
def test_every_missing_module_has_its_remedy(module: str, remedy: str) -> None:
    assert remedy in refused(missing(module)).fix


def test_the_cause_counts_where_a_distribution_wraps_it() -> None:
    wrapped = raised(ImportError, "Unable to import required dependencies", *TRAIL, cause=NO_CHARDET)
    assert "there is no module 'chardet'" in refused(of(wrapped)).what


def test_a_service_that_the_packages_botocore_has_no_data_of_fails_on_lambda_as_well() -> None:
    said = "Unknown service: 'sqs'. Valid service names are: s3, sts"

    def of_botocore(place: str) -> Report:
        trail = (frame("app.py", 2, 'boto3.client("sqs")'), frame("botocore/loaders.py", 9, "raise", place=place))
        return of(raised(UnknownServiceError, said, *trail))

    error = refused(of_botocore("task"))
    assert error.what.endswith("it asked for data that the package's botocore has not: Unknown service: 'sqs'")
    assert error.why.splitlines()[0] == 'app.py:2: boto3.client("sqs")'
    assert "`package.botocore-services`" in error.fix
    assert "in what stands here for the modules of Lambda's runtime" in warned(of_botocore("runtime"))
    assert "it failed: UnknownServiceError" in warned(of_botocore("runtime"), IMAGE)


def test_what_layers_may_bring_is_never_an_error() -> None:
    warning = judge(missing("yaml"), LAYERS, required=True).warnings[0]
    assert "unless one of the layers, which cannot be read from here, brings it" in warning
    lost = of(raised(ImportError, "libpq.so.5: cannot open shared object file: No such file or directory"))
    assert "libpq.so.5 is missing, unless" in warned(lost, LAYERS)


def test_a_module_of_the_runtime_is_missed_in_its_image_only() -> None:
    assert "Lambda's runtime has it" in warned(missing("boto3"))
    assert "add boto3" not in refused(missing("boto3"), IMAGE).what


def test_a_python_built_without_a_module_is_no_reason_unless_the_check_is_required() -> None:
    assert "was built without '_lzma'" in warned(missing("_lzma"))
    assert "build.import-check: auto" in refused(missing("_lzma"), required=True).fix
    assert "_lzma" in refused(missing("_lzma"), IMAGE).what


def test_what_stands_for_the_runtime_may_not_fit_this_python() -> None:
    trail = (frame("app.py", 1, "import boto3"), frame("boto3/__init__.py", 9, "import x", place="runtime"))
    for exception in (
        raised(ImportError, "cannot import name 'x'", *trail),
        raised(ModuleNotFoundError, "No module named 'zz'", *trail, name="zz"),
    ):
        assert "in what stands here for the modules of Lambda's runtime" in warned(of(exception))
        assert refused(of(exception), IMAGE).what


def test_a_library_counts_where_lambdas_image_lacks_it_too() -> None:
    def lost(library: str) -> Report:
        text = f"{library}: cannot open shared object file: No such file or directory"
        return of(raised(ImportError, text))

    assert "this machine lacks libexpat.so.1, which Lambda's image has" in warned(lost("libexpat.so.1"))
    assert "libGL.so.1, a shared library, is missing" in refused(lost("libGL.so.1")).what
    assert refused(lost("libexpat.so.1"), IMAGE).what
    loaded = of(raised(OSError, "libgeos_c.so: cannot open shared object file: No such file or directory"))
    assert "libgeos_c.so" in refused(loaded).what


def test_a_machine_older_than_the_image_proves_nothing() -> None:
    text = "/lib64/libc.so.6: version `GLIBC_2.34' not found (required by /var/task/x.so)"
    assert "this machine lacks GLIBC_2.34" in warned(of(raised(ImportError, text)))
    assert refused(of(raised(ImportError, text)), IMAGE).what


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("attempted relative import with no known parent package", "handler `FOLDER.app.handler`"),
        (
            "cannot import name 'a' from partially initialized module 'b' (most likely due to a circular import)",
            "inside a",
        ),
        ("cannot import name 'a' from 'b'", "correct the name"),
        ("something else", "the last line above"),
    ],
)
def test_every_import_error_has_its_remedy(text: str, remedy: str) -> None:
    assert remedy in refused(of(raised(ImportError, text))).fix


def test_versions_that_do_not_fit_are_the_locks_matter() -> None:
    assert "the versions in the lock" in refused(of(raised(ImportError, "cannot import name 'a'", *TRAIL))).fix


def test_a_syntax_error_is_named_with_its_place() -> None:
    wrong = raised(SyntaxError, "invalid syntax", file=("task", "lib/db.py"), line=3)
    error = refused(of(wrong))
    assert error.what == "lib/db.py:3: invalid syntax"
    assert "Python 3.12 cannot import it" in error.why
    theirs = raised(SyntaxError, "invalid syntax", file=("task", "requests/compat.py"), line=3)
    assert refused(of(theirs)).fix == "use a version of requests 2.32.3 for python3.12"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_writing_into_the_functions_folder_fails_on_lambda(number: int) -> None:
    error = refused(of(raised(PermissionError, "no", number=number, file=("task", "cache.db"))))
    assert "it wrote into its own folder: cache.db" in error.what
    assert "/tmp" in error.fix
    elsewhere = raised(PermissionError, "no", number=number, file=("elsewhere", "/var/lib/x"))
    assert warned(of(elsewhere))


@pytest.mark.parametrize(
    ("exception", "says"),
    [
        (
            raised(KeyError, "'TABLE'", frame("app.py", 3, 'T = os.environ["TABLE"]')),
            "read an environment variable that is not declared: KeyError: 'TABLE'",
        ),
        (raised(OSError, "refused", frame("app.py"), frame("botocore/httpsession.py")), "used the network"),
        (raised(ValueError), "failed: ValueError"),
        (raised(KeyboardInterrupt), "failed: KeyboardInterrupt"),
    ],
)
def test_any_other_exception_is_a_warning_unless_the_check_is_required(exception: object, says: str) -> None:
    given = of(exception).model_copy(update={"output": "some words"})
    verdict = judge(given, HERE, required=False)
    assert says in verdict.warnings[0]
    assert verdict.output == "some words"
    assert says in refused(given, required=True).what
    assert "some words" in refused(given, required=True).why


def test_a_missing_attribute_is_named_with_its_likes() -> None:
    error = refused(report(Ended.NO_ATTRIBUTE, names=("handle", "os")))
    assert "has no 'handler' once it is imported" in error.what
    assert error.fix == "Did you mean 'handle'?"


def test_what_cannot_be_called_is_no_handler() -> None:
    assert "cannot be called" in refused(report(Ended.NOT_CALLABLE)).what


def test_ending_the_process_is_an_error() -> None:
    assert "SIGSEGV" in refused(report(Ended.SIGNAL, code=-signal.SIGSEGV)).what
    assert "signal 99" in refused(report(Ended.SIGNAL, code=-99)).what
    assert "exit code 7" in refused(report(Ended.GONE, code=7)).what
    assert "SystemExit: 1" in refused(report(Ended.EXIT, raised=raised(SystemExit, "1"))).what


def test_being_killed_may_be_for_want_of_memory() -> None:
    killed = report(Ended.SIGNAL, code=-signal.SIGKILL)
    assert "SIGKILL" in warned(killed)
    assert refused(killed, required=True).what


def test_an_import_without_an_end_is_a_warning_unless_the_check_is_required() -> None:
    late = report(
        Ended.LATE, output='Timeout!\n  File "/var/task/app.py", line 1 in <module>\n  File "<string>", line 2'
    )
    assert "did not come to an end" in warned(late)
    assert judge(late, HERE, required=False).output.endswith("line 1 in <module>")
    assert refused(late, required=True).what


def test_an_import_longer_than_lambda_gives_it_is_said() -> None:
    assert "took 12 s here, and Lambda gives it 10 s" in warned(report(seconds=12.3))
    assert not judge(report(seconds=9.9), HERE, required=True).warnings


def test_what_the_check_could_not_do_is_said() -> None:
    assert "on Lambda it is read-only" in warned(report(writable=True))


def test_only_what_would_come_out_again_and_passes_is_worth_keeping() -> None:
    assert is_settled(report(), HERE)
    assert is_settled(of(raised(KeyError, "'TABLE'")), HERE)
    assert not is_settled(of(NO_CHARDET), HERE)
    assert not is_settled(report(Ended.LATE), HERE)


def test_a_long_way_is_shortened_in_the_middle() -> None:
    trail = [frame(f"m{number}.py", number) for number in range(30)]
    lines = refused(missing("yaml", *trail)).why.splitlines()
    assert (lines[0], lines[2]) == ("m0.py:0", "… 22 more")
    assert lines[8] == "m29.py:29"


def test_a_layers_file_is_known_by_its_distribution() -> None:
    trail = (frame("app.py", 1), frame("python/requests/compat.py", 3, "import chardet", place="opt"))
    assert (
        "/opt/python/requests/compat.py:3: import chardet  (requests 2.32.3)" in refused(missing("chardet", *trail)).why
    )
