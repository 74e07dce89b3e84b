"""Every fault at every request of a rollback on its way to LocalStack, and the end of the process after every request."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.aws import connect
from lambda_ci.deploy.rollback import choose, roll_back
from lambda_ci.deploy.services import Services
from lambda_ci.errors import AwsError
from lambda_ci.main import SystemClock
from tests.fakes.aws_faults import After, Hang, Html, Lost, Reset, Status
from tests.fakes.aws_wire import unanswered
from tests.fakes.quiet import quiet
from tests.localstack.account import NAME, opened
from tests.localstack.cells import AWS, ONCE, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.fakes.aws_faults import Fault
    from tests.localstack.account import Account
    from tests.localstack.server import LocalStack

REQUESTS = ("GetAlias", "ListVersionsByFunction", "GetFunction", "UpdateAlias")
PASSING: dict[str, Fault] = {
    "429": Status(429, "TooManyRequestsException", "Rate Exceeded."),
    "500": Status(500, "ServiceException", "An error occurred and the request cannot be processed."),
    "503": Status(503, "ServiceUnavailableException", "Service Unavailable"),
    "reset": Reset(),
    "lost answer": Lost(),
}
LASTING: dict[str, Fault] = {
    "no answer, nothing done": Hang(60),
    "no answer, all done": Hang(60, done=True),
    "a proxy's page": Html(),
    "expired token": Status(403, "ExpiredTokenException", "The security token included in the request is expired"),
}


@pytest.fixture(scope="module")
def deployed(localstack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """Two versions, one released after the other."""
    with opened(localstack, tmp_path_factory.mktemp("rollback")) as account:
        for number in (1, 2):
            ran = account.deploy(f"release {number}")
            assert ran.code == 0, ran.err
        yield account


@pytest.fixture
def released(deployed: Account) -> Account:
    again(deployed)
    return deployed


def again(account: Account) -> None:
    """Version 2 serves, after 1."""
    account.client.update_alias(FunctionName=NAME, Name="live", FunctionVersion="2", Description="[lambda-ci: 2 < 1]")
    account.proxy.faults.clear()
    account.proxy.requests.clear()


def served(account: Account) -> tuple[str, str]:
    found = account.client.get_alias(FunctionName=NAME, Name="live")
    return found["FunctionVersion"], found["Description"]


def finish(account: Account) -> None:
    """Callers got the one or the other, and the same again brings them to the old one."""
    account.proxy.faults.clear()
    assert served(account)[0] in {"1", "2"}
    assert account.cli("rollback", "--to", "1").code == 0
    assert served(account) == ("1", "[lambda-ci: 1; not 2]")


def test_these_are_the_requests_of_a_rollback(released: Account) -> None:
    assert released.cli("rollback").code == 0
    assert tuple(released.proxy.operations) == REQUESTS


@pytest.mark.parametrize("name", PASSING)
def test_a_fault_that_passes_stops_nothing(
    released: Account, name: str, record_property: Callable[[str, object], None]
) -> None:
    for operation in REQUESTS:
        again(released)
        released.proxy.faults.add(operation, PASSING[name])
        ran = released.cli("rollback")
        assert (ran.code, served(released)) == (0, ("1", "[lambda-ci: 1; not 2]")), ran.err
    record_property("matrix", f"{len(REQUESTS)} rollbacks, all succeeded at once")


@pytest.mark.parametrize("name", LASTING)
def test_a_fault_that_ends_the_run_is_mended_by_the_next(
    released: Account, name: str, record_property: Callable[[str, object], None]
) -> None:
    """Without second attempts."""
    survived = []
    for operation in REQUESTS:
        again(released)
        console, fault = quiet()[0], LASTING[name]
        aws = connect(AWS, environ=released.cli.environ, console=console, patience=ONCE)
        if isinstance(fault, Hang):
            unanswered([aws.lambda_client()], operation, done=fault.done)
        else:
            released.proxy.faults.add(operation, fault)
        services = Services(aws=aws, clock=SystemClock(), console=console, staging=None)
        with contextlib.suppress(AwsError):
            roll_back(choose(NAME, "live", to="", services=services), services)
            survived.append(operation)
        finish(released)
    assert survived == (["UpdateAlias"] if name == "no answer, all done" else []), "what was done is recognised"
    text = (
        f"{len(REQUESTS)} rollbacks, {len(survived)} succeeded at once, {len(REQUESTS) - len(survived)} in the next run"
    )
    record_property("matrix", text)


@pytest.mark.parametrize("operation", REQUESTS)
def test_a_process_killed_after_any_request_is_completed_by_the_next(released: Account, operation: str) -> None:
    process: list[subprocess.Popen[bytes]] = []
    started = threading.Event()

    def end() -> None:
        started.wait(120)
        process[0].kill()
        process[0].wait()

    released.proxy.faults.add(operation, After(end))
    environ = {**released.cli.environ, "PYTHONPATH": str(ROOT)}
    process.append(
        subprocess.Popen(
            [sys.executable, "-m", "lambda_ci", "rollback"],
            cwd=released.cli.folder,
            env=environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    )
    started.set()
    assert process[0].wait(300) != 0
    finish(released)
