"""The door to AWS: one boto3 session, and its clients with timeouts and retries that fit what they are for.

Sources: botocore's Config reference; its standard retry mode repeats throttling, 5xx, timeouts and broken connections.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar, cast

from lambda_ci.adapters.aws_config import client_config
from lambda_ci.adapters.aws_errors import asking
from lambda_ci.adapters.aws_session import SHORTEST_CREDENTIAL, botocore_session
from lambda_ci.adapters.oidc import SECRETS
from lambda_ci.adapters.regions import check_region
from lambda_ci.adapters.stop import Stop
from lambda_ci.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from boto3.session import Session
    from botocore.config import Config
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sts import STSClient

    from lambda_ci.adapters.cloudwatch import CloudWatch
    from lambda_ci.adapters.codedeploy import CodeDeploy
    from lambda_ci.adapters.eventbridge import EventBridge
    from lambda_ci.adapters.iam import Iam
    from lambda_ci.adapters.logs import Logs
    from lambda_ci.adapters.pace import Paces
    from lambda_ci.adapters.scheduler import Scheduler
    from lambda_ci.adapters.tagging import Tagging
    from lambda_ci.console import Console
    from lambda_ci.model.spec.project import AwsSpec

_T = TypeVar("_T")
_Service: TypeAlias = Literal[
    "cloudwatch", "codedeploy", "logs", "resourcegroupstaggingapi", "iam", "events", "scheduler"
]


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Seconds to wait for AWS, and how often a request is made at most."""

    connect: float = 10
    read: float = 60
    upload: float = 300
    """For a package inside a request. Also while sending: urllib3 applies the connect timeout to the whole of a request's body
    on a plain connection, and a slow link still holds megabytes in its buffers when the last byte was handed over."""
    attempts: int = 8
    upload_attempts: int = 4


@dataclass(kw_only=True)
class Aws:
    """AWS in one region. Thread-safe; boto3 is imported, and clients are made, on first use; they are shared."""

    spec: AwsSpec
    environ: Mapping[str, str] = field(repr=False)
    console: Console = field(repr=False)
    patience: Patience = Patience()
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _made: dict[str, object] = field(default_factory=dict, repr=False)

    @property
    def region(self) -> str:
        """Raises ``ConfigurationError`` where no source names one, or none that there is."""
        return self._region(self._session)

    def _region(self, session: Callable[[], Session]) -> str:
        spec, environ = self.spec, self.environ
        region = spec.region or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or session().region_name
        if not region:
            raise ConfigurationError(
                "no AWS region is given",
                why="Neither the configuration, the environment nor the AWS profile names one.",
                fix="set aws.region in lambda-ci.yml, --region, the input region, or AWS_REGION",
            )
        if not self._endpoint("lambda"):
            check_region(region, environ, profile=spec.profile)
        return region

    def account_id(self) -> str:
        """The account of the credentials (12 digits). One request to STS, once."""
        return self._once("account", self._ask_account)

    def lambda_client(self) -> LambdaClient:
        """For everything but uploads and invocations."""
        read, attempts = self.patience.read, self.patience.attempts
        return self._once("lambda", lambda: self._lambda(self._config("lambda", read, attempts)))

    def upload_client(self) -> LambdaClient:
        """For requests that carry a package."""
        upload = self.patience.upload
        attempts = self.patience.upload_attempts
        return self._once("upload", lambda: self._lambda(self._config("lambda", upload, attempts, connect=upload / 5)))

    def publishing_client(self) -> LambdaClient:
        """For requests that carry a package and, made twice, would leave two things behind: asks once."""
        upload = self.patience.upload
        return self._once("publishing", lambda: self._lambda(self._config("lambda", upload, 1, connect=upload / 5)))

    def invoke_client(self, timeout_seconds: float) -> LambdaClient:
        """For invocations of a function that may run so long: waits longer than that, and never asks twice."""
        return self._once(
            f"invoke {timeout_seconds}", lambda: self._lambda(self._config("lambda", timeout_seconds + 30, 1))
        )

    def cloudwatch(self) -> CloudWatch:
        """Alarms and metrics."""
        from lambda_ci.adapters.cloudwatch import CloudWatch

        return self._once("cloudwatch", lambda: CloudWatch(self._client("cloudwatch")))

    def codedeploy(self) -> CodeDeploy:
        """Deployments that move calls."""
        from lambda_ci.adapters.codedeploy import CodeDeploy

        return self._once("codedeploy", lambda: CodeDeploy(self._client("codedeploy")))

    def eventbridge(self) -> EventBridge:
        """Rules that call by the clock."""
        from lambda_ci.adapters.eventbridge import EventBridge

        return self._once("events", lambda: EventBridge(self._client("events")))

    def iam(self) -> Iam:
        """Roles."""
        from lambda_ci.adapters.iam import Iam

        return self._once("iam", lambda: Iam(self._client("iam")))

    def logs(self) -> Logs:
        """Log groups."""
        from lambda_ci.adapters.logs import Logs

        return self._once("logs", lambda: Logs(self._client("logs")))

    def scheduler(self) -> Scheduler:
        """EventBridge Scheduler."""
        from lambda_ci.adapters.scheduler import Scheduler

        return self._once("scheduler", lambda: Scheduler(self._client("scheduler")))

    def tagging(self) -> Tagging:
        """Functions by their tags."""
        from lambda_ci.adapters.tagging import Tagging

        return self._once("tagging", lambda: Tagging(self._client("resourcegroupstaggingapi")))

    def s3_client(self) -> S3Client:
        """Path-style addresses on another endpoint than AWS's, which has no names for buckets."""
        return self._once("s3", self._s3)

    def _client(self, service: _Service) -> object:
        config = self._config(service, self.patience.read, self.patience.attempts)
        with self._opening(service):
            return self._session().client(
                service, region_name=self.region, endpoint_url=self._endpoint(service), config=config
            )

    def stoppable(self, stop: Stop) -> None:
        """No request to Lambda or S3 begins after ``stop``, in any thread that was told. For clients that are made from here on."""
        self._made["stop"] = stop

    @property
    def paces(self) -> Paces:
        """How fast requests go to Lambda, from all clients together."""
        from lambda_ci.adapters.pace import Paces

        return self._once("paces", lambda: Paces.of(self.console.clock))

    def _lambda(self, config: Config) -> LambdaClient:
        with self._opening("lambda"):
            client = self._session().client(
                "lambda", region_name=self.region, endpoint_url=self._endpoint("lambda"), config=config
            )
        self.paces.govern(client.meta.events)
        if isinstance(stop := self._made.get("stop"), Stop):
            stop.govern(client.meta.events)
        return client

    def _s3(self) -> S3Client:
        from botocore.config import Config

        endpoint = self._endpoint("s3")
        style: Literal["path", "auto"] = "path" if endpoint else "auto"
        config = self._config("s3", self.patience.read, self.patience.attempts).merge(
            Config(s3={"addressing_style": style})
        )
        with self._opening("s3"):
            client = self._session().client("s3", region_name=self.region, endpoint_url=endpoint, config=config)
        if isinstance(stop := self._made.get("stop"), Stop):
            stop.end_transfers(client.meta.events)
        return client

    def _ask_account(self) -> str:
        sts = self._sts(self._session())
        with asking("ask which account these credentials belong to"):
            return sts.get_caller_identity()["Account"]

    def _config(self, service: str, read: float, attempts: int, *, connect: float | None = None) -> Config:
        connect = connect or self.patience.connect
        return client_config(self._endpoint(service), read=read, attempts=attempts, connect=connect)

    def _session(self) -> Session:
        return self._once("session", self._taken if self.spec.role_to_assume else self._open)

    def _taken(self) -> Session:
        """A session of the role. Credentials that are there take it; without any, the CI system's identity token does."""
        import boto3

        from lambda_ci.adapters.oidc import token_source
        from lambda_ci.adapters.role import Assumption, Role, session_name, use

        spec, environ = self.spec, self.environ
        role = Role(
            arn=str(spec.role_to_assume),
            session=spec.role_session_name or session_name(environ),
            seconds=spec.role_duration_seconds or 0,
        )
        has_own = bool(spec.profile or environ.get("AWS_ACCESS_KEY_ID") or environ.get("AWS_PROFILE"))
        token = (
            None if has_own else token_source(environ, role=role.arn, audience=role.audience, clock=self.console.clock)
        )
        source = self._open()
        assumption = Assumption(
            role=role, sts=lambda: self._sts(source, unsigned=token is not None), token=token, console=self.console
        )
        taken = botocore_session(environ)
        use(taken, assumption)
        return boto3.Session(region_name=source.region_name, botocore_session=taken)

    def _sts(self, session: Session, *, unsigned: bool = False) -> STSClient:
        from botocore import UNSIGNED
        from botocore.config import Config

        config = self._config("sts", self.patience.read, self.patience.attempts)
        if unsigned:
            config = config.merge(Config(signature_version=UNSIGNED))
        region = self._region(lambda: session)
        with self._opening("sts"):
            return session.client("sts", region_name=region, endpoint_url=self._endpoint("sts"), config=config)

    def _open(self) -> Session:
        """Everything that is not handed over here (web identity, container roles, SSO …) botocore finds by itself."""
        import boto3
        from botocore.exceptions import PartialCredentialsError

        environ, profile = self.environ, self.spec.profile
        with asking("open an AWS session"):
            if profile or not environ.get("AWS_ACCESS_KEY_ID"):
                return boto3.Session(profile_name=profile, botocore_session=botocore_session(environ))
            if not environ.get("AWS_SECRET_ACCESS_KEY"):  # boto3 would sign with the word "None".
                raise PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY")
            return boto3.Session(
                aws_access_key_id=environ["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=environ["AWS_SECRET_ACCESS_KEY"],
                aws_session_token=environ.get("AWS_SESSION_TOKEN") or None,
                botocore_session=botocore_session(environ),
            )

    def _endpoint(self, service: str) -> str | None:
        if self.spec.endpoint_url:
            return self.spec.endpoint_url
        if self.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
            return None
        return self.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or self.environ.get("AWS_ENDPOINT_URL") or None

    @contextmanager
    def _opening(self, service: str) -> Iterator[None]:
        """botocore refuses a wrong endpoint with a bare ``ValueError``."""
        doing = f"open a client for {service} in {self.region}"
        try:
            with asking(doing):
                yield
        except ValueError as error:
            fix = "write it as https://HOST[:PORT] in aws.endpoint-url or AWS_ENDPOINT_URL"
            raise ConfigurationError(f"could not {doing}: {error}", fix=fix) from error

    def _once(self, key: str, make: Callable[[], _T]) -> _T:
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
            return cast("_T", self._made[key])


def connect(spec: AwsSpec, *, environ: Mapping[str, str], console: Console, patience: Patience | None = None) -> Aws:
    """AWS as the settings and the environment say. Makes no request; secrets of the environment are masked from here on."""
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", *SECRETS):
        if len(secret := environ.get(name, "")) >= SHORTEST_CREDENTIAL:
            console.mask(secret)
    return Aws(spec=spec, environ=environ, console=console, patience=patience or Patience())
