"""Being a function: the base class of handlers, and what an application supplies to it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol, overload

    from .payload import Json
else:
    # Importing typing would cost a function more than all of this package.
    Protocol = object

    def overload(declaration: Callable) -> Callable:
        return declaration


class Config(Protocol):
    """Where settings come from, by name, with a default or ``None``: any mapping is one."""

    @overload
    def get(self, key: str, /) -> Json: ...
    @overload
    def get(self, key: str, default: Json, /) -> Json: ...  # noqa: F811 - an overload


class LambdaContext(Protocol):
    """Lambda's context object (https://docs.aws.amazon.com/lambda/latest/dg/python-context.html), the parts always present."""

    function_name: str
    function_version: str
    invoked_function_arn: str
    memory_limit_in_mb: str
    aws_request_id: str
    log_group_name: str
    log_stream_name: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""


class ExecutionContext(Protocol):
    """What an application supplies to its handlers: ``config`` and ``notify``. A class that has them is one; it may inherit.

    Where it also has ``event`` and ``context``, a handler that nobody called takes them from there.
    """

    if TYPE_CHECKING:  # at run time a subclass may assign it

        @property
        def config(self) -> Config:
            """The settings."""

    def notify(self, error: BaseException) -> None:
        """Report that something failed."""
        raise NotImplementedError(f"{type(self).__name__} has no method notify()") from error


class EnvironmentContext:
    """An execution context that reads the environment variables and tells the log.

    ``environ`` is the environment of the process unless another mapping is given.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = environ

    @property
    def config(self) -> Mapping[str, str]:
        if self._environ is not None:
            return self._environ
        import os

        return os.environ  # noqa: TID251 - inside a function, nobody else reads it

    def notify(self, error: BaseException) -> None:
        """Print the error with its traceback on standard error, which is the function's log."""
        from traceback import print_exception

        print_exception(type(error), error, error.__traceback__)


class LambdaHandler:
    """The base class of handlers. A subclass writes ``handle``, and an instance at module level is the function's handler:

        class Orders(LambdaHandler):
            def handle(self):
                return {"table": self.config.get("TABLE", "orders"), "id": self.event["id"]}

        handler = Orders(EnvironmentContext())

    Lambda calls ``handler(event, context)``, as does LocalFunctionDispatcher. What ``handle`` raises is given to ``notify`` and
    raised again, so that Lambda sees the failure. ``event`` and ``context`` are those of the invocation in which ``self`` was
    given to ``handle``, also in its threads and when the handler calls itself; every other attribute is shared by all invocations
    of the instance, as usual: a connection made once is there in the next.
    """

    __slots__ = ("__dict__", "__weakref__", "_arguments", "execution_context")

    def __init__(self, execution_context: ExecutionContext) -> None:
        self.execution_context = execution_context
        self._arguments: tuple[Json, LambdaContext] | None = None

    @property
    def config(self) -> Config:
        """The application's settings: ``config.get(key, default)``."""
        return self.execution_context.config

    @property
    def event(self) -> Json:
        """The event of this invocation, decoded."""
        return self._arguments[0] if self._arguments else getattr(self.execution_context, "event", None)

    @property
    def context(self) -> LambdaContext:
        """Lambda's context object of this invocation."""
        if self._arguments:
            return self._arguments[1]
        return getattr(self.execution_context, "context", None)  # type: ignore[return-value]

    def notify(self, error: BaseException) -> None:
        """Tell the application's execution context about an error; also for those which ``handle`` deals with itself."""
        self.execution_context.notify(error)

    def handle(self) -> object:
        """Answer the event: anything that is JSON. To be written by the subclass."""
        raise NotImplementedError(f"{type(self).__name__} has no method handle()")

    def __call__(self, event: Json, context: LambdaContext) -> object:
        """The entry point: one invocation. Raises what ``handle`` raises."""
        invocation = self._for(event, context)
        try:
            return invocation.handle()
        except Exception as error:
            invocation._tell(error)
            raise

    def _for(self, event: Json, context: LambdaContext) -> LambdaHandler:
        """A twin: ``__dict__`` is shared, the slots are its own."""
        twin = object.__new__(type(self))
        twin.__dict__ = self.__dict__
        twin.execution_context = self.execution_context
        twin._arguments = (event, context)
        return twin

    def _tell(self, error: Exception) -> None:
        """Notify; a failure of that must not hide the first one, and goes to the log."""
        try:
            self.notify(error)
        except Exception:  # noqa: BLE001 - whatever the application's notify raises
            from traceback import print_exc

            print_exc()
