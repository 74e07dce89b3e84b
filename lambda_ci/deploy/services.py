"""What the deploy stage works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambda_ci.deploy.published_layers import Published
from lambda_ci.model.history import Record

if TYPE_CHECKING:
    from lambda_ci.adapters.aws import Aws
    from lambda_ci.console import Clock, Console
    from lambda_ci.model.spec.project import StagingSpec


@dataclass(frozen=True, kw_only=True)
class Services:
    """Handed to everything that touches AWS. Shared by all functions of a run."""

    aws: Aws
    clock: Clock
    console: Console
    staging: StagingSpec | None
    layers: Published = field(default_factory=Published)
    record: Record = field(default_factory=Record)
    """The commit and the run that deploy; what each version remembers."""
