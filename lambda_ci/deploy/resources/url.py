"""The function URL of an alias. It is only as public as its permissions (``url_permissions``) say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import asking, unless_absent
from lambda_ci.deploy.desired import URL_MARK
from lambda_ci.deploy.writes.alias import Work, carry_out
from lambda_ci.errors import AwsError
from lambda_ci.model.change import Action, Change, FieldChange, Resource
from lambda_ci.model.naming import kebab
from lambda_ci.model.spec.serving import UrlSpec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import CreateFunctionUrlConfigRequestTypeDef, GetFunctionUrlConfigResponseTypeDef
    from pydantic import JsonValue

    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.services import Services

_CORS = {
    "AllowCredentials": "allow_credentials",
    "AllowHeaders": "allow_headers",
    "AllowMethods": "allow_methods",
    "AllowOrigins": "allow_origins",
    "ExposeHeaders": "expose_headers",
    "MaxAge": "max_age",
}


@dataclass(frozen=True, kw_only=True)
class Url:
    """A URL as it is; ``cors`` under AWS's names."""

    address: str
    auth_type: str
    invoke_mode: str = "BUFFERED"
    cors: Mapping[str, JsonValue] = field(default_factory=dict)


def read_url(client: LambdaClient, function_name: str, alias: str) -> Url | None:
    """``None`` where the alias has no URL."""
    doing = f"read the function URL of {function_name}:{alias}"
    answer = unless_absent(
        lambda: client.get_function_url_config(FunctionName=function_name, Qualifier=alias), doing=doing
    )
    return url_of(answer, doing) if answer is not None else None


def url_of(answer: GetFunctionUrlConfigResponseTypeDef, doing: str) -> Url:
    """The answer, typed. Raises ``AwsError`` where it is not one of AWS."""
    complete(answer, "FunctionUrl", "AuthType", doing=doing)
    return Url(
        address=answer["FunctionUrl"],
        auth_type=answer["AuthType"],
        invoke_mode=answer.get("InvokeMode", "BUFFERED"),
        cors=cast("Mapping[str, JsonValue]", answer.get("Cors", {})),
    )


def url_change(desired: Desired, url: Url | None) -> Change | None:
    """What has to change; ``None``: nothing. Pure."""
    if desired.url is None or (desired.url == "none" and url is None):
        return None
    if desired.url == "none":
        gone = FieldChange(field="function-url", before=url.address if url else "", after="")
        return Change(resource=Resource.URL, action=Action.DELETE, fields=(gone,))
    fields = tuple(_fields(desired.url, url))
    return (
        Change(resource=Resource.URL, action=Action.UPDATE if url else Action.CREATE, fields=fields) if fields else None
    )


def put_url(desired: Desired, url: Url | None, services: Services) -> Url | None:
    """The URL as declared: made, changed or deleted."""
    client, name, alias = services.aws.lambda_client(), desired.function_name, desired.alias
    doing = f"{'delete' if desired.url == 'none' else 'write'} the function URL of {name}:{alias}"

    def send(seen: Url | None) -> Url | None:
        if not isinstance(desired.url, UrlSpec):
            complete(client.delete_function_url_config(FunctionName=name, Qualifier=alias), doing=doing)
            return None
        request = _request(desired, desired.url, seen)
        answer = client.update_function_url_config(**request) if seen else client.create_function_url_config(**request)
        return url_of(cast("GetFunctionUrlConfigResponseTypeDef", answer), doing)

    work = Work(
        subject=f"the function URL of {name}:{alias}",
        doing=doing,
        needed=lambda seen: url_change(desired, seen) is not None,
        send=send,
        look=lambda: read_url(client, name, alias),
    )
    return carry_out(work, url, services)


def remove_url_mark(function_arn: str, services: Services) -> None:
    """After the URL is gone. A tag that stays says too much until the next URL is deleted, and is no reason to fail."""
    doing = f"remove the tag {URL_MARK} from {function_arn}"
    try:
        with asking(doing):
            answer = services.aws.lambda_client().untag_resource(Resource=function_arn, TagKeys=[URL_MARK])
        complete(answer, doing=doing)
    except AwsError as error:
        services.console.line(error.what)


def _declared(spec: UrlSpec) -> dict[str, JsonValue]:
    values = {name: getattr(spec.cors, key) for name, key in _CORS.items()} if spec.cors else {}
    return {name: list(one) if isinstance(one, tuple) else one for name, one in values.items() if one is not None}


def _fields(spec: UrlSpec, url: Url | None) -> Iterator[FieldChange]:
    if url is None or url.auth_type != spec.auth_type:
        yield FieldChange(field="auth-type", before=url.auth_type if url else "", after=spec.auth_type)
    if spec.invoke_mode and (url is None or url.invoke_mode != spec.invoke_mode):
        yield FieldChange(field="invoke-mode", before=url.invoke_mode if url else "", after=spec.invoke_mode)
    for name, wanted in _declared(spec).items():
        seen = url.cors.get(name) if url else None
        if not _same(name, wanted, seen):
            yield FieldChange(field=f"cors.{kebab(name)}", before=_shown(seen), after=_shown(wanted) or "(nothing)")


def _same(name: str, wanted: JsonValue, seen: JsonValue) -> bool:
    """Lists are sets here, and names of headers have no case. What is empty is not told."""
    if isinstance(wanted, list):
        words = [{str(one) for one in each} for each in (wanted, seen if isinstance(seen, list) else [])]
        if name.endswith("Headers"):
            words = [{one.lower() for one in each} for each in words]
        return words[0] == words[1]
    return wanted == seen or (not wanted and not seen)


def _shown(value: JsonValue) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value).lower()


def _request(desired: Desired, spec: UrlSpec, seen: Url | None) -> CreateFunctionUrlConfigRequestTypeDef:
    """AWS replaces ``Cors`` whole, so what is not declared is sent as it is."""
    cors = {**(seen.cors if seen else {}), **_declared(spec)}
    request: dict[str, object] = {
        "FunctionName": desired.function_name,
        "Qualifier": desired.alias,
        "AuthType": spec.auth_type,
        **({"Cors": cors} if cors else {}),
        **({"InvokeMode": spec.invoke_mode} if spec.invoke_mode else {}),
    }
    return cast("CreateFunctionUrlConfigRequestTypeDef", request)
