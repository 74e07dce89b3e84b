"""What people see: steps, colours, masks, and many threads at once."""

import contextlib
import io
from concurrent.futures import ThreadPoolExecutor

import pytest

from lambda_ci.ci.github import GitHub
from lambda_ci.ci.plain import Plain
from lambda_ci.console import Console, visible
from lambda_ci.model.problem import Origin, Problem
from tests.fakes.quiet import FakeClock


def _console(
    *, github: bool = False, terminal: bool = False, colour: bool = False
) -> tuple[Console, io.StringIO, FakeClock]:
    stream, clock = io.StringIO(), FakeClock()
    style = GitHub(token=lambda: "TOKEN") if github else Plain()
    return Console(stream=stream, style=style, clock=clock, terminal=terminal, colour=colour), stream, clock


def test_a_step_says_how_long_it_took() -> None:
    console, stream, clock = _console()
    with console.step("build"):
        clock.sleep(1.25)
    assert stream.getvalue() == "▸ build\n✓ build (1.2 s)\n"


def test_a_failed_step_says_so_and_lets_the_failure_pass() -> None:
    console, stream, _ = _console(github=True)
    with pytest.raises(KeyboardInterrupt), console.step("build"):
        raise KeyboardInterrupt
    assert stream.getvalue() == "::group::build\n::endgroup::\n✗ build (0.0 s)\n"


def test_steps_within_a_step_share_its_group() -> None:
    console, stream, _ = _console(github=True)
    with console.step("outer"), console.step("inner"):
        pass
    assert stream.getvalue().splitlines() == ["::group::outer", "✓ inner (0.0 s)", "::endgroup::", "✓ outer (0.0 s)"]


def test_colour_is_for_the_mark_only_and_only_where_wanted() -> None:
    console, stream, _ = _console(colour=True)
    console.line("✓ done")
    console.line("✗ failed")
    console.line("a ✓")
    assert stream.getvalue() == "\x1b[32m✓\x1b[0m done\n\x1b[31m✗\x1b[0m failed\na ✓\n"
    plain, stream, _ = _console(terminal=True)
    plain.line("✓ done")
    assert stream.getvalue() == "✓ done\n"


def test_a_masked_value_never_appears_whoever_writes_it() -> None:
    console, stream, _ = _console()
    console.mask("hunter2")
    console.line("it is hunter2")
    console.untrusted("hunter2!")
    console.problem(Problem(origin=Origin(source="a"), message="not hunter2"))
    with console.step("use hunter2"):
        pass
    assert "hunter2" not in stream.getvalue()
    assert stream.getvalue().count("***") == 5


def test_each_line_of_a_secret_is_masked() -> None:
    console, _, _ = _console()
    console.mask("-----BEGIN-----\n  c2VjcmV0\r\n}\n")
    assert console.redact("c2VjcmV0 } -----BEGIN-----") == "*** } ***"


def test_the_longest_secret_is_hidden_first() -> None:
    console, _, _ = _console()
    console.mask("secret")
    console.mask("secret-and-more")
    assert console.redact("secret-and-more") == "***"


def test_a_mask_is_told_to_github_before_use_once_and_nothing_is_nothing() -> None:
    console, stream, _ = _console(github=True)
    console.mask("hunter2")
    console.mask("hunter2")
    console.mask("")
    assert stream.getvalue() == "::add-mask::hunter2\n"


def test_a_secret_cannot_break_the_commands_around_a_text() -> None:
    console, stream, _ = _console(github=True)
    for secret in ("stop", "TOKEN", "group"):
        console.mask(secret)
    console.untrusted("a stop")
    assert stream.getvalue().endswith("::stop-commands::TOKEN\na ***\n::TOKEN::\n")


def test_an_empty_log_is_not_shown() -> None:
    console, stream, _ = _console(github=True)
    console.untrusted("")
    assert stream.getvalue() == ""


def test_progress_is_for_terminals() -> None:
    console, stream, _ = _console()
    with console.progress("fetching", 10) as advance:
        advance(10)
    assert stream.getvalue() == ""


def test_progress_on_a_terminal_leaves_lines_whole() -> None:
    console, stream, _ = _console(terminal=True)
    with console.progress("fetching [red]", 10) as first, console.progress("copying", 10) as second:
        first(5)
        second(5)
        console.line("a line")
    console.line("after")
    assert "a line\n" in stream.getvalue()
    assert stream.getvalue().endswith("after\n")


def test_progress_ends_with_a_failure() -> None:
    console, stream, _ = _console(terminal=True)
    with pytest.raises(KeyboardInterrupt), console.progress("fetching", 10):
        raise KeyboardInterrupt
    console.line("after")
    assert stream.getvalue().endswith("after\n")


def test_lines_of_many_threads_stay_whole() -> None:
    console, stream, _ = _console(github=True)
    texts = [f"{number} " * 50 + "\n::error::x" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(console.untrusted, texts * 20))
    blocks = stream.getvalue().split("::TOKEN::\n")[:-1]
    assert len(blocks) == 160
    assert {block.removeprefix("::stop-commands::TOKEN\n").removesuffix("\n") for block in blocks} == set(texts)


def test_visible_text_has_line_feeds_and_tabs_and_no_other_controls() -> None:
    assert visible("a\tb\r\nc\rd\u2028e\x00") == "a\tb\nc\nd\ne�"


def test_a_step_that_did_not_do_everything_says_so() -> None:
    console, stream, _ = _console()
    with console.step("build") as step:
        step.failed = True
    assert stream.getvalue() == "▸ build\n✗ build (0.0 s)\n"


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(28, "No space left on device")

    with Console(stream=Full(), style=Plain(), clock=FakeClock()).step("deploy"):
        pass


def test_what_is_said_apart_appears_as_a_whole() -> None:
    console, stream, _ = _console()
    with console.apart() as first:
        first.line("one")
        with console.apart() as second:
            second.line("two")
            console.line("meanwhile")
        first.line("more")
    assert stream.getvalue() == "meanwhile\ntwo\none\nmore\n"


def test_a_secret_that_is_masked_apart_is_masked_everywhere_at_once() -> None:
    console, stream, _ = _console(github=True)
    with console.apart() as inner:
        inner.mask("hunter2-hunter2")
        assert stream.getvalue().startswith("::add-mask::hunter2-hunter2\n")
        inner.line("it is hunter2-hunter2")
        console.line("it is hunter2-hunter2")
    assert stream.getvalue().endswith("it is ***\nit is ***\n")


def test_what_was_said_apart_is_kept_when_it_fails() -> None:
    console, stream, _ = _console()
    with contextlib.suppress(KeyboardInterrupt), console.apart() as inner:
        inner.line("one")
        raise KeyboardInterrupt
    assert stream.getvalue() == "one\n"
