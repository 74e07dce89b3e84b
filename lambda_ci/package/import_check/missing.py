"""Why an import failed, and what to do about it: a missing module, a missing library, a module that another one lacks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambda_ci.model.images import images
from lambda_ci.model.modules import distribution_of, modules
from lambda_ci.package.import_check.case import Finding, Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_ci.package.import_check.case import Case
    from lambda_ci.package.import_check.report import Raised

_NO_LIBRARY = re.compile(r"([^\s:/]+\.so[.\w]*): cannot open shared object file")
_TOO_NEW = re.compile(r"version `(\w+_[\d.]+)' not found")
_NO_NAME = re.compile(r"cannot import name '(\w+)' from (?:partially initialized module )?'([\w.]+)'")
_IN_LAYERS = "unless one of the layers, which cannot be read from here, brings it"
_IN_IMAGE = "`build.backend: container` makes the check in AWS's image"


def import_failure(raised: Raised, case: Case) -> Finding:
    """What is wrong where an ImportError (or a loader's OSError) ended the import."""
    absent = next((one for one in _causes(raised) if one.is_a("ModuleNotFoundError") and one.name), None)
    if absent:
        return _no_module(absent, case)
    if found := _NO_LIBRARY.search(raised.message):
        return _no_library(found[1], raised, case)
    if (found := _TOO_NEW.search(raised.message)) and not case.is_image:
        return _finding(
            Level.DOUBTFUL,
            raised,
            case,
            what=f"this machine lacks {found[1]}, which may be there on Lambda",
            fix=_IN_IMAGE,
        )
    if is_of_this_machine(raised, case):
        return of_this_machine(raised, case)
    return _finding(Level.CERTAIN, raised, case, what=raised.message, fix=_advice(raised, case))


def is_of_this_machine(raised: Raised, case: Case) -> bool:
    """Whether it failed while what stands for the runtime's modules was imported, which is of this machine."""
    last = raised.trail[-1] if raised.trail else None
    in_module = last is not None and last.file[0] == "runtime" and last.function == "<module>"
    return not case.is_image and (in_module or (raised.file is not None and raised.file[0] == "runtime"))


def is_library_failure(raised: Raised) -> bool:
    """Whether a library could not be loaded by its name (``ctypes.CDLL``)."""
    return raised.is_a("OSError") and bool(_NO_LIBRARY.search(raised.message))


def _causes(raised: Raised) -> Iterator[Raised]:
    """The exception and what it came from: distributions wrap a missing module in words of their own."""
    one: Raised | None = raised
    while one and one.is_a("ImportError"):
        yield one
        one = one.cause


def _finding(level: Level, raised: Raised, case: Case, *, what: str, fix: str) -> Finding:
    why = "\n".join(part for part in (case.chain(raised.trail), _consequence(level, case)) if part)
    return Finding(
        level=level, what=f"The handler's module {case.module!r} cannot be imported: {what}", why=why, fix=fix
    )


def _consequence(level: Level, case: Case) -> str:
    fails = "Lambda would fail with Runtime.ImportModuleError. " if level is Level.CERTAIN else ""
    return f"{fails}Imported by {case.place}."


def _no_module(raised: Raised, case: Case) -> Finding:
    name, top = raised.name, raised.name.partition(".")[0]
    what = f"there is no module {name!r}"
    if case.has(top) and name != top:
        return _finding(Level.CERTAIN, raised, case, what=what, fix=_part_missing(name, case))
    if not case.is_image and top in modules().runtime:
        return _finding(
            Level.UNKNOWN, raised, case, what=f"{what} on this machine, and Lambda's runtime has it", fix=_IN_IMAGE
        )
    if not case.is_image and _is_pythons(top, case):
        what = f"this machine's Python was built without {name!r}, which Lambda's has"
        return _finding(Level.DOUBTFUL, raised, case, what=what, fix=_IN_IMAGE)
    if is_of_this_machine(raised, case):
        return of_this_machine(raised, case)
    if case.unknown_layers:
        return _finding(Level.UNKNOWN, raised, case, what=f"{what}, {_IN_LAYERS}", fix=_addition(raised, case))
    return _finding(Level.CERTAIN, raised, case, what=what, fix=_addition(raised, case))


def _is_pythons(top: str, case: Case) -> bool:
    """Whether it is a module of the standard library, or one that such a module is made with (``_lzma``)."""
    public = images().modules(case.target)
    return top not in modules().not_built and (
        top in public or top.removeprefix("_") in public or top in {"_ctypes", "_sqlite3"}
    )


def of_this_machine(raised: Raised, case: Case) -> Finding:
    """What stands for the runtime's modules is of this machine, and need not work with an older Python."""
    what = f"{raised.message} (in what stands here for the modules of Lambda's runtime)"
    return _finding(Level.UNKNOWN, raised, case, what=what, fix=_IN_IMAGE)


def _binary(name: str, case: Case) -> str:
    """The remedy where a module is there as an extension that this Python does not look at; empty where it is not."""
    stem = name.replace(".", "/")
    found = sorted(path for path in case.distributions if path.startswith(stem + ".") and path.endswith(".so"))
    return (
        f"{found[0]} is for another Python or platform: use a version with a wheel for {case.target}" if found else ""
    )


def _part_missing(name: str, case: Case) -> str:
    """The remedy where a package is there and lacks a module."""
    if found := _binary(name, case):
        return found
    top = name.partition(".")[0]
    owners = {owner for path, owner in case.distributions.items() if path.startswith(top + "/")} - {""}
    if owners:
        return f"{', '.join(sorted(owners))} does not have it: use a version that does, and that fits what wants it"
    return "put it into the function's source; if it is there, `exclude` or .lambdaignore keeps it out"


def _addition(raised: Raised, case: Case) -> str:
    top = raised.name.partition(".")[0]
    if top == "lambda_ci":
        return "set `dispatch: true`, which puts the library into the package"
    file = case.requirements or "the dependencies"
    wants = next((case.owner(frame) for frame in reversed(raised.trail) if frame.is_functions), "")
    needs = f" ({wants} needs it and does not say so, or another version of it is meant)" if wants else ""
    for name in (distribution_of(top), top.lower().replace("_", "-")):
        if where := case.not_taken.get(name.partition("[")[0]):
            kind = "extras" if where.startswith("the extra") else "groups"
            return f"{name} is in {where}, which the function does not take: name it in its `{kind}`"
    if known := distribution_of(top):
        return f"add {known} to {file}{needs}, or declare the layer that brings it"
    return f"add the distribution that has {top!r} to {file}{needs}; a module of your own belongs into the source"


def _no_library(library: str, raised: Raised, case: Case) -> Finding:
    image = images().image(case.target)
    if not case.is_image and library in image.libraries | image.usual:
        what = f"this machine lacks {library}, which Lambda's image has"
        return _finding(Level.DOUBTFUL, raised, case, what=what, fix=_IN_IMAGE)
    if case.unknown_layers:
        return _finding(
            Level.UNKNOWN,
            raised,
            case,
            what=f"{library} is missing, {_IN_LAYERS}",
            fix=f"bring {library} along in `lib/`",
        )
    fix = f"put {library} into `lib/` of the function's source, or use a wheel that brings it"
    return _finding(Level.CERTAIN, raised, case, what=f"{library}, a shared library, is missing", fix=fix)


def _advice(raised: Raised, case: Case) -> str:
    if "relative import" in raised.message:
        top = case.module.partition(".")[0]
        return (
            f"{top!r} is a top-level module on Lambda: import its neighbours by name (`import other`), or make `source` the "
            f"folder above and the handler `FOLDER.{case.handler}`"
        )
    if (found := _NO_NAME.search(raised.message)) and (binary := _binary(f"{found[2]}.{found[1]}", case)):
        return binary
    if "circular import" in raised.message:
        return "two modules import each other at the top level: import one of them inside a function"
    owner = next((case.owner(frame) for frame in reversed(raised.trail) if frame.is_functions), "")
    if raised.message.startswith("cannot import name"):
        return (
            "the versions in the lock do not fit each other: choose others"
            if owner
            else "correct the name, or the version in the lock"
        )
    return f"use another version of {owner}" if owner else "correct it; the last line above is where it failed"
