"""Attaching a code signing configuration, and taking it off again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.deploy.writes.function import Write, write

if TYPE_CHECKING:
    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live
    from lambda_ci.deploy.services import Services


def signing(desired: Desired) -> str:
    """The ARN of the declared code signing configuration; empty for none."""
    return "" if desired.code_signing in {None, "none"} else str(desired.code_signing)


def update_code_signing(desired: Desired, current: Current, live: Live, services: Services) -> Live:
    """The function with the declared code signing configuration. The request is the same however often it is made."""
    client, name, wanted = services.aws.lambda_client(), desired.function_name, signing(desired)
    doing = (
        f"attach the code signing configuration to {name}"
        if wanted
        else f"take the code signing configuration off {name}"
    )
    attached = current.code_signing

    def send(_live: Live) -> None:
        nonlocal attached
        if wanted:
            answer = client.put_function_code_signing_config(FunctionName=name, CodeSigningConfigArn=wanted)
            complete(answer, "CodeSigningConfigArn", doing=doing)
        else:
            complete(client.delete_function_code_signing_config(FunctionName=name), doing=doing)
        attached = wanted

    def needed(_live: Live) -> bool:
        return attached != wanted

    return write(Write(function_name=name, doing=doing, needed=needed, send=send), live, services)
