"""The base class of handlers."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from lambda_ci.dispatch import (
    EnvironmentContext,
    ExecutionContext,
    LambdaExecuteError,
    LambdaHandler,
    LocalFunctionDispatcher,
)
from lambda_ci.dispatch.local import LocalContext

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTEXT = LocalContext("orders")


class Recorder:
    """An application's execution context. It inherits nothing."""

    def __init__(self, config: Mapping[str, str] | None = None) -> None:
        self.config = config or {}
        self.told: list[BaseException] = []

    def notify(self, error: BaseException) -> None:
        self.told.append(error)


class Echo(LambdaHandler):
    def handle(self) -> object:
        return self.event, self.context, self.config.get("TABLE", "orders")


class Failing(LambdaHandler):
    def handle(self) -> object:
        raise ValueError(self.event)


def test_a_handler_sees_its_event_its_context_and_its_settings() -> None:
    assert Echo(Recorder())({"id": 1}, CONTEXT) == ({"id": 1}, CONTEXT, "orders")
    assert Echo(Recorder({"TABLE": "t"}))({}, CONTEXT) == ({}, CONTEXT, "t")


def test_a_failure_is_told_and_raised_again() -> None:
    application = Recorder()
    with pytest.raises(ValueError, match="boom") as caught:
        Failing(application)("boom", CONTEXT)
    assert application.told == [caught.value]


def test_a_handler_can_tell_about_errors_that_it_deals_with() -> None:
    class Careful(LambdaHandler):
        def handle(self) -> object:
            self.notify(KeyError("told"))
            return "done"

    application = Recorder()
    assert Careful(application)({}, CONTEXT) == "done"
    assert [str(error) for error in application.told] == ["'told'"]


def test_a_subclass_may_tell_in_its_own_way() -> None:
    class Louder(Failing):
        def notify(self, error: BaseException) -> None:
            super().notify(RuntimeError(f"{self.event}: {error}"))

    application = Recorder()
    with pytest.raises(ValueError, match="boom"):
        Louder(application)("boom", CONTEXT)
    assert [str(error) for error in application.told] == ["boom: boom"]


def test_a_failure_to_tell_does_not_hide_the_failure(capsys: pytest.CaptureFixture[str]) -> None:
    class Broken(Recorder):
        def notify(self, error: BaseException) -> None:
            raise ConnectionError("nobody listens") from error

    with pytest.raises(ValueError, match="boom"):
        Failing(Broken())("boom", CONTEXT)
    assert "ConnectionError: nobody listens" in capsys.readouterr().err


def test_a_handler_without_handle_says_so() -> None:
    with pytest.raises(NotImplementedError, match=r"Empty has no method handle\(\)"):
        type("Empty", (LambdaHandler,), {})(Recorder())({}, CONTEXT)


def test_threads_that_share_a_handler_see_their_own_events() -> None:
    together = Barrier(8)

    class Slow(LambdaHandler):
        def handle(self) -> object:
            together.wait(60)
            return self.event

    handler = Slow(Recorder())
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda event: handler(event, CONTEXT), range(8))) == list(range(8))


def test_threads_of_a_handler_see_its_event() -> None:
    class Spread(LambdaHandler):
        def handle(self) -> object:
            with ThreadPoolExecutor(2) as pool:
                return list(pool.map(self.one, range(3)))

        def one(self, number: int) -> object:
            return self.event[number]

    assert Spread(Recorder())("abc", CONTEXT) == ["a", "b", "c"]


def test_a_handler_that_calls_itself_finds_its_event_again() -> None:
    class Countdown(LambdaHandler):
        def handle(self) -> object:
            below = LocalFunctionDispatcher().dispatch(countdown, self.event - 1) if self.event else []
            return [self.event, *below]

    countdown = Countdown(Recorder())
    assert countdown(3, CONTEXT) == [3, 2, 1, 0]


def test_what_a_handler_keeps_is_there_in_the_next_invocation() -> None:
    class Keeping(LambdaHandler):
        def __init__(self, execution_context: ExecutionContext) -> None:
            super().__init__(execution_context)
            self.count = 0

        @cached_property
        def connection(self) -> object:
            return object()

        def handle(self) -> object:
            self.count += 1
            return self.count, self.connection

    handler = Keeping(Recorder())
    first, second = handler({}, CONTEXT), handler({}, CONTEXT)
    assert isinstance(first, tuple)
    assert second == (2, first[1])
    assert handler.count == 2


def test_an_invocation_leaves_no_event_behind() -> None:
    handler = Echo(Recorder())
    handler({"id": 1}, CONTEXT)
    assert handler.event is None
    assert handler.context is None


def test_an_execution_context_may_bring_the_event_itself() -> None:
    class Prepared(Recorder):
        event = {"id": 1}  # noqa: RUF012
        context = CONTEXT

    handler = Echo(Prepared())
    assert handler.handle() == ({"id": 1}, CONTEXT, "orders")
    assert handler({"id": 2}, CONTEXT) == ({"id": 2}, CONTEXT, "orders")


def test_an_execution_context_may_inherit(capsys: pytest.CaptureFixture[str]) -> None:
    class Silent(ExecutionContext):
        def __init__(self) -> None:
            self.config = {"TABLE": "t"}  # type: ignore[misc]

    application = Silent()  # type: ignore[abstract]
    assert Echo(application)({}, CONTEXT) == ({}, CONTEXT, "t")
    with pytest.raises(ValueError, match="boom"):
        Failing(application)("boom", CONTEXT)
    assert "Silent has no method notify()" in capsys.readouterr().err


def test_falsy_events_are_events() -> None:
    events: tuple[object, ...] = (None, 0, "", [], {})
    for event in events:
        assert Echo(Recorder())(event, CONTEXT) == (event, CONTEXT, "orders")


def test_the_environment_context_reads_the_environment_when_asked() -> None:
    context = EnvironmentContext()
    os.environ["LAMBDA_CI_TEST_TABLE"] = "t"
    try:
        assert context.config.get("LAMBDA_CI_TEST_TABLE") == "t"
    finally:
        del os.environ["LAMBDA_CI_TEST_TABLE"]
    assert context.config.get("LAMBDA_CI_TEST_TABLE", "default") == "default"


def test_the_environment_context_takes_another_mapping() -> None:
    assert EnvironmentContext({}).config.get("PATH", "none") == "none"


def test_the_environment_context_tells_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(LambdaExecuteError):
        LocalFunctionDispatcher().dispatch(Failing(EnvironmentContext({})), "boom")
    told = capsys.readouterr().err
    assert told.startswith("Traceback (most recent call last):")
    assert told.endswith("ValueError: boom\n")
