"""The whole table, in the order of the documentation."""

from __future__ import annotations

from lambda_ci.deploy.iam.codedeploy import RIGHTS as CODEDEPLOY
from lambda_ci.deploy.iam.event_sources import RIGHTS as EVENT_SOURCES
from lambda_ci.deploy.iam.function import RIGHTS as FUNCTION
from lambda_ci.deploy.iam.function_settings import RIGHTS as APART
from lambda_ci.deploy.iam.other_services import RIGHTS as ELSEWHERE
from lambda_ci.deploy.iam.previews import RIGHTS as PREVIEWS
from lambda_ci.deploy.iam.scheduler import RIGHTS as SCHEDULER
from lambda_ci.deploy.iam.serving import RIGHTS as SERVING
from lambda_ci.deploy.iam.triggers import RIGHTS as TRIGGERS

RIGHTS = (*FUNCTION, *CODEDEPLOY, *SERVING, *APART, *TRIGGERS, *SCHEDULER, *EVENT_SOURCES, *ELSEWHERE, *PREVIEWS)
