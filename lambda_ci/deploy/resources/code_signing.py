"""Attaching a code signing configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.answers import complete
from lambda_ci.deploy.writing import Write, write

if TYPE_CHECKING:
    from lambda_ci.deploy.current import Current, Live
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.services import Services


def update_code_signing(desired: Desired, current: Current, live: Live, services: Services) -> Live:
    """The function with the declared code signing configuration. The request is the same however often it is made."""
    client, wanted = services.aws.lambda_client(), desired.code_signing or ""
    doing = f"attach the code signing configuration to {desired.function_name}"
    attached = current.code_signing

    def send(_live: Live) -> None:
        nonlocal attached
        answer = client.put_function_code_signing_config(
            FunctionName=desired.function_name, CodeSigningConfigArn=wanted
        )
        complete(answer, "CodeSigningConfigArn", doing=doing)
        attached = wanted

    def needed(_live: Live) -> bool:
        return attached != wanted

    return write(Write(function_name=desired.function_name, doing=doing, needed=needed, send=send), live, services)
