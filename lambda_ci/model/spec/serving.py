"""How a version is tested and gets its calls: the sections ``smoke``, ``rollout``, ``url`` and ``async``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from lambda_ci.model.spec.section import Section

MAX_EXPRESSION = 1000
"""Characters of a JMESPath expression."""


CorsHeader = Annotated[str, Field(max_length=1024)]


CorsMethod = Annotated[str, Field(pattern=r"^(\*|GET|HEAD|PUT|POST|PATCH|DELETE)$")]


CorsOrigin = Annotated[str, Field(min_length=1, max_length=253)]


CodeDeployName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9+=,.@_-]+$")]


HookFunction = Annotated[
    str,
    Field(
        max_length=170, pattern=r"^(arn:aws[a-zA-Z0-9-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:)?[a-zA-Z0-9_-]{1,64}$"
    ),
]


Destination = Annotated[str, Field(max_length=350, pattern=r"^(none|arn:aws[a-zA-Z0-9-]*:[a-zA-Z0-9-]+:\S*)$")]


class Expect(Section):
    """What a smoke test's answer must be. Without any expectation the function must only not fail."""

    status: int | None = Field(None, description="The `statusCode` in the answer.", ge=100, le=599)
    json_: JsonValue = Field(
        None, alias="json", description="JSON that the answer must contain: objects by key, anything else equal."
    )
    body: JsonValue = Field(None, description="JSON that the answer's `body`, decoded, must contain.")
    jmespath: str | None = Field(
        None, description="A JMESPath expression over the answer that must be true.", max_length=MAX_EXPRESSION
    )
    error: str | bool | None = Field(
        None, description="`true` where the function must fail, or the `errorType` it must fail with."
    )
    max_duration: float | int | None = Field(None, description="Seconds that the invocation may take.", gt=0)


class SmokeCase(Section):
    """One invocation of the published version, before the alias moves to it."""

    name: str = Field("", description="A name for the report.")
    payload: JsonValue = Field(None, description="The event, as YAML.")
    payload_file: Path | None = Field(
        None, description="A JSON file with the event, relative to the configuration file."
    )
    expect: Expect = Field(default_factory=lambda: Expect.model_validate({}), description="What the answer must be.")


class HooksSpec(Section):
    """Functions that CodeDeploy calls before and after it moves calls; each tells CodeDeploy whether to go on."""

    before_allow_traffic: HookFunction | None = Field(None, description="Called before any call moves.")
    after_allow_traffic: HookFunction | None = Field(None, description="Called when all calls have moved.")


class CodeDeploySpec(Section):
    """A deployment group of AWS CodeDeploy that moves the calls. It has the alarms."""

    application: CodeDeployName = Field(description="The application, of the compute platform Lambda.")
    group: CodeDeployName = Field(description="The deployment group.")
    config: CodeDeployName | None = Field(
        None,
        description="The deployment configuration, such as `CodeDeployDefault.LambdaCanary10Percent5Minutes`. Default: the group's.",
    )
    hooks: HooksSpec = Field(
        default_factory=lambda: HooksSpec.model_validate({}), description="Functions that CodeDeploy asks."
    )

    @property
    def name(self) -> str:
        """``APPLICATION/GROUP``."""
        return f"{self.application}/{self.group}"


class RolloutSpec(Section):
    """How traffic moves to a new version, once it has passed its smoke tests."""

    strategy: Literal["all-at-once", "canary", "linear"] = Field(
        "all-at-once",
        description="`all-at-once`: all calls together. `canary`: `percent` of them for `minutes`, then all. `linear`: `percent` "
        "more every `minutes`.",
    )
    percent: float | int = Field(10, description="The share of the calls, or of each step.", ge=0.01, le=99)
    minutes: float | int = Field(5, description="How long each step is watched.", gt=0, le=1440)
    alarms: tuple[Annotated[str, Field(min_length=1, max_length=255)], ...] = Field(
        (), description="CloudWatch alarms, by name: when one rings, all calls go back.", max_length=100
    )
    max_error_rate: float | int = Field(
        1, description="Percent of the new version's calls that may fail; with more, all calls go back.", ge=0, le=100
    )
    codedeploy: CodeDeploySpec | Literal["none"] | None = Field(
        None,
        description="AWS CodeDeploy moves the calls, in place of `strategy` and the rest. `none`: not, although `defaults` say so.",
    )

    @property
    def by_codedeploy(self) -> CodeDeploySpec | None:
        """Where AWS CodeDeploy moves the calls."""
        return self.codedeploy if isinstance(self.codedeploy, CodeDeploySpec) else None

    @property
    def text(self) -> str:
        """In words; empty where all calls move at once."""
        if group := self.by_codedeploy:
            return f"CodeDeploy {group.name}" + (f" ({group.config})" if group.config else "")
        if self.strategy == "all-at-once":
            return ""
        pace = "for" if self.strategy == "canary" else "every"
        return f"{self.strategy}, {self.percent:g} % {pace} {self.minutes:g} min"


class CorsSpec(Section):
    """What browsers may do with a function URL. What is not written is left as it is on AWS."""

    allow_credentials: bool | None = Field(None, description="Whether cookies and other credentials may be sent.")
    allow_headers: tuple[CorsHeader, ...] | None = Field(None, description="Headers of requests.", max_length=100)
    allow_methods: tuple[CorsMethod, ...] | None = Field(
        None, description="`*`, or methods such as `GET`; preflight requests are always answered.", max_length=6
    )
    allow_origins: tuple[CorsOrigin, ...] | None = Field(
        None, description="`*`, or origins such as `https://shop.example`.", max_length=100
    )
    expose_headers: tuple[CorsHeader, ...] | None = Field(
        None, description="Headers of answers that scripts may read.", max_length=100
    )
    max_age: int | None = Field(None, description="Seconds that browsers may remember this.", ge=0, le=86400)


class UrlSpec(Section):
    """A function URL on the alias."""

    auth_type: Literal["NONE", "AWS_IAM"] = Field(
        description="`NONE`: everybody may call it, and the permissions for that are made. `AWS_IAM`: signed requests only."
    )
    cors: CorsSpec | None = Field(None, description="What browsers may do with it.")
    invoke_mode: Literal["BUFFERED", "RESPONSE_STREAM"] | None = Field(
        None, description="`RESPONSE_STREAM` needs a runtime that streams; Lambda's Python runtimes do not."
    )


class AsyncSpec(Section):
    """What becomes of asynchronous invocations of the alias. What is not written is left as it is on AWS."""

    maximum_retry_attempts: int | None = Field(None, description="How often a failed event is tried again.", ge=0, le=2)
    maximum_event_age_in_seconds: int | None = Field(
        None, description="How long an event may wait for its turn.", ge=60, le=21600
    )
    on_success: Destination | None = Field(
        None, description="The ARN of what is told of each success: a queue, topic, function or bus; `none`: nothing."
    )
    on_failure: Destination | None = Field(
        None,
        description="The ARN of what is told of each event given up: a queue, topic, function, bus or bucket; `none`: nothing.",
    )
