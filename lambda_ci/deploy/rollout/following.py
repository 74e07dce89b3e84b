"""A deployment of AWS CodeDeploy seen from outside: how far it is, where the calls are, and what is still to be done after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.resources.alias import describe_alias, move_alias, read_alias
from lambda_ci.deploy.writes.alias import Work, carry_out
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambda_ci.adapters.codedeploy import Deployment, Group, Shift
    from lambda_ci.deploy.resources.alias import Alias
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.history import History

_FIRST, _SLOWER, _LAST = 2.0, 1.5, 15.0
"""Seconds between two looks at a deployment: at first, by how much longer each time, and at most."""
_GIVING_BACK = 2.0
"""Seconds between two looks at an alias whose calls come back."""
_BLIND = 3
"""Looks in a row that may fail."""


def follow(identity: str, services: Services) -> Deployment:
    """The deployment once it is over; its steps are told as they begin. Raises ``AwsError`` where CodeDeploy does not answer."""
    client, told, blind, pause = services.aws.codedeploy(), set[str](), 0, _FIRST
    while True:
        try:
            deployment = client.deployment(identity)
        except AwsError:
            blind += 1
            if blind >= _BLIND:
                raise
        else:
            blind = 0
            if deployment.over:
                return deployment
            begun = {event.name for event in client.events(identity) if event.status == "InProgress"}
            for name in sorted(begun - told):
                services.console.line(f"CodeDeploy {identity}: {name}")
            told |= begun
        services.clock.sleep(pause)
        pause = min(pause * _SLOWER, _LAST)


def find(shift: Shift, group: Group, services: Services) -> tuple[str, Deployment | None]:
    """The id of this very shift where the group works on it, else empty; and what it works on."""
    running = services.aws.codedeploy().under_way(group)
    same = (one for one in running if one.description == shift.description and not one.goes_back)
    ours = next((one.identity for one in same), "")
    return ours, next(iter(running), None)


def given_back(identity: str, shift: Shift, services: Services, *, seconds: float) -> bool:
    """Whether the deployment is over and all calls are where they were before it, waited for so long. Raises ``AwsError``."""
    deadline = services.clock.monotonic() + seconds
    while True:
        deployment, alias = services.aws.codedeploy().deployment(identity), _read(shift, services)
        if deployment.over and (alias is None or _is_back(alias, shift)):
            return True
        if deployment.succeeded or services.clock.monotonic() >= deadline:
            return False
        services.clock.sleep(_GIVING_BACK)


def take_back(shift: Shift, services: Services) -> str:
    """Give the calls back where CodeDeploy has not; an alias that somebody else moved stays. The version that it runs then.

    Raises ``AwsError``.
    """

    def history(alias: Alias) -> History:
        return alias.history.rolled_back(shift.before) if alias.version == shift.after else alias.history

    alias = _write(
        shift,
        services,
        doing="give the calls back",
        needed=lambda alias: alias.version in {shift.before, shift.after} and not _is_back(alias, shift),
        send=lambda alias: move_alias(
            services.aws.lambda_client(), alias, version=shift.before, history=history(alias)
        ),
    )
    return alias.version if alias else "none"


def record(shift: Shift, services: Services, *, init_seconds: float | None = None) -> Alias | None:
    """Write into the alias what it ran, which CodeDeploy does not; an alias that runs something else stays. Raises ``AwsError``.

    ``init_seconds``: how long the version's first environment took to be ready; ``None``: what is written down stays.
    """

    def history(alias: Alias) -> History:
        known = alias.history.init_seconds(shift.after)
        return alias.history.released(shift.after, init_seconds=known if init_seconds is None else init_seconds)

    return _describe(shift, services, version=shift.after, history=history)


def record_left(shift: Shift, services: Services) -> None:
    """Write into the alias what it was not to run any more. Raises ``AwsError``."""
    _describe(shift, services, version=shift.before, history=lambda alias: alias.history.left(shift.after))


def _describe(shift: Shift, services: Services, *, version: str, history: Callable[[Alias], History]) -> Alias | None:
    return _write(
        shift,
        services,
        doing="write what ran into the description",
        needed=lambda alias: alias.version == version and alias.description != history(alias).text,
        send=lambda alias: describe_alias(services.aws.lambda_client(), alias, history=history(alias)),
    )


def _write(
    shift: Shift,
    services: Services,
    *,
    doing: str,
    needed: Callable[[Alias], bool],
    send: Callable[[Alias], Alias],
) -> Alias | None:
    subject = f"the alias {shift.alias} of {shift.function_name}"
    work: Work[Alias | None] = Work(
        subject=subject,
        doing=f"{doing} of {subject}",
        needed=lambda alias: alias is not None and needed(alias),
        send=lambda alias: send(alias) if alias else None,
        look=lambda: _read(shift, services),
    )
    return carry_out(work, _read(shift, services), services)


def _is_back(alias: Alias, shift: Shift) -> bool:
    return alias.version == shift.before and not alias.split


def _read(shift: Shift, services: Services) -> Alias | None:
    return read_alias(services.aws.lambda_client(), shift.function_name, shift.alias)
