"""What an alias carries, as declared: what has to change, and how each thing is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.deploy.resources.asynchronous import events_change, put_events
from lambda_ci.deploy.resources.provisioned_concurrency import provisioned_change, put_provisioned
from lambda_ci.deploy.resources.url import put_url, remove_url_mark, url_change
from lambda_ci.deploy.resources.url_permissions import permissions_change, put_permissions
from lambda_ci.errors import AwsError
from lambda_ci.model.change import Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lambda_ci.deploy.attached import Attached
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.change import Change


def attached_changes(desired: Desired, attached: Attached) -> Iterator[Change]:
    """In the order in which they are made: permissions before the URL that they open, and after the URL that is closed.

    Raises ``AwsError`` for a URL that is not ours to delete.
    """
    _check_owned(desired, attached)
    url, permissions = url_change(desired, attached.url), permissions_change(desired, attached.permissions)
    both = (url, permissions) if desired.url == "none" else (permissions, url)
    events = events_change(desired, attached.events)
    provisioned = provisioned_change(desired, attached.provisioned)
    yield from (change for change in (*both, events, provisioned) if change)


def _put_url(desired: Desired, attached: Attached, services: Services) -> Attached:
    url = put_url(desired, attached.url, services)
    if url is None and attached.marked:
        remove_url_mark(attached.marked, services)
    return replace(attached, url=url)


def _put_permissions(desired: Desired, attached: Attached, services: Services) -> Attached:
    return replace(attached, permissions=put_permissions(desired, attached.permissions, services))


def _put_events(desired: Desired, attached: Attached, services: Services) -> Attached:
    return replace(attached, events=put_events(desired, attached.events, services))


def _put_provisioned(desired: Desired, attached: Attached, services: Services) -> Attached:
    return replace(attached, provisioned=put_provisioned(desired, attached.provisioned, services))


PUT: Mapping[Resource, Callable[[Desired, Attached, Services], Attached]] = {
    Resource.URL: _put_url,
    Resource.URL_PERMISSIONS: _put_permissions,
    Resource.ASYNC: _put_events,
    Resource.PROVISIONED_CONCURRENCY: _put_provisioned,
}


def _check_owned(desired: Desired, attached: Attached) -> None:
    if desired.url == "none" and attached.url and not (attached.permissions.right or attached.marked):
        name, alias = desired.function_name, desired.alias
        raise AwsError(
            f"the function URL of {name}:{alias} carries neither a permission nor a tag of lambda-ci, and `url: none` deletes only "
            "those that do",
            why="Somebody else may have made it.",
            fix=f"delete it (aws lambda delete-function-url-config --function-name {name} --qualifier {alias}), or take `url: none` out",
        )
