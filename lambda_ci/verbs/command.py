"""What all verbs share: the typed object that argparse fills, and the flags that several of them take."""

from __future__ import annotations

from abc import ABC, abstractmethod
from argparse import SUPPRESS, HelpFormatter
from typing import TYPE_CHECKING, ClassVar

from lambda_ci.inputs.options import options

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from lambda_ci.inputs.options import Option
    from lambda_ci.verbs.world import Outcome, World

_PREFIX = "option_"
_REPEATABLE = frozenset({"list", "map"})
_GROUPS = {
    "run": "what to work on",
    "project": "settings of the project (flags beat the file)",
    "function": "settings of every chosen function (flags beat the file)",
}
_METAVARS = {"map": "KEY=VALUE", "path": "PATH", "integer": "N", "number": "N", "json": "JSON"}


class _Whole(HelpFormatter):
    """Flags are not broken at their hyphens, so that they can be found and copied."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        from textwrap import fill

        return fill(text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


class Command(ABC):
    """One verb of the command line. argparse sets the attributes; ``run`` does the work."""

    DESCRIPTION: ClassVar[str]
    USAGE: ClassVar[str] = "[options]"

    json: bool = False

    @staticmethod
    @abstractmethod
    def declare(parser: argparse.ArgumentParser) -> None:
        """Declare the verb's flags and arguments."""

    @abstractmethod
    def run(self, world: World) -> Outcome:
        """Do it. Raises LambdaCiError for every failure that is not one function's own."""

    @property
    def flags(self) -> Mapping[str, str]:
        """The settings given as flags: name → text as typed; a repeated flag's texts joined by line feeds."""
        given = {name: value for name, value in vars(self).items() if name.startswith(_PREFIX) and value is not None}
        return {
            name.removeprefix(_PREFIX).replace("_", "-"): "\n".join(value) if isinstance(value, list) else str(value)
            for name, value in given.items()
        }


def add_json(parser: argparse.ArgumentParser) -> None:
    """``--json``: one document on standard output."""
    parser.add_argument(
        "--json", action="store_true", help="print one JSON document on standard output, and nothing else there"
    )


def add_local(parser: argparse.ArgumentParser) -> None:
    """``--local``: the embedded AWS."""
    text = "use the embedded AWS on this machine (extra `local`); it is started where needed and goes on running"
    parser.add_argument("--local", action="store_true", help=text)


def add_settings(
    parser: argparse.ArgumentParser, *, only: frozenset[str] | None = None, explained: bool = False
) -> None:
    """Every setting as a flag, or ``only`` some. What the file says as well, dozens, is ``explained`` in the help or just named."""
    chosen = [option for option in options() if only is None or option.name in only]
    for scope, title in _GROUPS.items():
        if members := [option for option in chosen if option.scope == scope]:
            shown = scope == "run" or explained
            group = parser.add_argument_group(title) if shown else parser
            for option in members:
                _add(group, option, shown=shown and not option.member)
    named = [option for option in chosen if option.member or (option.scope != "run" and not explained)]
    parser.formatter_class = _Whole
    parser.epilog = _epilog(named, explained=explained)


def _epilog(named: Sequence[Option], *, explained: bool) -> str:
    flags = ", ".join(f"--{option.name}" for option in named)
    if explained:
        return f"Every member of Lambda's API is a flag as well, see docs/reference.md: {flags}."
    return flags and f"Every setting of the file is a flag as well; `lambda-ci check --help` explains them: {flags}."


def _add(group: argparse._ActionsContainer, option: Option, *, shown: bool) -> None:
    flag, destination = f"--{option.name}", _PREFIX + option.name.replace("-", "_")
    help_text = option.help.replace("%", "%%") if shown else SUPPRESS
    if option.kind in _REPEATABLE:
        group.add_argument(flag, dest=destination, action="append", help=help_text, metavar=_metavar(option))
    elif option.kind == "boolean":
        group.add_argument(flag, dest=destination, nargs="?", const="true", help=help_text, metavar="true|false")
    else:
        group.add_argument(flag, dest=destination, help=help_text, metavar=_metavar(option))


def _metavar(option: Option) -> str:
    return "|".join(option.choices) if option.choices else _METAVARS.get(option.kind, "TEXT")


class AwsCommand(Command):
    """A verb that goes to AWS, the real or the embedded one, for the functions of the settings."""

    local: bool = False

    @staticmethod
    def declare(parser: argparse.ArgumentParser) -> None:
        add_json(parser)
        add_local(parser)
        add_settings(parser)
