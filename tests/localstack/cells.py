"""One deploy under one fault, and what must hold afterwards: callers got what was tested, and a plain second run finishes."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws import Patience, connect
from lambda_ci.deploy import apply, current, desired, release
from lambda_ci.deploy.plan import changes
from lambda_ci.deploy.resources.layer import look_for_layers
from lambda_ci.deploy.services import Services
from lambda_ci.errors import AwsError
from lambda_ci.inputs.settings import Sources, load
from lambda_ci.main import SystemClock
from lambda_ci.model.artifact import LayerPackage
from lambda_ci.model.spec.project import AwsSpec
from lambda_ci.verify.smoke import smoke
from tests.fakes.aws_faults import After, Hang
from tests.fakes.aws_wire import unanswered
from tests.fakes.deployment import packaged
from tests.fakes.quiet import quiet
from tests.localstack.account import NAME, PATIENT, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pydantic import JsonValue

    from lambda_ci.model.artifact import Package
    from lambda_ci.model.settings import Function
    from tests.fakes.aws_faults import Fault
    from tests.localstack.account import Account
    from tests.localstack.server import LocalStack

ROOT = Path(__file__).parents[2]
KINDS = ("create", "update")
AT_ONCE = 8
"""Deploys beside each other: they wait most of the time."""
AWS = AwsSpec.model_validate({})
ABOVE = """\
import os

import common

def handler(event, context):
    return {"statusCode": 200, "answer": %r, "colour": os.environ.get("COLOUR"), "shared": common.WORD}
"""
ONCE = Patience(connect=60, read=120, upload=120, attempts=1, upload_attempts=1)
"""Nothing is asked twice. A busy machine takes long to answer."""


@dataclass(frozen=True)
class Place:
    """The ``number``-th request (from 0) of one operation, in the deploy of a new function or of a changed one."""

    kind: str
    operation: str
    number: int


@dataclass(frozen=True)
class Seen:
    """``survived``: the deploy succeeded in spite of the fault. ``trouble``: what should not have been; empty when all is well."""

    place: Place
    survived: bool
    trouble: str = ""


def places(stack: LocalStack, folder: Path) -> list[Place]:
    """Every request of both deploys, as they are without a fault."""
    found = []
    for kind in KINDS:
        (folder / kind).mkdir(parents=True)
        with opened(stack, folder / kind) as account:
            begin(account, kind)
            assert account.cli("deploy").code == 0
            operations = account.proxy.operations
        found += [Place(kind, name, operations[:index].count(name)) for index, name in enumerate(operations)]
    return found


def matrix(
    stack: LocalStack, folder: Path, places: Sequence[Place], run: Callable[[Account, Place], bool]
) -> list[Seen]:
    """``run`` for every place, each in an account of its own; it says whether the deploy succeeded."""

    def cell(place: Place) -> Seen:
        home = folder / f"{place.kind}-{place.operation}-{place.number}"
        home.mkdir(parents=True)
        with opened(stack, home) as account:
            begin(account, place.kind)
            survived = run(account, place)
            return Seen(place, survived, trouble=finish(account, place.kind))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(cell, places))


def begin(account: Account, kind: str) -> None:
    """What is declared is new; for an update, an older version is served already. The layer below it is new as well."""
    if kind == "update":
        _put(account, "old", timeout=60, environment={"COLOUR": "old"})
        account.deploy()
        assert account.alias() == "1"
    _put(account, "new", timeout=61, environment={"COLOUR": "new"}, tags={"team": "shop"})
    account.proxy.requests.clear()


def _put(account: Account, word: str, **spec: JsonValue) -> None:
    account.cli.write("shared/common.py", f"WORD = {word!r}\n")
    project = {"layers": {"shared": {"source": "shared"}}}
    account.put(word, code=ABOVE % word, project=project, layers=["shared"], **spec)


def finish(account: Account, kind: str) -> str:
    """What is wrong: after the faulty run, after a plain second one, and in the third, which must find nothing to do."""
    account.proxy.faults.clear()
    version, old, new = account.alias(), "1" if kind == "update" else "", "2" if kind == "update" else "1"
    if version not in {old, new}:
        return f"the alias runs {version or 'nothing'} after the fault"
    ran = account.cli("deploy")
    if ran.code != 0:
        return f"the second run ended with {ran.code}: {ran.err}"
    if untested := _untested(account):
        return f"the alias was sent to version {untested} before its test"
    if (account.alias(), account.versions()[-1]) != (new, new):
        return f"the alias runs {account.alias()} of {account.versions()} in the end"
    answer = account.answer()
    if (answer["answer"], answer["colour"], answer["shared"]) != ("new", "new", "new"):
        return f"callers get {answer}"
    planned = account.cli("plan", "--json")
    return "" if planned.document["changed"] is False else f"a third run would change something: {planned.out}"


def deploy(*faults: Fault) -> Callable[[Account, Place], bool]:
    """The command line, with botocore's own patience; one fault after the other as the request is made again."""

    def run(account: Account, place: Place) -> bool:
        for fault in faults:
            account.proxy.faults.add(place.operation, fault, after=place.number)
        return account.cli("deploy").code == 0

    return run


def once(fault: Fault) -> Callable[[Account, Place], bool]:
    """The same stages without second attempts. Nobody has to wait for an answer that does not come."""

    def run(account: Account, place: Place) -> bool:
        function, package, layer = _built(account)
        console, clock = quiet()[0], SystemClock()
        aws = connect(AWS, environ=account.cli.environ, console=console, patience=ONCE)
        invoking = aws.invoke_client(PATIENT)
        if isinstance(fault, Hang):
            clients = [aws.lambda_client(), aws.upload_client(), aws.publishing_client(), invoking]
            unanswered(clients, place.operation, after=place.number, done=fault.done)
        else:
            account.proxy.faults.add(place.operation, fault, after=place.number)
        services = Services(aws=aws, clock=clock, console=console, staging=None)
        wanted = desired.desired(function, package, project="shop", layers=[layer])
        try:
            present = look_for_layers(wanted, current.read(aws, wanted), services)
            new = apply.apply(changes.plan(wanted, present, staging=None), wanted, present, services)
            results = smoke(
                function.spec.smoke, client=invoking, function_arn=new.version_arn, root=account.cli.folder, clock=clock
            )
            if not all(one.passed for one in results):
                return False
            release.promote(new, services)
        except AwsError:
            return False
        return True

    return run


def _built(account: Account) -> tuple[Function, Package, LayerPackage]:
    """What ``lambda-ci deploy`` deploys."""
    sources = Sources(flags={}, inputs=None, environ=account.cli.environ, cwd=account.cli.folder)
    function = load(sources, today=datetime.now(tz=UTC).date()).functions[0]
    built = account.cli("build", "--json").function(NAME)
    [layer] = built["layers"]
    path, below = Path(built["path"]), packaged(account.cli.folder, Path(layer["path"]).read_bytes(), function="shared")
    attached = LayerPackage(name="shared", target=function.spec.target, description="", license_info="", package=below)
    return function, packaged(path.parent, path.read_bytes(), function=NAME), attached


def kill(account: Account, place: Place) -> bool:
    """The real process, killed when a request of it has been carried out, before it gets the answer."""
    process: list[subprocess.Popen[bytes]] = []
    started = threading.Event()

    def end() -> None:
        started.wait(120)
        process[0].kill()
        process[0].wait()

    account.proxy.faults.add(place.operation, After(end), after=place.number)
    environ = {**account.cli.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "lambda_ci", "deploy"]
    process.append(
        subprocess.Popen(
            command, cwd=account.cli.folder, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    )
    started.set()
    return process[0].wait(300) == 0


def _untested(account: Account) -> str:
    """A version that the alias was sent to although no invocation of it was asked for before."""
    invoked: set[str] = set()
    for request in account.proxy.requests:
        if request.operation == "Invoke":
            invoked.add(request.parameters["FunctionName"].rpartition(":")[2])
        elif request.operation in {"CreateAlias", "UpdateAlias"}:
            version = request.parameters["FunctionVersion"]
            if version not in invoked:
                return str(version)
    return ""
