"""The whole table, in the order of the documentation."""

from __future__ import annotations

from lambda_ci.deploy.rights.apart import RIGHTS as APART
from lambda_ci.deploy.rights.codedeploy import RIGHTS as CODEDEPLOY
from lambda_ci.deploy.rights.elsewhere import RIGHTS as ELSEWHERE
from lambda_ci.deploy.rights.function import RIGHTS as FUNCTION
from lambda_ci.deploy.rights.previews import RIGHTS as PREVIEWS
from lambda_ci.deploy.rights.serving import RIGHTS as SERVING
from lambda_ci.deploy.rights.triggers import RIGHTS as TRIGGERS

RIGHTS = (*FUNCTION, *CODEDEPLOY, *SERVING, *APART, *TRIGGERS, *ELSEWHERE, *PREVIEWS)
