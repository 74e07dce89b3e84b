"""What was given beside the file: flags over inputs over variables ``LAMBDA_CI_*``, merged into one layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.inputs.aliases import ALIASES, own_names
from lambda_ci.inputs.located import Located, mapping, merge
from lambda_ci.inputs.options import options
from lambda_ci.inputs.scalars import FALSE
from lambda_ci.inputs.text import read
from lambda_ci.inputs.wording import suggestion
from lambda_ci.model.problem import Origin, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lambda_ci.inputs.aliases import Written
    from lambda_ci.inputs.options import Option, Scope

_PREFIX = "LAMBDA_CI_"
ACTION = frozenset({
    "command",
    "local",
    "matrix",
    "to",
    "keep",
    "preview",
    "prebuilt",
    "comment",
    "github-token",
    "payload",
    "args",
    "entrypoint",
})
"""Inputs that are not settings: the action's own, and the runner's for every container action."""
CACHE_VARIABLES = ("LAMBDA_CI_CACHE_DIR", "LAMBDA_CI_CACHE")
PIPELINE_VARIABLES = ("LAMBDA_CI_IMAGE", "LAMBDA_CI_JOB_RUNTIME", "LAMBDA_CI_JOB_ARCHITECTURE")
"""Variables of the pipelines in examples/ci, which mean something to the CI system only."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """What flags, inputs and variables say: ``run`` by option name, ``project`` and ``function`` as the file would say it."""

    run: Located
    project: Located
    function: Located
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Text:
    option: Option
    text: str
    origin: Origin


def gather(
    *,
    flags: Mapping[str, str],
    inputs: Mapping[str, str] | None,
    environ: Mapping[str, str],
    deployed: Mapping[str, str] | None = None,
) -> Given:
    """Read every text by its option's kind. An empty input or variable counts as absent; an empty flag does not.

    ``deployed`` is what the function on AWS has; everything else beats it.
    """
    reading = own_names(inputs or {})
    sources = (
        list(_of_aws(deployed or {})),
        list(_of_environ(environ)),
        list(_of_inputs(reading.settings)),
        list(_of_flags(flags)),
    )
    usable = [[text for text in source if _is_utf8(text.text)] for source in sources]
    broken = [text for source in sources for text in source if not _is_utf8(text.text)]
    return Given(
        run=_merged(usable, "run"),
        project=_merged(usable, "project"),
        function=_merged(usable, "function"),
        problems=(
            *(_not_utf8(text) for text in broken),
            *_unknown(environ),
            *reading.problems,
            *_unknown_inputs(inputs or {}),
        ),
    )


def _of_flags(flags: Mapping[str, str]) -> Iterable[_Text]:
    return (
        _Text(option, flags[option.name], Origin(source=f"flag --{option.name}"))
        for option in options()
        if option.name in flags
    )


def _of_inputs(settings: Mapping[str, Written]) -> Iterable[_Text]:
    given = ((option, settings.get(option.name)) for option in options())
    return (_Text(option, written.text, written.origin) for option, written in given if written)


def _of_aws(deployed: Mapping[str, str]) -> Iterable[_Text]:
    origin = Origin(source="the function on AWS")
    return (_Text(option, deployed[option.name], origin) for option in options() if option.name in deployed)


def _of_environ(environ: Mapping[str, str]) -> Iterable[_Text]:
    return (
        _Text(option, text, Origin(source=f"environment {option.variable}"))
        for option in options()
        if (text := environ.get(option.variable, "").strip())
    )


def _merged(sources: Iterable[Iterable[_Text]], scope: Scope) -> Located:
    layers = [_nested(text) for source in sources for text in source if text.option.scope == scope]
    return merge(mapping({}), *layers) or mapping({})


def _nested(text: _Text) -> Located:
    """``aws.region`` → ``{aws: {region: …}}``. What ``run`` options are has no place in the file: their name serves."""
    none = text.option.name == "requirements" and text.text.strip() in FALSE
    node = read(text.text, kind="boolean" if none else text.option.kind, origin=text.origin)
    for part in reversed((text.option.key or text.option.name).split(".")):
        node = Located(value={part: node}, origin=text.origin, key_origin=text.origin)
    return node


def _is_utf8(text: str) -> bool:
    return text.isascii() or not any(0xD800 <= ord(character) < 0xE000 for character in text)


def _not_utf8(text: _Text) -> Problem:
    return Problem(origin=text.origin, message="is not UTF-8 text")


def _unknown(environ: Mapping[str, str]) -> Iterable[Problem]:
    known = {option.variable for option in options()} | set(CACHE_VARIABLES) | set(PIPELINE_VARIABLES)
    for name in sorted(environ):
        if name.startswith(_PREFIX) and name not in known:
            message = f"this variable means nothing to lambda-ci{suggestion(name, known)}"
            yield Problem(origin=Origin(source=f"environment {name}"), message=message, severity=Severity.WARNING)


def _unknown_inputs(inputs: Mapping[str, str]) -> Iterable[Problem]:
    known = {option.name for option in options()} | ACTION | ALIASES.keys()
    for name in sorted(name for name, text in inputs.items() if text.strip() and name not in known):
        message = f"there is no such input{suggestion(name, known)}"
        yield Problem(origin=Origin(source=f"input {name}"), message=message, severity=Severity.WARNING)
