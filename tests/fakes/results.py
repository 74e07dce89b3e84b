"""Results of runs, as the verbs make them: what tables, documents and summaries are tested with."""

from __future__ import annotations

from pathlib import Path

from lambda_ci.model.artifact import Bytecode, LedgerLine, Saving
from lambda_ci.model.change import (
    Action,
    Change,
    CodeDifference,
    DistributionChange,
    Drift,
    Fate,
    FieldChange,
    FileChange,
    Plan,
    Resource,
    Weight,
    Where,
)
from lambda_ci.model.problem import Origin, Problem, Severity
from lambda_ci.model.result import BuildResult, Failure, FunctionResult, ImportResult, Past, RunResult, SmokeResult

ACCOUNT = "arn:aws:lambda:eu-west-1:123456789012:function"
LEDGER = (
    LedgerLine(distribution="pyarrow", version="21.0.0", files=812, size=131_072_000, compressed_size=43_253_760),
    LedgerLine(distribution="pandas", version="2.3.3", files=1418, size=44_040_192, compressed_size=12_582_912),
    LedgerLine(distribution="", version="", files=3, size=2_048, compressed_size=812),
)

DIFFERENCE = CodeDifference(
    version="1",
    before=Weight(size=174_063_616, compressed_size=55_312_384),
    after=Weight(size=175_114_240, compressed_size=55_837_484),
    distributions=(
        DistributionChange(
            distribution="pandas",
            version_before="2.3.2",
            version_after="2.3.3",
            before=Weight(size=42_991_616, compressed_size=12_058_624),
            after=Weight(size=44_040_192, compressed_size=12_582_912),
        ),
    ),
    files=(FileChange(path="app.py", action="changed"),),
)


def _field(name: str, before: str, after: str) -> FieldChange:
    return FieldChange(field=name, before=before, after=after)


def build(name: str, *, ledger: tuple[LedgerLine, ...] = LEDGER, scale: int = 1) -> BuildResult:
    return BuildResult(
        path=Path("dist") / f"{name}.zip",
        sha256="ab" * 32,
        code_sha256="q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=",
        size=55_837_484 // scale,
        unpacked_size=175_114_240 // scale,
        files=2_233 // scale,
        lock="requirements.txt, resolved by uv",
        ledger=ledger,
        savings=(Saving(rule="tests", files=1_728, size=24_746_394, compressed_size=5_347_737),),
        seconds=1.8349,
        bytecode=Bytecode(
            place="Python 3.13.0 on this machine", files=1_100, size=12_582_912, compressed_size=4_404_019
        ),
        imported=ImportResult(place="Python 3.13.0 on this machine", seconds=0.4231),
        sbom=Path("dist") / f"{name}.cdx.json",
        provenance=Path("dist") / f"{name}.provenance.json",
    )


DRIFT = (
    Drift(where=Where.LATEST, field="timeout", before="3", found="60", fate=Fate.GOES_LIVE),
    Drift(where=Where.ALIAS, field="alias.live.calls", found="10% to version 9", fate=Fate.REPLACED),
    Drift(where=Where.FUNCTION, field="environment", found="OTHER, THEIRS", fate=Fate.LEFT),
)


def creation(name: str) -> Plan:
    fields = (
        _field("memory-size", "", "512"),
        _field("environment.KEY", "", "sha256:5e88"),
    )
    return Plan(
        function=name,
        function_name=f"shop-{name}",
        changes=(
            Change(resource=Resource.FUNCTION, action=Action.CREATE, fields=fields),
            Change(resource=Resource.VERSION, action=Action.CREATE),
            Change(resource=Resource.ALIAS, action=Action.CREATE, fields=(_field("live", "", "1"),)),
        ),
    )


def update(name: str) -> Plan:
    return Plan(
        function=name,
        function_name=f"shop-{name}",
        changes=(
            Change(resource=Resource.CODE, action=Action.UPDATE, fields=(_field("sha256", "q6urq6ur", "Zm9vYmFy"),)),
            Change(
                resource=Resource.CONFIGURATION,
                action=Action.UPDATE,
                fields=(_field("memory-size", "256", "512"), _field("description", "line one\nline two", "")),
            ),
            Change(resource=Resource.TAGS, action=Action.UNCHANGED),
            Change(resource=Resource.VERSION, action=Action.CREATE),
            Change(resource=Resource.ALIAS, action=Action.UPDATE, fields=(_field("live", "1", "2"),)),
        ),
        code=DIFFERENCE,
        drift=DRIFT,
    )


def same(name: str) -> Plan:
    resources = (Resource.CODE, Resource.CONFIGURATION, Resource.TAGS, Resource.ALIAS)
    changes = tuple(Change(resource=one, action=Action.UNCHANGED) for one in resources)
    return Plan(function=name, function_name=name, changes=changes)


def deployed(name: str, *, scale: int = 1) -> FunctionResult:
    return FunctionResult(
        name=name,
        function_name=f"shop-{name}",
        function_arn=f"{ACCOUNT}:shop-{name}",
        version="2",
        previous_version="1",
        alias="live",
        changed=True,
        build=build(name, scale=scale),
        plan=update(name),
        smoke=(SmokeResult(name="ping", failures=(), seconds=0.9312, init_seconds=0.6124),),
        previous_init_seconds=0.5021,
        seconds=12.3456,
    )


def kept(name: str) -> FunctionResult:
    return FunctionResult(
        name=name,
        function_name=name,
        function_arn=f"{ACCOUNT}:{name}",
        version="2",
        previous_version="2",
        alias="live",
        changed=False,
        build=build(name, scale=100),
        plan=same(name),
        seconds=0.3,
    )


def smoke_failed(name: str) -> FunctionResult:
    log = "START RequestId: 1\n```\n::error::pwned\n<script>alert(1)</script>\n[ERROR] KeyError: 'TABLE'\nEND RequestId: 1\n"
    cases = (
        SmokeResult(name="ping", failures=(), seconds=0.11),
        SmokeResult(
            name="create | order",
            failures=("FunctionError: Unhandled", "status: expected 200, got 500"),
            seconds=1.5,
            log_tail=log,
        ),
    )
    return FunctionResult(
        name=name,
        function_name=f"shop-{name}",
        function_arn=f"{ACCOUNT}:shop-{name}",
        version="3",
        previous_version="2",
        alias="live",
        changed=True,
        build=build(name),
        plan=update(name),
        smoke=cases,
        seconds=9.9,
        failure=Failure(
            what=f"version 3 of shop-{name} failed 1 of 2 smoke tests",
            why="create | order: FunctionError: Unhandled; status: expected 200, got 500",
            fix="the alias live was not moved; mend the function and deploy again",
            exit_code=6,
        ),
    )


def run_of(*functions: FunctionResult, verb: str = "deploy", seconds: float = 14.2) -> RunResult:
    return RunResult(verb=verb, functions=functions, seconds=seconds)


ONE = run_of(deployed("orders"))
TWELVE = RunResult(
    verb="deploy",
    functions=(*(deployed(f"function-{n}", scale=n) for n in range(1, 9)), *(kept(f"report-{n}") for n in range(4))),
    seconds=125.4,
    stage="prod",
    warnings=(
        Problem(
            origin=Origin(source="lambda-ci.yml", line=7, column=12),
            key="defaults.runtime",
            message="python3.10 is deprecated",
            severity=Severity.WARNING,
        ),
    ),
)
UNCHANGED = run_of(kept("orders"), seconds=0.8)
SMOKE_FAILED = run_of(smoke_failed("orders"), kept("users"))
PROBLEMS = RunResult(
    verb="deploy",
    functions=(),
    seconds=0.12,
    failure=Failure(what="2 problems in the configuration", why="", fix="mend them and run again", exit_code=2),
    problems=(
        Problem(
            origin=Origin(source="lambda-ci.yml", line=12, column=5),
            key="functions.a.memroy-size",
            message="unknown key",
        ),
        Problem(origin=Origin(source="--timeout"), message="'ten' is not a number of seconds"),
    ),
)
AWS_FAILED = run_of(
    FunctionResult(
        name="orders",
        function_name="shop-orders",
        alias="live",
        build=build("orders"),
        seconds=2.04,
        failure=Failure(
            what="AWS refused to create shop-orders: AccessDeniedException",
            why="User: arn:aws:iam::123456789012:user/ci is not authorized to perform: lambda:CreateFunction",
            fix="allow lambda:CreateFunction to this user",
            exit_code=5,
        ),
    )
)
BUILT = run_of(
    FunctionResult(name="orders", function_name="orders", build=build("orders")),
    FunctionResult(name="users", function_name="users", build=build("users", ledger=(), scale=1000)),
    verb="build",
    seconds=2.0,
)
PLANNED = run_of(
    FunctionResult(name="orders", function_name="shop-orders", changed=True, plan=creation("orders")),
    FunctionResult(name="users", function_name="users", changed=False, plan=same("users")),
    verb="plan",
    seconds=3.0,
)
LOOKED_AT = run_of(
    FunctionResult(
        name="orders",
        function_name="shop-orders",
        function_arn=f"{ACCOUNT}:shop-orders",
        version="2",
        alias="live",
        state="Active",
        unpublished=True,
        history=(
            Past(version="14", commit="9f8e7d6c5b4a", run="4712", published="2026-11-21T08:12:40.000+0000"),
            Past(version="12"),
            Past(version="13", run="4700", abandoned=True),
        ),
    ),
    FunctionResult(name="users", function_name="users"),
    verb="status",
    seconds=0.4,
)
RESULTS = {
    "one": ONE,
    "twelve": TWELVE,
    "unchanged": UNCHANGED,
    "smoke-failed": SMOKE_FAILED,
    "problems": PROBLEMS,
    "aws-failed": AWS_FAILED,
    "built": BUILT,
    "planned": PLANNED,
    "looked-at": LOOKED_AT,
}
