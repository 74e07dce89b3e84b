"""A function as AWS describes it, without AWS."""

from __future__ import annotations

from lambda_ci.deploy.live import Live


def live(*, code_sha256: str = "x", environment_error: str = "", tags_error: str = "") -> Live:
    """Active and empty."""
    return Live(
        function_arn="arn:aws:lambda:eu-west-1:123456789012:function:orders",
        version="$LATEST",
        revision_id="1",
        code_sha256=code_sha256,
        code_size=1,
        state="Active",
        state_reason="",
        update="Successful",
        update_reason="",
        last_modified="",
        members={},
        environment={},
        environment_error=environment_error,
        tags={},
        tags_error=tags_error,
    )
