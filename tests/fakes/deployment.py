"""A function to deploy, and the deploy stage run over it as the verb runs it."""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, cast

from lambda_ci.adapters.aws import Aws, Patience, connect
from lambda_ci.deploy import apply, current, desired, release
from lambda_ci.deploy.after_release import finish
from lambda_ci.deploy.plan import changes
from lambda_ci.deploy.plan.alias import with_alias
from lambda_ci.deploy.published_layers import Published
from lambda_ci.deploy.resources.layer import look_for_layers
from lambda_ci.deploy.services import Services
from lambda_ci.model.artifact import LayerPackage, Package
from lambda_ci.model.settings import Function
from lambda_ci.model.spec.function import FunctionSpec
from lambda_ci.model.spec.project import AwsSpec, StagingSpec
from lambda_ci.model.target import Architecture, Target
from tests.fakes.aws_server import CREDENTIALS, AwsServer
from tests.fakes.quiet import FakeClock, quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from botocore.hooks import BaseEventHooks
    from mypy_boto3_lambda import LambdaClient
    from pydantic import JsonValue

    from lambda_ci.deploy.package import AnyPackage
    from lambda_ci.deploy.release import Release
    from lambda_ci.model.change import Plan

    Layers = Sequence[LayerPackage | str] | None

ROLE = "arn:aws:iam::123456789012:role/orders"
QUICK = Patience(connect=5, read=20, upload=20, attempts=1, upload_attempts=1)
"""No request is made twice, so that a fault is an error at once."""


class Killed(BaseException):
    """The run ends here, whatever it was doing."""


@contextmanager
def killed_after(count: int, *clients: BaseEventHooks) -> Iterator[None]:
    """The run ends when so many requests, of whichever service, have been answered."""
    left = itertools.count(count - 1, -1)

    def hook(**_: object) -> None:
        if next(left) == 0:
            raise Killed

    for events in clients:
        events.register_last("after-call", hook, unique_id="killed")
    try:
        yield
    finally:
        for events in clients:
            events.unregister("after-call", unique_id="killed")


def zipped(source: str, *, padding: int = 0) -> bytes:
    """A small package; ``padding`` bytes are stored as they are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), source)
        if padding:
            archive.writestr(zipfile.ZipInfo("padding"), b"\0" * padding)
    return buffer.getvalue()


def packaged(folder: Path, content: bytes, *, function: str = "orders") -> Package:
    """A package on disk with this content."""
    digest = hashlib.sha256(content)
    path = folder / f"{function}-{digest.hexdigest()[:8]}.zip"
    path.write_bytes(content)
    return Package(
        function=function,
        path=path,
        sha256=digest.hexdigest(),
        code_sha256=base64.b64encode(digest.digest()).decode(),
        size=len(content),
        unpacked_size=len(content),
        members=(),
        ledger=(),
    )


def declared(folder: Path, *, members: Mapping[str, JsonValue] | None = None, **fields: JsonValue) -> Function:
    """A function as it leaves the door; ``fields`` in kebab-case with underscores."""
    document = {"runtime": "python3.12", "handler": "app.handler", **fields}
    spec = FunctionSpec.model_validate({key.replace("_", "-"): value for key, value in document.items()}, strict=False)
    spec = spec.model_copy(update={"members": {"Role": ROLE, **(members or {})}})
    return Function(name="orders", spec=spec, source=folder, requirements=None)


def reach(server: AwsServer, *, patience: Patience = QUICK, clock: FakeClock | None = None) -> Aws:
    """The door to AWS, with a fake behind it."""
    spec = AwsSpec.model_validate({"region": server.region, "endpoint-url": server.url})
    return connect(spec, environ=CREDENTIALS, console=quiet(clock)[0], patience=patience)


class HttpAnswer(Protocol):
    """As much of botocore's as is used here."""

    status_code: int


@dataclass
class Project:
    """One function, a server, and the deploy stage between them."""

    folder: Path
    server: AwsServer
    clock: FakeClock = field(default_factory=FakeClock)
    staging: StagingSpec | None = None
    patience: Patience = QUICK
    shared: Aws | None = None
    """Clients that were made before; making them takes longer than using them."""
    project: str = "shop"
    tested: list[str] = field(default_factory=list)
    """Versions that went through the smoke test."""
    log: io.StringIO = field(default_factory=io.StringIO)
    _services: Services | None = None

    @property
    def services(self) -> Services:
        if self._services is None:
            console, self.log = quiet(self.clock)
            aws = self.shared or reach(self.server, patience=self.patience)
            self._services = Services(aws=aws, clock=self.clock, console=console, staging=self.staging)
        return self._services

    @property
    def aws(self) -> Aws:
        return self.services.aws

    @property
    def client(self) -> LambdaClient:
        return self.aws.lambda_client()

    def function(self, members: Mapping[str, JsonValue] | None = None, **fields: JsonValue) -> Function:
        return declared(self.folder, members=members, **fields)

    def package(self, source: str = "v1", *, padding: int = 0) -> Package:
        return packaged(self.folder, zipped(source, padding=padding))

    def layer(self, source: str = "v1", *, name: str = "deps", padding: int = 0) -> LayerPackage:
        package = packaged(self.folder, zipped(source, padding=padding), function=name)
        target = Target("python3.12", Architecture.X86_64)
        return LayerPackage(name=name, target=target, description="", license_info="", package=package)

    @property
    def run(self) -> Services:
        """As every run of the program has them: it knows of no layer on AWS yet."""
        return replace(self.services, layers=Published())

    def plan(self, function: Function, package: AnyPackage, layers: Layers = None) -> Plan:
        wanted = desired.desired(function, package, project=self.project, layers=layers)
        present = look_for_layers(wanted, current.read(self.aws, wanted), self.run)
        return changes.plan(wanted, present, staging=self.staging)

    def foresee(self, function: Function, package: AnyPackage) -> Plan:
        """What the verb ``plan`` shows: it looks at the alias as well."""
        wanted = desired.desired(function, package, project=self.project)
        present = current.read(self.aws, wanted)
        return with_alias(changes.plan(wanted, present, staging=self.staging), present, self.run)

    def deploy(
        self,
        function: Function,
        package: AnyPackage,
        layers: Layers = None,
        *,
        smoke: Callable[[Release], object] | None = None,
    ) -> Release:
        """What the verb does: read, plan, apply, test, promote."""
        services = self.run
        wanted = desired.desired(function, package, project=self.project, layers=layers)
        present = look_for_layers(wanted, current.read(self.aws, wanted), services)
        plan = changes.plan(wanted, present, staging=self.staging)
        if not plan.changed:
            return release.unchanged(present)
        new = apply.apply(plan, wanted, present, services)
        if new.moves:
            if smoke:
                smoke(new)
            self.tested.append(new.version)
        promoted = release.promote(new, services)
        finish(plan, wanted, present, services)
        return promoted

    @contextmanager
    def killed_after(self, count: int) -> Iterator[None]:
        """The run ends when so many requests have been answered."""
        left = itertools.count(count - 1, -1)

        def hook(**_: object) -> None:
            if next(left) == 0:
                raise Killed

        clients = (self.aws.lambda_client(), self.aws.upload_client(), self.aws.publishing_client())
        for client in clients:
            client.meta.events.register_last("after-call.lambda", hook, unique_id="killed")
        try:
            yield
        finally:
            for client in clients:
                client.meta.events.unregister("after-call.lambda", unique_id="killed")

    @contextmanager
    def killed_for_good_after(self, count: int) -> Iterator[None]:
        """As above, and nothing that would be tidied up on the way out reaches AWS either."""
        answered = itertools.count(1)
        dead: list[bool] = []

        def after(**_: object) -> None:
            if next(answered) == count:
                dead.append(True)
                raise Killed

        def before(**_: object) -> None:
            if dead:
                raise Killed

        events = self.client.meta.events
        events.register_last("after-call.lambda", after, unique_id="dying")
        events.register_first("before-call.lambda", before, unique_id="dead")
        try:
            yield
        finally:
            events.unregister("after-call.lambda", unique_id="dying")
            events.unregister("before-call.lambda", unique_id="dead")

    @contextmanager
    def repeating(self, times: int) -> Iterator[None]:
        """botocore makes a failed request again, as it does in production, but at once."""

        def hook(response: tuple[HttpAnswer, object] | None, attempts: int, **_: object) -> float | None:
            status = response[0].status_code if response else 500
            return 0.0 if attempts <= times and (status >= 500 or status == 429) else None

        clients = (self.aws.lambda_client(), self.aws.upload_client())
        for client in clients:
            client.meta.events.register_first(
                "needs-retry.lambda", cast("Callable[..., None]", hook), unique_id="at-once"
            )
        try:
            yield
        finally:
            for client in clients:
                client.meta.events.unregister("needs-retry.lambda", unique_id="at-once")

    def alias(self, function: str = "orders", alias: str = "live") -> str:
        """The version that callers get; empty where there is no alias."""
        deployed = self.server.functions.get(function)
        return str(deployed.aliases[alias]["FunctionVersion"]) if deployed and alias in deployed.aliases else ""
