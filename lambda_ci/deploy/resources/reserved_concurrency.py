"""How many invocations of a function may run at once. GetFunction tells it, so comparing costs no request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.deploy.writes.function import Write, write
from lambda_ci.model.change import Action, Change, FieldChange, Resource

if TYPE_CHECKING:
    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live
    from lambda_ci.deploy.services import Services


def reservation(desired: Desired, live: Live | None) -> Change | None:
    """What has to change; ``None``: nothing. Pure."""
    wanted, seen = _wanted(desired), live.reserved_concurrency if live else None
    if desired.reserved_concurrency is None or wanted == seen:
        return None
    action = Action.DELETE if wanted is None else Action.CREATE if seen is None else Action.UPDATE
    field = FieldChange(field="reserved-concurrency", before=_shown(seen), after=_shown(wanted))
    return Change(resource=Resource.RESERVED_CONCURRENCY, action=action, fields=(field,))


def stops(desired: Desired) -> bool:
    """Whether no call may run any more: that comes last, because the smoke tests are calls as well."""
    return desired.reserved_concurrency == 0


def reserve(desired: Desired, _current: Current, live: Live, services: Services) -> Live:
    """The function with the declared reservation. The requests are the same however often they are made."""
    client, wanted = services.aws.lambda_client(), _wanted(desired)
    doing = f"{'reserve concurrency for' if wanted is not None else 'end the reserved concurrency of'} {desired.function_name}"

    def send(_live: Live) -> None:
        if wanted is None:
            complete(client.delete_function_concurrency(FunctionName=desired.function_name), doing=doing)
            return
        answer = client.put_function_concurrency(
            FunctionName=desired.function_name, ReservedConcurrentExecutions=wanted
        )
        complete(answer, "ReservedConcurrentExecutions", doing=doing)

    def needed(seen: Live) -> bool:
        return reservation(desired, seen) is not None

    return write(Write(function_name=desired.function_name, doing=doing, needed=needed, send=send), live, services)


def _wanted(desired: Desired) -> int | None:
    return desired.reserved_concurrency if isinstance(desired.reserved_concurrency, int) else None


def _shown(count: int | None) -> str:
    return "" if count is None else str(count)
