"""Going back to what the alias ran, with real boto3 against the strict emulated AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import Lost, Status
from tests.fakes.releases import release

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli


@pytest.fixture(autouse=True)
def answering(aws: AwsServer) -> None:
    aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}


@pytest.fixture
def releases(cli: Cli, aws: AwsServer) -> None:
    release(cli, aws, count=3)


def alias(aws: AwsServer) -> tuple[str, str]:
    found = aws.functions["orders"].aliases["live"]
    return found["FunctionVersion"], found["Description"]


@pytest.mark.usefixtures("releases")
def test_a_rollback_goes_to_what_ran_before_and_the_next_one_further_back(cli: Cli, aws: AwsServer) -> None:
    assert alias(aws) == ("3", "[lambda-ci: 3 < 2 < 1]")
    ran = cli("rollback", "--json")
    assert (ran.code, alias(aws)) == (0, ("2", "[lambda-ci: 2 < 1; not 3]"))
    orders = ran.function("orders")
    assert (orders["version"], orders["previous-version"], orders["changed"]) == ("2", "3", True)
    assert cli("rollback").code == 0
    assert alias(aws) == ("1", "[lambda-ci: 1; not 2 3]")


@pytest.mark.usefixtures("releases")
def test_it_builds_nothing_and_writes_once(cli: Cli, aws: AwsServer) -> None:
    cli("rollback")
    assert aws.writes == ["UpdateAlias"]
    assert "Invoke" not in aws.operations, "what ran before needs no test"


@pytest.mark.usefixtures("releases")
def test_before_the_first_release_there_is_nothing(cli: Cli, aws: AwsServer) -> None:
    cli("rollback")
    cli("rollback")
    ran = cli("rollback", "--json")
    failure = ran.function("orders")["failure"]
    assert ran.code == 5
    assert failure["what"] == "the alias live of orders ran nothing before version 1"
    assert "Published versions: 3, 2, 1" in failure["why"]
    assert alias(aws)[0] == "1"


@pytest.mark.usefixtures("releases")
def test_after_a_rollback_the_next_deploy_of_the_same_code_is_a_release_again(cli: Cli, aws: AwsServer) -> None:
    cli("rollback")
    assert cli("deploy").code == 0
    assert alias(aws) == ("3", "[lambda-ci: 3 < 2 < 1]")
    assert cli("plan", "--json").document["changed"] is False


@pytest.mark.usefixtures("releases")
def test_to_a_version_by_its_number(cli: Cli, aws: AwsServer) -> None:
    assert cli("rollback", "--to", "1").code == 0
    assert alias(aws) == ("1", "[lambda-ci: 1; not 3 2]")


@pytest.mark.usefixtures("releases")
def test_to_a_commit(cli: Cli, aws: AwsServer) -> None:
    aws.functions["orders"].versions["2"]["Description"] = "orders [lambda-ci: commit 1a2b3c4d5e6f, run 7]"
    ran = cli("rollback", "--to", "1a2b3c4")
    assert (ran.code, alias(aws)[0]) == (0, "2")
    assert "runs version 2 (commit 1a2b3c4d5e6f)" in ran.err


@pytest.mark.usefixtures("releases")
@pytest.mark.parametrize("to", ["9", "main", "1a2b3c4", "../x"])
def test_to_what_is_not_there(cli: Cli, aws: AwsServer, to: str) -> None:
    ran = cli("rollback", "--to", to, "--json")
    assert ran.code == 5
    assert repr(to) in ran.function("orders")["failure"]["what"]
    assert (alias(aws)[0], aws.writes) == ("3", [])


@pytest.mark.usefixtures("releases")
def test_a_version_that_the_alias_never_ran_is_tested_first(cli: Cli, aws: AwsServer) -> None:
    aws.functions["orders"].aliases["live"]["Description"] = ""
    aws.lambda_.handlers["orders"] = lambda _event, version: {"statusCode": 500 if version == "1" else 200}
    ran = cli("rollback", "--to", "1", "--json")
    assert (ran.code, alias(aws)[0]) == (6, "3")
    assert "choose another version" in ran.function("orders")["failure"]["fix"]
    assert cli("rollback", "--to", "2").code == 0
    assert alias(aws) == ("2", "[lambda-ci: 2 < 3; not 3]")


@pytest.mark.usefixtures("releases")
def test_a_split_alias_goes_back_to_the_version_that_it_was_at(cli: Cli, aws: AwsServer) -> None:
    found = aws.functions["orders"].aliases["live"]
    found |= {
        "FunctionVersion": "2",
        "Description": "[lambda-ci: 2 < 1]",
        "RoutingConfig": {"AdditionalVersionWeights": {"3": 0.1}},
    }
    assert cli("rollback").code == 0
    assert alias(aws) == ("2", "[lambda-ci: 2 < 1; not 3]")
    assert "RoutingConfig" not in aws.functions["orders"].aliases["live"]


@pytest.mark.usefixtures("releases")
def test_a_version_that_was_deleted_is_passed_over(cli: Cli, aws: AwsServer) -> None:
    del aws.functions["orders"].versions["2"]
    assert cli("rollback").code == 0
    assert alias(aws)[0] == "1"


@pytest.mark.usefixtures("releases")
def test_a_version_that_cannot_be_invoked_is_no_place_to_go(cli: Cli, aws: AwsServer) -> None:
    aws.functions["orders"].versions["2"] |= {"State": "Failed", "StateReason": "The image was deleted."}
    ran = cli("rollback", "--json")
    assert (ran.code, alias(aws)[0]) == (5, "3")
    assert "its state is Failed" in ran.function("orders")["failure"]["what"]


@pytest.mark.usefixtures("releases")
def test_a_lost_answer_is_recognised(cli: Cli, aws: AwsServer) -> None:
    aws.faults.add("UpdateAlias", Lost())
    ran = cli("rollback", "--json")
    assert (ran.code, alias(aws)) == (0, ("2", "[lambda-ci: 2 < 1; not 3]"))


@pytest.mark.usefixtures("releases")
def test_without_the_right_to_move_the_alias_nothing_moves(cli: Cli, aws: AwsServer) -> None:
    denied = "User: arn:aws:iam::1:user/ci is not authorized to perform: lambda:UpdateAlias on resource: x"
    aws.faults.add("UpdateAlias", Status(403, "AccessDeniedException", denied))
    ran = cli("rollback", "--json")
    assert (ran.code, alias(aws)[0]) == (5, "3")
    assert "lambda:UpdateAlias" in str(ran.function("orders")["failure"])


def test_a_function_that_was_never_deployed(cli: Cli) -> None:
    ran = cli("rollback", "--json")
    assert ran.code == 5
    assert ran.function("orders")["failure"]["what"] == "there is no alias live of orders"


def test_a_description_is_kept_and_a_new_one_is_published(cli: Cli, aws: AwsServer) -> None:
    config = (cli.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    cli.write("lambda-ci.yml", config + f"    description: {'takes orders ' * 19}\n")
    cli("deploy")
    described = aws.functions["orders"].versions["1"]["Description"]
    assert described.startswith("takes orders takes orders")
    assert "[lambda-ci: " in described
    assert cli("plan", "--json").document["changed"] is False
    assert cli("status", "--json").function("orders")["unpublished"] is False
    cli.write("lambda-ci.yml", config + "    description: takes and cancels orders\n")
    assert cli("deploy").code == 0
    assert alias(aws)[0] == "2"


@pytest.mark.usefixtures("releases")
def test_status_shows_what_the_alias_ran(cli: Cli, aws: AwsServer) -> None:
    aws.functions["orders"].versions["2"]["Description"] = "orders [lambda-ci: commit 1a2b3c4d5e6f, run 7]"
    cli("rollback")
    history = cli("status", "--json").function("orders")["history"]
    assert [(one["version"], one["commit"], one["run"], one["abandoned"]) for one in history] == [
        ("2", "1a2b3c4d5e6f", "7", False),
        ("1", None, None, False),
        ("3", None, None, True),
    ]
    text = cli("status").out
    assert "orders: what live ran\n       2  2026-11-21 08:00:00  commit 1a2b3c4d5e6f  run 7\n" in text
    assert text.rstrip().endswith("  rolled back")


@pytest.mark.usefixtures("releases")
def test_status_without_the_right_to_read_the_history_shows_the_rest(cli: Cli, aws: AwsServer) -> None:
    aws.faults.add("GetAlias", Status(403, "AccessDeniedException", "not authorized to perform: lambda:GetAlias"))
    ran = cli("status", "--json")
    assert (ran.code, ran.function("orders")["version"], ran.function("orders")["history"]) == (0, "3", [])
    assert "the history of orders is not known" in ran.err


@pytest.mark.usefixtures("releases")
def test_as_an_action_it_goes_where_the_input_says(cli: Cli, aws: AwsServer) -> None:
    cli.environ |= {
        "GITHUB_ACTIONS": "true",
        "INPUT_COMMAND": "rollback",
        "INPUT_TO": "1",
        "GITHUB_OUTPUT": str(cli.write("out", "")),
    }
    ran = cli()
    assert (ran.code, alias(aws)[0]) == (0, "1"), ran.err
