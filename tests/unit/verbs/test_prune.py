"""Deleting old versions and whole functions, with real boto3 against the strict emulated AWS."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.deploy.prune import choose, holds
from lambda_ci.deploy.resources.alias import Alias
from tests.fakes.aws_server import After, Html, Lost, Status
from tests.fakes.releases import release

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli


@pytest.fixture(autouse=True)
def releases(cli: Cli, aws: AwsServer) -> None:
    aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}
    release(cli, aws, count=6)


def there(aws: AwsServer) -> list[str]:
    return list(aws.functions["orders"].versions)


def test_the_newest_stay_and_the_rest_goes(cli: Cli, aws: AwsServer) -> None:
    ran = cli("prune", "--keep", "2", "--json")
    assert (ran.code, there(aws)) == (0, ["5", "6"])
    assert ran.function("orders")["removed"] == ["1", "2", "3", "4"]
    assert ran.function("orders")["kept"] == {"6": "alias live", "5": "history of live"}
    assert cli("prune", "--keep", "2", "--json").document["changed"] is False
    assert cli("rollback").code == 0, "what a rollback goes to is still there"


def test_by_default_ten_stay(cli: Cli, aws: AwsServer) -> None:
    assert cli("prune").code == 0
    assert (there(aws), aws.writes) == (["1", "2", "3", "4", "5", "6"], [])


def test_dry_run_only_says(cli: Cli, aws: AwsServer) -> None:
    ran = cli("prune", "--keep", "1", "--dry-run")
    assert "would delete: 1, 2, 3, 4, 5" in ran.err
    assert (ran.code, aws.writes) == (0, [])


def test_what_is_in_use_stays(cli: Cli, aws: AwsServer) -> None:
    orders = aws.functions["orders"]
    orders.aliases["beta"] = {
        "Name": "beta",
        "FunctionVersion": "1",
        "RevisionId": "r",
        "AliasArn": "a",
        "Description": "",
    }
    orders.aliases["live"]["RoutingConfig"] = {"AdditionalVersionWeights": {"2": 0.5}}
    orders.provisioned.append("3")
    orders.policies["4"] = {"Sid": "s3"}
    aws.lambda_.sources.attach("orders:5", "arn:aws:sqs:eu-west-1:123456789012:q", "uuid")
    ran = cli("prune", "--keep", "1", "--json")
    assert ran.code == 0
    assert aws.writes == []
    assert ran.function("orders")["kept"] == {
        "4": "a policy of its own",
        "5": "an event source mapping",
        "6": "alias live",
        "3": "provisioned concurrency",
        "2": "alias live",
        "1": "alias beta",
    }


def test_what_aws_will_not_delete_stays_and_the_others_go(cli: Cli, aws: AwsServer) -> None:
    replica = "Lambda was unable to delete arn:…:1 because it is a replicated function."
    aws.faults.add("DeleteFunction", Status(400, "InvalidParameterValueException", replica))
    ran = cli("prune", "--keep", "2", "--json")
    assert (ran.code, there(aws)) == (0, ["1", "5", "6"])
    assert ran.function("orders")["kept"]["1"] == replica


def test_a_lost_answer_and_a_killed_run_leave_nothing_half_done(cli: Cli, aws: AwsServer) -> None:
    aws.faults.add("DeleteFunction", Lost())
    assert cli("prune", "--keep", "2").code == 0
    assert there(aws) == ["5", "6"]


@pytest.mark.parametrize("keep", ["0", "-1", "many", "1.5", "", "9999999", "٣"])
def test_a_wrong_number_is_refused(cli: Cli, aws: AwsServer, keep: str) -> None:
    ran = cli("prune", f"--keep={keep}")
    assert (ran.code, aws.requests) == (2, [])
    assert "--keep must be a number" in ran.err


@pytest.mark.parametrize("verb", [["prune", "--keep", "1"], ["destroy", "--yes"]])
@pytest.mark.parametrize("tags", [{}, {"lambda-ci:project": "other"}])
def test_what_is_not_ours_is_not_touched(cli: Cli, aws: AwsServer, verb: list[str], tags: dict[str, str]) -> None:
    aws.functions["orders"].tags = tags
    ran = cli(*verb, "--json")
    assert (ran.code, aws.writes) == (5, [])
    assert "is not owned by the project shop" in ran.function("orders")["failure"]["what"]


@given(
    numbers=st.lists(st.integers(1, 60), unique=True).map(sorted),
    keep=st.integers(1, 20),
    runs=st.integers(1, 60),
    weight=st.integers(1, 60),
    past=st.lists(st.integers(1, 60), max_size=10),
)
def test_what_an_alias_holds_never_goes(numbers: list[int], keep: int, runs: int, weight: int, past: list[int]) -> None:
    description = f"[lambda-ci: {' < '.join(map(str, past))}]"
    alias = Alias(
        function_name="f",
        name="live",
        version=str(runs),
        revision_id="",
        description=description,
        weights={str(weight): 0.1},
    )
    texts = [str(number) for number in numbers]
    goes, stays = choose(texts, holds([alias], keep=keep), keep=keep)
    assert {*goes, *stays} == set(texts)
    assert not set(goes) & {str(runs), str(weight), *texts[-keep:]}
    assert not set(goes) & set(alias.history.previous[: keep - 1])


def test_destroy_needs_a_yes(cli: Cli, aws: AwsServer) -> None:
    ran = cli("destroy")
    assert (ran.code, aws.writes) == (2, [])
    assert "delete orders (" in ran.err
    assert "6 versions, aliases live" in ran.err
    assert "--yes" in ran.err


def test_destroy_deletes_the_function_once(cli: Cli, aws: AwsServer) -> None:
    aws.lambda_.sources.attach("orders", "arn:aws:sqs:eu-west-1:123456789012:q", "uuid-1")
    aws.faults.add("DeleteFunction", Lost())
    ran = cli("destroy", "--yes", "--json")
    assert (ran.code, list(aws.functions)) == (0, [])
    assert ran.function("orders")["kept"] == {"uuid-1": "an event source mapping that lambda-ci did not make"}
    again = cli("destroy", "--yes", "--json")
    assert (again.code, again.document["changed"]) == (0, False)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "code"), [("1\n", 0), ("yes\n", 2), ("", 2)])
def test_destroy_asks_on_a_terminal(cli: Cli, aws: AwsServer, answer: str, code: int) -> None:
    cli.terminal = Terminal(answer)
    ran = cli("destroy")
    assert (ran.code, bool(aws.functions)) == (code, code != 0)
    assert "Type 1, the number of functions" in ran.err


def test_what_others_took_over_while_somebody_was_asked_stays(cli: Cli, aws: AwsServer) -> None:
    aws.faults.add("ListAliases", After(lambda: aws.functions["orders"].tags.update({"lambda-ci:project": "other"})))
    ran = cli("destroy", "--yes")
    assert ran.code == 5
    assert "its tag lambda-ci:project is other" in ran.err
    assert list(aws.functions) == ["orders"]


@pytest.mark.parametrize(
    "operation",
    [
        "ListAliases",
        "ListVersionsByFunction",
        "ListProvisionedConcurrencyConfigs",
        "GetPolicy",
        "ListEventSourceMappings",
    ],
)
def test_a_page_of_a_proxy_never_says_that_nobody_uses_a_version(cli: Cli, aws: AwsServer, operation: str) -> None:
    aws.faults.add(operation, Html(), times=99)
    for verb in (["prune", "--keep", "1"], ["destroy", "--yes"]):
        ran = cli(*verb, "--json")
        if operation in aws.operations:
            assert (ran.code, aws.writes) == (5, [])
            assert "the answer is not one of AWS" in ran.function("orders")["failure"]["what"]
            aws.requests.clear()


@pytest.mark.parametrize("verb", [["prune", "--keep", "1"], ["destroy", "--yes"]])
def test_a_page_of_a_proxy_deletes_nothing(cli: Cli, aws: AwsServer, verb: list[str]) -> None:
    aws.faults.add("DeleteFunction", Html(), times=99)
    ran = cli(*verb, "--json")
    assert (ran.code, there(aws)) == (5, ["1", "2", "3", "4", "5", "6"])
    assert not ran.function("orders").get("removed")
    aws.faults.clear()
    assert cli(*verb).code == 0


def test_what_was_deleted_before_a_failure_is_told(cli: Cli, aws: AwsServer) -> None:
    aws.faults.add("DeleteFunction", Status(403, "AccessDeniedException", "no"), after=2, times=99)
    ran = cli("prune", "--keep", "1", "--json")
    assert (ran.code, there(aws)) == (5, ["3", "4", "5", "6"])
    assert (ran.function("orders")["removed"], ran.function("orders")["changed"]) == (["1", "2"], True)
    assert "could not delete version 3" in ran.function("orders")["failure"]["what"]
