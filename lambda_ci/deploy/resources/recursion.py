"""Whether Lambda stops a function that calls itself over and over through other services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import asking
from lambda_ci.deploy.writes.alias import Work, carry_out
from lambda_ci.model.change import Action, Change, FieldChange, Resource

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.services import Services

_DEFAULT: Literal["Terminate"] = "Terminate"
"""What AWS does with a function of which nobody said anything."""


def read_recursive_loop(client: LambdaClient, function_name: str) -> str:
    """Terminate or Allow. Raises ``AwsError``."""
    doing = f"read what {function_name} may do about recursive loops"
    with asking(doing):
        answer = client.get_function_recursion_config(FunctionName=function_name)
    complete(answer, "RecursiveLoop", doing=doing)
    return answer["RecursiveLoop"]


def recursion_change(desired: Desired, seen: str) -> Change | None:
    """What has to change; ``None``: nothing. Pure."""
    wanted = desired.recursive_loop
    if wanted is None or wanted == (seen or _DEFAULT):
        return None
    field = FieldChange(field="recursive-loop", before=seen, after=wanted)
    return Change(resource=Resource.RECURSION, action=Action.UPDATE, fields=(field,))


def put_recursion(desired: Desired, recursive_loop: str, services: Services) -> None:
    """What Lambda does about loops, as declared. ``recursive_loop``: what it does now."""
    client, name, wanted = services.aws.lambda_client(), desired.function_name, desired.recursive_loop or _DEFAULT
    doing = f"write what {name} may do about recursive loops"

    def send(_seen: str) -> str:
        answer = client.put_function_recursion_config(FunctionName=name, RecursiveLoop=wanted)
        complete(answer, "RecursiveLoop", doing=doing)
        return answer["RecursiveLoop"]

    work = Work(
        subject=name,
        doing=doing,
        needed=lambda seen: recursion_change(desired, seen) is not None,
        send=send,
        look=lambda: read_recursive_loop(client, name),
    )
    carry_out(work, recursive_loop, services)
