"""Reading event source mappings, writing them, and removing them.

A mapping is made, changed and deleted over seconds or minutes, and takes no other change meanwhile. Source: "Event source mappings" in
the developer guide.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import unless_absent
from lambda_ci.deploy.desired import MARK
from lambda_ci.deploy.triggers.event_source_members import created, found, updated
from lambda_ci.deploy.triggers.event_sources import CHANGING, DELETING, check_replaceable, differing, replaced
from lambda_ci.deploy.triggers.mappings import listed
from lambda_ci.deploy.writes.alias import Work, carry_out
from lambda_ci.deploy.writes.retry import RIGHTS_WORDS
from lambda_ci.deploy.writes.waiting import SETTLING, pauses
from lambda_ci.errors import AwsError
from lambda_ci.model.event_source import FACTS, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_lambda import LambdaClient

    from lambda_ci.deploy.services import Services
    from lambda_ci.deploy.triggers.event_sources import EventSource, Found
    from lambda_ci.deploy.triggers.permissions import Place


def read_event_sources(client: LambdaClient, place: Place, wanted: Sequence[EventSource] = ()) -> dict[str, Found]:
    """All mappings of the alias, by name. One request for every 100, and one more for each that shall go."""
    declared, seen = {one.name: one for one in wanted}, find_event_sources(client, place.alias_arn)
    for name, one in seen.items():
        if one.state != DELETING and (name not in declared or replaced(declared[name], one)):
            seen[name] = replace(one, ours=_mark(client, one, place) == place.project)
    return seen


def put_event_source(wanted: EventSource, seen: Found | None, place: Place, services: Services) -> None:
    """As declared, and polled or not as declared when this returns."""
    if seen is not None and seen.state != DELETING and replaced(wanted, seen):
        check_replaceable(seen)
        remove_event_source(seen, services)
        seen = settled(replace(seen, state=DELETING), services)
    work = _work(wanted, place, services)
    busy = seen is not None and seen.state in CHANGING
    try:
        now = carry_out(work, work.look() if busy else seen, services)
    except AwsError as error:
        if explained := _explained(error, wanted):
            raise explained from error
        raise
    _check_polled(wanted, now and settled(now, services))


def remove_event_source(seen: Found, services: Services) -> None:
    """That it is gone already is fine. AWS deletes it over the next seconds."""
    client, doing = services.aws.lambda_client(), f"remove the event source {seen.name}"

    def send(_now: Found | None) -> Found | None:
        answer = unless_absent(lambda: client.delete_event_source_mapping(UUID=seen.uuid), doing=doing)
        if answer is not None:
            complete(answer, "UUID", doing=doing)
        return None

    work = Work[Any](
        subject=f"the event source {seen.name}",
        doing=doing,
        needed=lambda now: now is not None and now.state != DELETING,
        send=send,
        look=lambda: _look(seen, services),
    )
    carry_out(work, seen, services)


def settled(seen: Found, services: Services) -> Found | None:
    """The mapping once AWS has done what it is at; ``None`` where that was deleting it. Raises ``AwsError`` after ten minutes."""
    now: Found | None = seen
    deadline, rests = services.clock.monotonic() + SETTLING, pauses()
    while now is not None and now.state in CHANGING:
        if services.clock.monotonic() >= deadline:
            raise AwsError(
                f"the event source {seen.name} is still {now.state} after {SETTLING:.0f} s ({now.uuid})",
                why=f"Lambda is at work on it{f': {now.result}' if now.result else '.'}",
                fix="run this again: it goes on where this stopped",
            )
        services.clock.sleep(next(rests))
        now = _look(seen, services)
    return now


def _work(wanted: EventSource, place: Place, services: Services) -> Work[Any]:
    client, target = services.aws.lambda_client(), f"{place.function_name}:{place.alias}"
    doing = f"let {wanted.name} call {target}"

    def send(now: Found | None) -> Found:
        answer: Any
        if now is None:
            tags = {MARK: place.project}
            answer = client.create_event_source_mapping(FunctionName=target, Tags=tags, **created(wanted))
        else:
            answer = client.update_event_source_mapping(UUID=now.uuid, **updated(wanted, differing(wanted, now)))
        complete(answer, "UUID", "State", doing=doing)
        return found(answer)

    def look() -> Found | None:
        now = find_event_sources(client, place.alias_arn).get(wanted.name)
        return now and settled(now, services)

    return Work[Any](
        subject=f"the event source {wanted.name}",
        doing=doing,
        needed=lambda now: now is None or bool(differing(wanted, now)),
        send=send,
        look=look,
    )


def find_event_sources(client: LambdaClient, alias_arn: str) -> dict[str, Found]:
    """All mappings of an alias, by name; whose they are is not asked."""
    found_of_it = (found(one) for one in listed(client, alias_arn) if one.get("FunctionArn") == alias_arn)
    return {one.name: one for one in found_of_it}


def _look(seen: Found, services: Services) -> Found | None:
    client, doing = services.aws.lambda_client(), f"read the event source mapping {seen.uuid}"
    answer = unless_absent(lambda: client.get_event_source_mapping(UUID=seen.uuid), doing=doing)
    if answer is None:
        return None
    complete(answer, "UUID", "State", doing=doing)
    return found(answer)


def _mark(client: LambdaClient, seen: Found, place: Place) -> str:
    """The project whose it is; empty where nobody's, or where it is gone meanwhile."""
    doing = f"read the tags of the event source mapping {seen.uuid}"
    arn = f"{place.function_arn.partition(':function:')[0]}:event-source-mapping:{seen.uuid}"
    answer = unless_absent(lambda: client.list_tags(Resource=arn), doing=doing)
    if answer is None:
        return ""
    complete(answer, "Tags", doing=doing)
    return answer["Tags"].get(MARK, "")


def _explained(error: AwsError, wanted: EventSource) -> AwsError | None:
    """What the function's role lacks; ``None`` where that is not why."""
    kind = kind_of(wanted.source_arn)
    if kind is None or not any(words in error.what for words in RIGHTS_WORDS):
        return None
    statement = json.dumps({"Effect": "Allow", "Action": list(FACTS[kind].role), "Resource": wanted.source_arn})
    return AwsError(
        error.what,
        why="Lambda polls with the rights of the function's role, not with those of this run. A right that was given takes some "
        "seconds to be known, which were waited for.",
        fix=f"add to a policy of the function's role: {statement}",
    )


def _check_polled(wanted: EventSource, now: Found | None) -> None:
    """Raises ``AwsError`` where AWS took the request and did otherwise."""
    if now is None:
        raise AwsError(f"the event source {wanted.name} was deleted while this run made it", fix="run this again")
    if now.enabled is not None and now.enabled != wanted.enabled:
        told = "; ".join(part for part in (now.why, now.result) if part)
        raise AwsError(
            f"the event source {wanted.name} ended in the state {now.state}{f': {told}' if told else ''}",
            why="Lambda took the request, and could not carry it out.",
            fix="mend what Lambda says, and run this again",
        )
