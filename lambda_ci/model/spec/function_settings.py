"""What AWS keeps apart from a function's configuration: the sections ``runtime-management`` and ``scaling``, and for how long logs
are kept."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from lambda_ci.model.spec.section import Section

RETENTIONS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""Days for which CloudWatch Logs can keep what is logged. Source: CloudWatch Logs API reference, PutRetentionPolicy."""
Retention = Annotated[int, Field(ge=1, json_schema_extra={"enum": list(RETENTIONS)})]
_ENVIRONMENTS = 15000


class RuntimeManagementSpec(Section):
    """Which build of the runtime the version that the alias runs gets."""

    update_runtime_on: Literal["Auto", "FunctionUpdate", "Manual"] = Field(
        description="`Auto`: AWS updates it. `FunctionUpdate`: it stays until the next deployment. `Manual`: `runtime-version-arn`."
    )
    runtime_version_arn: str | None = Field(
        None,
        description="The build that `Manual` names; the first line of each log (INIT_START) tells it.",
        min_length=26,
        max_length=2048,
        pattern=r"^arn:aws[a-zA-Z0-9-]*:lambda:[a-z0-9-]+::runtime:.+$",
    )


class ScalingSpec(Section):
    """How many environments a version has on the instances of a capacity provider. What is not written is left to AWS."""

    min_execution_environments: int | None = Field(
        None, description="So many are always there.", ge=0, le=_ENVIRONMENTS
    )
    max_execution_environments: int | None = Field(
        None, description="There are never more than these.", ge=1, le=_ENVIRONMENTS
    )
