"""From a report to what stops the deploy and what is only said. Pure."""

from __future__ import annotations

import errno
import re
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.errors import PackageError
from lambda_ci.package.import_check.case import Finding, Level
from lambda_ci.package.import_check.missing import (
    import_failure,
    is_library_failure,
    is_of_this_machine,
    of_this_machine,
)
from lambda_ci.package.import_check.report import Ended
from lambda_ci.package.static_check.suggestions import near_attribute

if TYPE_CHECKING:
    from lambda_ci.package.import_check.case import Case
    from lambda_ci.package.import_check.report import Raised, Report

INIT = 10.0
"""Seconds that Lambda gives the import (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html)."""
_LINES = 15
_MACHINERY = re.compile(r'\s+File "(<frozen importlib|<string>|[^"]*/importlib/__init__\.py)')
_REFUSED = {errno.EACCES, errno.EROFS, errno.EPERM}
_NETWORK = {
    "botocore/",
    "urllib3/",
    "requests/",
    "httpx/",
    "aiohttp/",
    "socket.py",
    "http/client.py",
    "urllib/request.py",
}
_UNREACHED = ("OSError", "BotoCoreError", "ClientError", "HTTPException", "HTTPError")
_NO_DATA = "DataNotFoundError"
"""Of botocore, for a service that it does not know (UnknownServiceError) among others."""
_AUTO = "`build.import-check: auto` makes a warning of it"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The import is no reason to stop. ``output``: the end of what was printed, where it matters; others wrote it."""

    warnings: tuple[str, ...] = ()
    output: str = ""


def judge(report: Report, case: Case, *, required: bool) -> Verdict:
    """Raises PackageError for what certainly fails on Lambda; where the check is ``required``, also for what may fail."""
    finding = _finding(report, case)
    if finding is None:
        return Verdict(warnings=(*_slow(report), *_unprotected(report)))
    if finding.level is Level.CERTAIN:
        raise _refusal(finding, report)
    if required and finding.level is Level.DOUBTFUL:
        fix = f"{finding.fix}; {_AUTO}" if finding.fix else _AUTO
        raise _refusal(Finding(level=finding.level, what=finding.what, why=finding.why, fix=fix), report)
    return Verdict(warnings=(_as_warning(finding),), output=_tail(report))


def is_settled(report: Report, case: Case) -> bool:
    """Whether the same check would give the same report again, and no error: then it need not be made again."""
    finding = _finding(report, case)
    return report.ended is not Ended.LATE and (finding is None or finding.level is not Level.CERTAIN)


def _refusal(finding: Finding, report: Report) -> PackageError:
    """With what the function printed: the reason may be there."""
    output = _tail(report)
    why = f"{finding.why}\nThe end of what it printed:\n{output}" if output else finding.why
    return PackageError(finding.what, why=why, fix=finding.fix)


def _as_warning(finding: Finding) -> str:
    why = "; ".join(line.strip() for line in finding.why.splitlines()).rstrip(".")
    what = f"{finding.what} ({why})" if why else finding.what
    return f"{what}. {finding.fix[:1].upper()}{finding.fix[1:]}" if finding.fix else what


def _tail(report: Report) -> str:
    lines = [line for line in report.output.splitlines() if line.strip() and not _MACHINERY.match(line)]
    return "\n".join(lines[-_LINES:])


def _slow(report: Report) -> tuple[str, ...]:
    if report.seconds <= INIT:
        return ()
    took = f"Importing the handler's module took {report.seconds:.0f} s here, and Lambda gives it {INIT:.0f} s"
    return (f"{took} with the processor time of its memory: import less at the top level, or give it more memory",)


def _unprotected(report: Report) -> tuple[str, ...]:
    """What this check could not do."""
    text = "The function's folder could be written to while the handler was imported here; on Lambda it is read-only"
    return (text,) if report.writable else ()


def _finding(report: Report, case: Case) -> Finding | None:
    """``None`` where the handler is there and can be called."""
    match report.ended:
        case Ended.IMPORTED:
            return None
        case Ended.NO_ATTRIBUTE | Ended.NOT_CALLABLE:
            return _no_handler(report, case)
        case Ended.RAISED if report.raised:
            return _raised(report.raised, case)
        case Ended.LATE:
            return _late(case)
    return _ended(report, case)


def _no_handler(report: Report, case: Case) -> Finding:
    if report.ended is Ended.NOT_CALLABLE:
        what, fix = (
            f"The handler {case.handler!r} is no function: it cannot be called",
            "name a function of that module",
        )
    else:
        what = f"The handler's module {case.module!r} has no {case.attribute!r} once it is imported"
        fix = near_attribute(case.attribute, frozenset(report.names))
    why = f"Lambda would fail with Runtime.HandlerNotFound. Imported by {case.place}."
    return Finding(level=Level.CERTAIN, what=what, why=why, fix=fix)


def _late(case: Case) -> Finding:
    return Finding(
        level=Level.DOUBTFUL,
        what=f"Importing the handler's module {case.module!r} did not come to an end, and was stopped",
        why=f"Lambda gives it {INIT:.0f} s; below is where it was. Imported by {case.place}.",
        fix="do what takes long, or waits for a network, in a function that the handler calls",
    )


def _ended(report: Report, case: Case) -> Finding:
    """Python did not live to say what happened, or was told to end."""
    how = f"Python ended with exit code {report.code} (`os._exit`, or a library that ends the process)"
    level = Level.CERTAIN
    if report.ended is Ended.EXIT:
        how = f"it ends Python: {_said(report.raised)}" if report.raised else "it ends Python (`sys.exit`)"
    elif report.ended is Ended.SIGNAL:
        how = f"Python crashed ({_signal(-report.code)})"
        level = Level.DOUBTFUL if report.code == -signal.SIGKILL else Level.CERTAIN
    chain = case.chain(report.raised.trail) if report.raised else ""
    why = "\n".join(part for part in (chain, f"Imported by {case.place}.") if part)
    fix = 'nothing may end the process at import: guard it with `if __name__ == "__main__"`, or use another version of what crashes'
    return Finding(
        level=level, what=f"While the handler's module {case.module!r} was imported, {how}", why=why, fix=fix
    )


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _raised(raised: Raised, case: Case) -> Finding:
    if raised.is_a("ImportError") or is_library_failure(raised):
        return import_failure(raised, case)
    if is_of_this_machine(raised, case):
        return of_this_machine(raised, case)
    if raised.is_a("SyntaxError"):
        return _syntax_error(raised, case)
    if raised.number in _REFUSED and raised.file and raised.file[0] in {"task", "opt"}:
        return _read_only(raised, case)
    if raised.is_a(_NO_DATA) and raised.trail and raised.trail[-1].is_functions:
        return _unknown_service(raised, case)
    what = f"While the handler's module {case.module!r} was imported, {_doing(raised)}: {_said(raised)}"
    why = f"{case.chain(raised.trail)}\nImported by {case.place} with the declared environment and without credentials."
    fix = "if Lambda has what is missing here, all is well; work at import is best done in a function that the handler calls"
    return Finding(level=Level.DOUBTFUL, what=what, why=why, fix=fix)


def _unknown_service(raised: Raised, case: Case) -> Finding:
    """The botocore in the package is the one that Lambda imports."""
    said = raised.message.partition(". ")[0]
    what = f"While the handler's module {case.module!r} was imported, it asked for data that the package's botocore has not: {said}"
    why = f"{case.chain(raised.trail)}\nLambda would fail with {raised.type}. Imported by {case.place}."
    fix = "add the service to `package.botocore-services` where that is set; else correct its name, or lock a newer botocore"
    return Finding(level=Level.CERTAIN, what=what, why=why, fix=fix)


def _said(raised: Raised) -> str:
    return f"{raised.type}: {raised.message}" if raised.message else raised.type


def _doing(raised: Raised) -> str:
    last = raised.trail[-1].text if raised.trail else ""
    if raised.is_a("KeyError") and "environ" in last:
        return "it read an environment variable that is not declared"
    if (
        raised.is_a(*_UNREACHED)
        and not raised.is_a(_NO_DATA)
        and any(frame.path.startswith(tuple(_NETWORK)) for frame in raised.trail)
    ):
        return "it used the network"
    return "it failed"


def _syntax_error(raised: Raised, case: Case) -> Finding:
    path = raised.file[1] if raised.file else case.module
    owner = case.distributions.get(path, "")
    what = f"{path}:{raised.line}: {raised.message}"
    why = f"{case.chain(raised.trail)}\nPython {case.target.python_version} cannot import it (Runtime.UserCodeSyntaxError)."
    fix = (
        f"use a version of {owner} for {case.target.runtime}"
        if owner
        else "correct the line, or choose a newer runtime"
    )
    return Finding(level=Level.CERTAIN, what=what, why=why.strip(), fix=fix)


def _read_only(raised: Raised, case: Case) -> Finding:
    path = raised.file[1] if raised.file else ""
    what = f"While the handler's module {case.module!r} was imported, it wrote into its own folder: {path or raised.message}"
    why = f"{case.chain(raised.trail)}\nThe function's folder is read-only on Lambda."
    return Finding(level=Level.CERTAIN, what=what, why=why, fix="write below /tmp, or make the file part of the source")
