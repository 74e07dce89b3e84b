"""Previews of pull requests: the section ``preview``. What their functions are is said in the stage ``preview``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from lambda_ci.model.spec.section import Section

Label = Annotated[str, Field(min_length=1, max_length=255)]


class PreviewSpec(Section):
    """Previews of pull requests and merge requests."""

    announce: Literal["comment", "deployment", "both", "none"] = Field(
        "comment",
        description="Where a preview is announced: in one comment that is edited in place, as a deployment beside the pull "
        "request, or both.",
    )
    label: Label | None = Field(
        None, description="Only pull requests with this label get a preview. Default: all of them."
    )
    ttl: str | None = Field(
        None,
        description="How long a preview stays after its last deployment, such as `72h` or `14d`; `preview sweep` removes it then. "
        "Default: until the pull request is closed.",
        pattern=r"^[1-9][0-9]{0,3}[hd]$",
    )
    path: str = Field(
        "/", description="What is asked for of a function URL, to see whether it answers.", pattern=r"^/\S*$"
    )
