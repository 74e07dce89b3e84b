"""The published versions of a function, as AWS lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import unless_absent
from lambda_ci.model.history import Record
from lambda_ci.model.result import Past

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import FunctionConfigurationTypeDef, ListVersionsByFunctionResponseTypeDef

    from lambda_ci.deploy.resources.alias import Alias


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version. ``published``: when, as AWS writes it; ``size`` of its code in bytes."""

    number: str
    code_sha256: str
    published: str
    description: str
    size: int

    @property
    def record(self) -> Record:
        return Record.parse(self.description)


def versions(client: LambdaClient, function_name: str) -> tuple[Version, ...]:
    """Oldest first; none where there is no such function. One request for every 50."""
    doing = f"list the versions of {function_name}"
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=function_name)
    described = unless_absent(lambda: [one for page in pages for one in _listed(page, doing)], doing=doing)
    found = (_version(one) for one in described or () if one["Version"].isdecimal())  # and not $LATEST
    return tuple(sorted(found, key=lambda one: int(one.number)))


def _listed(page: ListVersionsByFunctionResponseTypeDef, doing: str) -> list[FunctionConfigurationTypeDef]:
    complete(page, "Versions", doing=doing)
    return page["Versions"]


def _version(described: FunctionConfigurationTypeDef) -> Version:
    return Version(
        number=described["Version"],
        code_sha256=described.get("CodeSha256", ""),
        published=described.get("LastModified", ""),
        description=described.get("Description", ""),
        size=described.get("CodeSize", 0),
    )


def past(client: LambdaClient, alias: Alias) -> tuple[Past, ...]:
    """What an alias ran, newest first, what was rolled back from last. Raises ``AwsError``."""
    known = {one.number: one for one in versions(client, alias.function_name)}
    history = alias.history
    ran = [(number, False) for number in history.versions] + [(number, True) for number in history.abandoned]
    return tuple(_past(number, known.get(number), abandoned=abandoned) for number, abandoned in ran)


def _past(number: str, version: Version | None, *, abandoned: bool) -> Past:
    if version is None:
        return Past(version=number, abandoned=abandoned)
    record = version.record
    return Past(
        version=number,
        commit=record.commit,
        run=record.run,
        config=record.config,
        published=version.published,
        abandoned=abandoned,
    )
