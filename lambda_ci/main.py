"""The composition root: makes the world, runs one verb in it, reports, and chooses the exit code.

The only place that reads the clock, and the only catch-all; ``program`` hands it argv, the environment and the streams.
What only a running verb needs is imported where it is used: ``--help`` must not wait for it.
"""

from __future__ import annotations

import argparse
import time

from lambda_ci import __version__
from lambda_ci.inputs.action import from_environ, without_arguments
from lambda_ci.verbs import VERBS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import TextIO

    from lambda_ci.console import Clock
    from lambda_ci.model.result import RunResult
    from lambda_ci.verbs.command import Command
    from lambda_ci.verbs.world import Outcome, World

DESCRIPTION = (
    "Python on AWS Lambda, from source to verified traffic: builds deployment packages from wheels, deploys them, "
    "smoke-tests the new version, and only then moves the alias that callers use."
)
EPILOG = (
    "Exit codes: 0 done, 1 a bug in lambda-ci, 2 configuration, 3 build, 4 package, 5 AWS, 6 verification failed, 7 rolling back "
    "failed, 8 the forge (GitHub, GitLab, Bitbucket) refused, 130 interrupted. `lambda-ci VERB --help` says more about a verb."
)
_WITHOUT_VERB = frozenset({"-h", "--help", "--version"})
REPORT = "please report it, with the lines above and `lambda-ci --version`"


class SystemClock:
    """The machine's time, in seconds."""

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def wait(self, event: threading.Event, seconds: float) -> None:
        event.wait(seconds)

    def utc(self) -> datetime:
        from datetime import UTC, datetime

        return datetime.now(UTC)


def main(
    argv: Sequence[str],
    *,
    environ: Mapping[str, str],
    cwd: Path,
    stdin: TextIO,
    stdout: TextIO,
    stderr: TextIO,
    clock: Clock | None = None,
) -> int:
    """Run one verb and report; returns the exit code, 1 where standard output cannot be written.

    Only arguments that argparse refuses end in SystemExit.
    """
    inputs = from_environ(environ) if argv else without_arguments(environ)
    command = _command(argv or ["--help"], prog="lambda-ci") if argv or inputs is None else _command_of_action(inputs)
    world = _world(environ, inputs, command, cwd=cwd, stdin=stdin, stderr=stderr, clock=clock or SystemClock())
    outcome = _attempt(command, world)
    told = _report(outcome, world=world, as_json=command.json, stdout=stdout)
    _leave(world)
    return outcome.result.exit_code or int(not told)


def _world(
    environ: Mapping[str, str],
    inputs: Mapping[str, str] | None,
    command: Command,
    *,
    cwd: Path,
    stdin: TextIO,
    stderr: TextIO,
    clock: Clock,
) -> World:
    from functools import partial

    from lambda_ci.ci.system import Surroundings, detect
    from lambda_ci.console import Console
    from lambda_ci.inputs.folders import given_folder
    from lambda_ci.verbs.world import World

    folder = partial(given_folder, flags=command.flags, inputs=inputs, environ=environ, cwd=cwd)
    packages = folder("output-dir") or cwd / "dist"
    around = Surroundings(environ=environ, clock=clock, log=stderr, reports=folder("report-dir"), packages=packages)
    ci = detect(around)
    terminal = stderr.isatty() and not environ.get("CI")
    colour = terminal and not environ.get("NO_COLOR")
    return World(
        environ=environ,
        inputs=inputs,
        cwd=cwd,
        stdin=stdin,
        console=Console(stream=stderr, style=ci, clock=clock, terminal=terminal, colour=colour),
        clock=clock,
        ci=ci,
        today=clock.utc().date(),
    )


def _command(argv: Sequence[str], *, prog: str) -> Command:
    """The verb that was asked for, its flags read. Raises SystemExit as argparse does, also after ``--help``."""
    parser = argparse.ArgumentParser(prog=prog, description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("--version", action="version", version=f"lambda-ci {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, title="verbs")
    chosen = argv[0] if argv[0] in VERBS else ""
    command, asked = None, parser
    for name in [chosen] if chosen else VERBS:
        summary, verb = VERBS[name]
        sub = verbs.add_parser(name, help=summary, allow_abbrev=False)
        if name == chosen:
            command = verb()()
            sub.description, sub.usage = command.DESCRIPTION, f"{prog} {name} {command.USAGE}"
            command.declare(sub)
            asked = sub
    if argv[0] not in VERBS and argv[0] not in _WITHOUT_VERB:
        parser.error(_no_verb(argv[0]))
    _, unknown = parser.parse_known_args(argv, namespace=command)
    if unknown:
        asked.error(_unknown(unknown, asked.format_help()))
    assert command is not None, "argparse refuses to go on without a verb"
    return command


def _command_of_action(inputs: Mapping[str, str]) -> Command:
    """The verb that the action's inputs ask for; what they say of settings is read by the inputs stage."""
    from lambda_ci.verbs.action import argv_of, refusal

    refused = refusal(inputs)
    return refused or _command(argv_of(inputs), prog="lambda-ci")


def _no_verb(word: str) -> str:
    from lambda_ci.inputs.wording import suggestion

    if word.startswith("-"):
        return f"the verb comes first, options after it: lambda-ci VERB {word.partition('=')[0]} …"
    return f'there is no verb "{word}"{suggestion(word, VERBS)} (`lambda-ci --help` lists them)'


def _unknown(words: Sequence[str], known: str) -> str:
    """What of the command line means nothing to a verb whose help is ``known``. Values stay out: they may be secret."""
    import re

    from lambda_ci.inputs.wording import suggestion

    flags = dict.fromkeys(re.findall(r"--[a-z0-9-]+", known))
    named = [word.partition("=")[0] for word in words if word.startswith("-")]
    return "unrecognized arguments: " + (", ".join(f"{name}{suggestion(name, flags)}" for name in named) or words[0])


def _attempt(command: Command, world: World) -> Outcome:
    from lambda_ci.errors import Interrupted, LambdaCiError
    from lambda_ci.verbs.outcome import failed

    started = world.clock.monotonic()
    stopped = Interrupted("interrupted by a signal", fix="run it again: a second run finishes what this one began")
    try:
        return command.run(world)
    except LambdaCiError as error:
        return failed(command, error, seconds=world.clock.monotonic() - started)
    except KeyboardInterrupt:
        return failed(command, stopped, seconds=world.clock.monotonic() - started)
    except Exception as error:
        if _hides_an_interrupt(error):
            return failed(command, stopped, seconds=world.clock.monotonic() - started)
        import traceback

        world.console.untrusted(traceback.format_exc())
        bug = LambdaCiError(f"a bug in lambda-ci {__version__}: {type(error).__name__}: {error}", fix=REPORT)
        return failed(command, bug, seconds=world.clock.monotonic() - started)


def _hides_an_interrupt(error: Exception) -> bool:
    """Pydantic turns an interrupt that comes while it makes a model into a SchemaError, and leaves only its name."""
    return type(error).__name__ == "SchemaError" and str(error).rstrip(": \n").endswith("KeyboardInterrupt")


def _report(outcome: Outcome, *, world: World, as_json: bool, stdout: TextIO) -> bool:
    """Say what happened, everywhere it is read: the CI system, standard output, and last of all the log.

    False where standard output did not take it.
    """
    from lambda_ci.ci.checkout import from_the_top
    from lambda_ci.report.document import printed
    from lambda_ci.report.failure import failures_text, marks
    from lambda_ci.report.redaction import redacted

    console = world.console
    result = redacted(outcome.result, console.redact)
    for problem in marks(result):
        console.mark(from_the_top(problem, environ=world.environ, cwd=world.cwd))
    if result.functions or result.failure or result.affected or result.notice:
        _hand_on(result, world)
    answer = (
        printed(redacted(outcome.document, console.redact))
        if as_json
        else world.ci.answer(console.redact(outcome.text))
    )
    trouble = _print(answer, stdout)
    if failures := failures_text(result):
        console.line(failures)
    if trouble:
        console.line(f"✗ standard output cannot be written: {trouble}")
    return not trouble


def _hand_on(result: RunResult, world: World) -> None:
    """Write what later steps and people read: the outputs, the job summary and the problems, where the CI system has them."""
    from pathlib import Path

    from lambda_ci.ci.checkout import from_the_top
    from lambda_ci.report.failure import marks
    from lambda_ci.report.outputs import outputs
    from lambda_ci.report.summary import summary

    values = outputs(result, workspace=Path(world.environ.get("GITHUB_WORKSPACE") or world.cwd))
    found = (from_the_top(one, environ=world.environ, cwd=world.cwd) for one in (*marks(result), *result.warnings))
    troubles = (
        world.ci.write_outputs(values),
        world.ci.write_summary(summary(result)),
        world.ci.write_problems(tuple(found)),
    )
    for trouble in filter(None, troubles):
        world.console.problem(trouble)


def _leave(world: World) -> None:
    """GitHub's runner mounts a folder of its own as HOME: it could not remove what root leaves there (the cache)."""
    home = world.environ.get("HOME")
    if world.inputs is not None and home:
        from pathlib import Path

        from lambda_ci.adapters.ownership import give_back

        give_back(Path(home))


def _print(text: str, stdout: TextIO) -> str:
    """Why it cannot be written, or nothing. A reader that went away (``| head``) is not an error."""
    if not text:
        return ""
    try:
        stdout.write(text + "\n")
        stdout.flush()
    except BrokenPipeError:
        return ""
    except OSError as error:
        return error.strerror or str(error)
    return ""
