"""IAM's answer about a role: XML, with the trust policy quoted as in an address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.fakes.aws_lambda import ACCOUNT, Answer
from tests.fakes.aws_strict import AwsRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.aws_strict import JsonObject


def role_answer(roles: Mapping[str, JsonObject], name: str) -> Answer:
    """``roles``: trust policies by name."""
    if name not in roles:
        raise AwsRefusal(404, "NoSuchEntity", f"The role with name {name} cannot be found.")
    told = {
        "Path": "/",
        "RoleName": name,
        "RoleId": "AROAEXAMPLE",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "CreateDate": "2026-11-01T08:00:00Z",
        "AssumeRolePolicyDocument": quote(json.dumps(roles[name])),
    }
    inner = "".join(f"<{key}>{value}</{key}>" for key, value in told.items())
    text = f"<GetRoleResponse><GetRoleResult><Role>{inner}</Role></GetRoleResult></GetRoleResponse>"
    return Answer(payload=text.encode(), headers={"Content-Type": "text/xml"})
