"""What belongs to an alias: its function URL with the permissions, its rules for asynchronous invocations, and its provisioned
concurrency. Read only where it is declared; what has to change, and how each thing is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lambda_ci.deploy.alias_policy import Permissions, read_permissions
from lambda_ci.deploy.resources.asynchronous import events_change, put_events, read_events
from lambda_ci.deploy.resources.provisioned_concurrency import provisioned_change, put_provisioned, read_provisioned
from lambda_ci.deploy.resources.url import put_url, read_url, remove_url_mark, url_change
from lambda_ci.deploy.resources.url_permissions import permissions_change, put_permissions
from lambda_ci.errors import AwsError
from lambda_ci.model.change import Resource
from lambda_ci.model.spec.serving import UrlSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mypy_boto3_lambda import LambdaClient

    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.resources.asynchronous import Events
    from lambda_ci.deploy.resources.provisioned_concurrency import Provisioned
    from lambda_ci.deploy.resources.url import Url
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.change import Change


@dataclass(frozen=True, kw_only=True)
class AliasSettings:
    """As it is on AWS; ``None`` where it is not there, or nobody asked."""

    url: Url | None = None
    marked: str = ""
    """The function's ARN where its tag says that the URL is ours."""
    permissions: Permissions = field(default_factory=Permissions)
    events: Events | None = None
    provisioned: Provisioned | None = None


def read_alias_settings(client: LambdaClient, desired: Desired) -> AliasSettings:
    """One request for each thing declared. A URL for signed requests has no permissions of ours: they go before it is made so."""
    name, alias, found = desired.function_name, desired.alias, AliasSettings()
    if desired.url is not None:
        found = replace(found, url=read_url(client, name, alias))
    closed = desired.url is None or (_signed(desired) and found.url and found.url.auth_type == "AWS_IAM")
    if not closed or desired.triggers is not None:
        found = replace(found, permissions=read_permissions(client, name, alias))
    if desired.events is not None:
        found = replace(found, events=read_events(client, name, alias))
    if desired.provisioned_concurrency is not None:
        found = replace(found, provisioned=read_provisioned(client, name, alias))
    return found


def _signed(desired: Desired) -> bool:
    return isinstance(desired.url, UrlSpec) and desired.url.auth_type == "AWS_IAM"


def alias_changes(desired: Desired, settings: AliasSettings) -> Iterator[Change]:
    """In the order in which they are made: permissions before the URL that they open, and after the URL that is closed.

    Raises ``AwsError`` for a URL that is not ours to delete.
    """
    _check_owned(desired, settings)
    url, permissions = url_change(desired, settings.url), permissions_change(desired, settings.permissions)
    both = (url, permissions) if desired.url == "none" else (permissions, url)
    events = events_change(desired, settings.events)
    provisioned = provisioned_change(desired, settings.provisioned)
    yield from (change for change in (*both, events, provisioned) if change)


def _put_url(desired: Desired, settings: AliasSettings, services: Services) -> AliasSettings:
    url = put_url(desired, settings.url, services)
    if url is None and settings.marked:
        remove_url_mark(settings.marked, services)
    return replace(settings, url=url)


def _put_permissions(desired: Desired, settings: AliasSettings, services: Services) -> AliasSettings:
    return replace(settings, permissions=put_permissions(desired, settings.permissions, services))


def _put_events(desired: Desired, settings: AliasSettings, services: Services) -> AliasSettings:
    return replace(settings, events=put_events(desired, settings.events, services))


def _put_provisioned(desired: Desired, settings: AliasSettings, services: Services) -> AliasSettings:
    return replace(settings, provisioned=put_provisioned(desired, settings.provisioned, services))


PUT: Mapping[Resource, Callable[[Desired, AliasSettings, Services], AliasSettings]] = {
    Resource.URL: _put_url,
    Resource.URL_PERMISSIONS: _put_permissions,
    Resource.ASYNC: _put_events,
    Resource.PROVISIONED_CONCURRENCY: _put_provisioned,
}


def _check_owned(desired: Desired, settings: AliasSettings) -> None:
    if desired.url == "none" and settings.url and not (settings.permissions.right or settings.marked):
        name, alias = desired.function_name, desired.alias
        raise AwsError(
            f"the function URL of {name}:{alias} carries neither a permission nor a tag of lambda-ci, and `url: none` deletes only "
            "those that do",
            why="Somebody else may have made it.",
            fix=f"delete it (aws lambda delete-function-url-config --function-name {name} --qualifier {alias}), or take `url: none` out",
        )
