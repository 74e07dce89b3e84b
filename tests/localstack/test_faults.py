"""Every fault at every request of a deploy on its way to LocalStack, and the end of the process after every request."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_faults import Hang, Html, Lost, Reset, Status
from tests.localstack import cells

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.fakes.aws_faults import Fault
    from tests.localstack.account import Account
    from tests.localstack.cells import Place, Seen
    from tests.localstack.server import LocalStack

    Matrix = Callable[[Callable[[Account, Place], bool]], list[Seen]]

ERRORS = (
    Status(429, "TooManyRequestsException", "Rate Exceeded."),
    Status(500, "ServiceException", "An error occurred and the request cannot be processed."),
    Status(503, "ServiceUnavailableException", "Service Unavailable"),
)
PASSING: dict[str, tuple[Fault, ...]] = {"429, 500, 503": ERRORS, "reset": (Reset(),), "lost answer": (Lost(),)}
LASTING: dict[str, Fault] = {
    "no answer, nothing done": Hang(60),
    "no answer, all done": Hang(60, done=True),
    "a proxy's page": Html(),
}


@pytest.fixture(scope="module")
def places(localstack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> list[Place]:
    return cells.places(localstack, tmp_path_factory.mktemp("reference"))


@pytest.fixture
def matrix(
    localstack: LocalStack, places: list[Place], tmp_path: Path, record_property: Callable[[str, object], None]
) -> Matrix:
    """All cells of one fault; the report says how many there were."""

    def run(attempt: Callable[[Account, Place], bool]) -> list[Seen]:
        seen = cells.matrix(localstack, tmp_path, places, attempt)
        kinds = Counter(one.place.kind for one in seen)
        survived = sum(one.survived for one in seen)
        counts = f"{len(seen)} deploys ({kinds['create']} create, {kinds['update']} update)"
        record_property("matrix", f"{counts}, {survived} succeeded at once, {len(seen) - survived} in the next run")
        return seen

    return run


def test_the_matrix_covers_every_operation(places: list[Place]) -> None:
    assert {place.operation for place in places if place.kind == "create"} == {
        "GetFunction", "ListLayerVersions", "PublishLayerVersion", "CreateFunction", "PublishVersion", "Invoke",
        "CreateAlias",
    }  # fmt: skip
    assert {place.operation for place in places if place.kind == "update"} == {
        "GetFunction", "ListLayerVersions", "PublishLayerVersion", "UpdateFunctionConfiguration", "UpdateFunctionCode",
        "TagResource", "PublishVersion", "Invoke", "GetAlias", "UpdateAlias",
    }  # fmt: skip


@pytest.mark.parametrize("faults", PASSING.values(), ids=PASSING)
def test_a_fault_that_passes_stops_nothing_but_the_invocation(matrix: Matrix, faults: tuple[Fault, ...]) -> None:
    seen = matrix(cells.deploy(*faults))
    assert [one for one in seen if one.trouble] == []
    stopped = {one.place.operation for one in seen if not one.survived}
    assert stopped <= {"Invoke"}, "which is never made twice"


@pytest.mark.parametrize(("fault", "code"), [*zip(ERRORS, (0, 5, 5), strict=True)], ids=str)
def test_an_invocation_is_made_again_only_where_the_function_did_not_run(
    account: Account, fault: Fault, code: int
) -> None:
    account.deploy("first")
    account.proxy.faults.add("Invoke", fault)
    ran = account.deploy("second")
    assert (ran.code, account.alias()) == (code, "1" if code else "2")
    assert account.proxy.operations.count("Invoke") == (1 if code else 2)


@pytest.mark.parametrize("fault", LASTING.values(), ids=LASTING)
def test_a_fault_that_ends_the_run_is_mended_by_the_next(matrix: Matrix, fault: Fault) -> None:
    assert [one for one in matrix(cells.once(fault)) if one.trouble] == []


def test_a_process_killed_after_any_request_is_completed_by_the_next(matrix: Matrix) -> None:
    seen = matrix(cells.kill)
    assert [one for one in seen if one.trouble] == []
    assert not any(one.survived for one in seen if one.place.operation != "GetFunction")
