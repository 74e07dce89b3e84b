from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.deploy import apply, current, desired
from lambda_ci.deploy.plan import changes

if TYPE_CHECKING:
    from lambda_ci.deploy.release import Release
    from tests.fakes.deployment import Project


@pytest.fixture
def new(project: Project) -> Release:
    """Version 2, published and not yet in traffic; the alias runs version 1."""
    project.deploy(project.function(), project.package("v1"))
    wanted = desired.desired(project.function(), project.package("v2"), project=project.project)
    present = current.read(project.aws, wanted)
    plan = changes.plan(wanted, present, staging=None)
    released = apply.apply(plan, wanted, present, project.services)
    project.server.codedeploy.groups["shop/orders"] = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    project.server.requests.clear()
    return released
