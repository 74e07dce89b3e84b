"""Environments that are kept warm for an alias. They follow it to another version, which takes a while each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import ABSENT, unless_absent
from lambda_ci.deploy.writes.alias import Work, carry_out
from lambda_ci.errors import AwsError
from lambda_ci.model.change import Action, Change, FieldChange, Resource

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import (
        GetProvisionedConcurrencyConfigResponseTypeDef,
        PutProvisionedConcurrencyConfigResponseTypeDef,
    )

    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.services import Services

WARMING = 900.0
"""Seconds until all are ready: AWS starts them at a limited rate, and each runs its initialisation."""
_PAUSE = 5.0
_READY, _FAILED = "READY", "FAILED"


@dataclass(frozen=True, kw_only=True)
class Provisioned:
    """Environments that are kept warm. ``status`` is AWS's word: IN_PROGRESS, READY or FAILED."""

    requested: int
    status: str
    reason: str = ""


def read_provisioned(client: LambdaClient, function_name: str, alias: str) -> Provisioned | None:
    """``None`` where none is kept warm."""
    doing = f"read the provisioned concurrency of {function_name}:{alias}"
    answer = unless_absent(
        lambda: client.get_provisioned_concurrency_config(FunctionName=function_name, Qualifier=alias),
        doing=doing,
        codes={ABSENT, "ProvisionedConcurrencyConfigNotFoundException"},
    )
    return provisioned_of(answer, doing) if answer is not None else None


def provisioned_of(
    answer: GetProvisionedConcurrencyConfigResponseTypeDef | PutProvisionedConcurrencyConfigResponseTypeDef, doing: str
) -> Provisioned:
    """The answer, typed. Raises ``AwsError`` where it is not one of AWS."""
    complete(answer, "RequestedProvisionedConcurrentExecutions", "Status", doing=doing)
    return Provisioned(
        requested=answer["RequestedProvisionedConcurrentExecutions"],
        status=answer["Status"],
        reason=answer.get("StatusReason", ""),
    )


def provisioned_change(desired: Desired, provisioned: Provisioned | None) -> Change | None:
    """What has to change; ``None``: nothing. Those that are still being started are waited for, which is a change as well. Pure."""
    wanted, seen = desired.provisioned_concurrency, provisioned
    if wanted is None or (wanted == "none" and seen is None):
        return None
    before = str(seen.requested) if seen else ""
    after = "" if wanted == "none" else str(wanted)
    if seen and before == after and seen.status == _READY:
        return None
    if seen and before == after:
        field = FieldChange(field="status", before=seen.status, after=_READY)
    else:
        field = FieldChange(field="provisioned-concurrency", before=before, after=after)
    action = Action.DELETE if wanted == "none" else Action.UPDATE if seen else Action.CREATE
    return Change(resource=Resource.PROVISIONED_CONCURRENCY, action=action, fields=(field,))


def put_provisioned(desired: Desired, provisioned: Provisioned | None, services: Services) -> Provisioned | None:
    """As declared, and ready. Raises ``AwsError`` where AWS cannot, or not in time."""
    client, name, alias = services.aws.lambda_client(), desired.function_name, desired.alias
    wanted = desired.provisioned_concurrency
    doing = f"{'end' if wanted == 'none' else 'write'} the provisioned concurrency of {name}:{alias}"

    def needed(seen: Provisioned | None) -> bool:
        if not isinstance(wanted, int):
            return seen is not None
        return seen is None or seen.requested != wanted or seen.status == _FAILED

    def send(_seen: Provisioned | None) -> Provisioned | None:
        if not isinstance(wanted, int):
            complete(client.delete_provisioned_concurrency_config(FunctionName=name, Qualifier=alias), doing=doing)
            return None
        answer = client.put_provisioned_concurrency_config(
            FunctionName=name, Qualifier=alias, ProvisionedConcurrentExecutions=wanted
        )
        return provisioned_of(answer, doing)

    work = Work(
        subject=f"the provisioned concurrency of {name}:{alias}",
        doing=doing,
        needed=needed,
        send=send,
        look=lambda: read_provisioned(client, name, alias),
    )
    seen = carry_out(work, provisioned, services)
    return warmed(desired, services) if isinstance(wanted, int) else seen


def warmed(desired: Desired, services: Services) -> Provisioned:
    """Once all are ready. Raises ``AwsError``."""
    client, clock, name = services.aws.lambda_client(), services.clock, desired.function_name
    services.console.line(f"waiting for {desired.provisioned_concurrency} warm environments of {name}:{desired.alias}")
    deadline = clock.monotonic() + WARMING
    while True:
        seen = read_provisioned(client, name, desired.alias)
        if seen is None or seen.status == _FAILED:
            raise _failed(desired, seen)
        if seen.status == _READY:
            return seen
        if clock.monotonic() >= deadline:
            raise AwsError(
                f"{name}:{desired.alias} is not warm after {WARMING:.0f} s ({seen.status})",
                why="Lambda is still at work on it; callers get the new version meanwhile, with cold starts.",
                fix="run this again: it goes on waiting",
            )
        clock.sleep(_PAUSE)


def _failed(desired: Desired, seen: Provisioned | None) -> AwsError:
    reason = seen.reason if seen else "it was deleted meanwhile"
    return AwsError(
        f"Lambda could not keep {desired.provisioned_concurrency} environments of {desired.function_name}:{desired.alias} warm: "
        f"{reason or 'no reason was given'}",
        why="Each runs the function's initialisation, which may have failed or taken too long; or the account has too little "
        "concurrency left. Callers get the new version, with cold starts.",
        fix="read the function's log, lower provisioned-concurrency or raise the account's limit, and run this again; or "
        "`lambda-ci rollback`",
    )
