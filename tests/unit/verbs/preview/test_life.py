"""A pull request's preview from its opening to its end, with GitHub's own events, a strict AWS and a GitHub that judges requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.fakes.aws_server import Status
from tests.fakes.pull_requests import MARK, NUMBER, ONE, TWO

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.pull_requests import Pulls
    from tests.fakes.web import Web


def test_opening_deploys_a_function_of_its_own_and_announces_it(pulls: Pulls, aws: AwsServer, web: Web) -> None:
    ran = pulls("opened")
    assert ran.code == 0, ran.err
    assert list(aws.functions) == ["orders-pr-2"]
    preview = aws.functions["orders-pr-2"]
    assert preview.tags["lambda-ci:preview"] == MARK
    assert preview.tags["lambda-ci:project"] == "shop"
    assert "lambda-ci:preview-pushed" in preview.tags
    assert preview.config["Environment"]["Variables"]["TABLE"] == "orders-preview"
    assert preview.reserved is None, "what the real function reserves is not taken from it"
    assert ran.function("orders")["function-url"].startswith(web.url)
    assert web.paths == ["/"]
    assert pulls.comments[0].startswith("<!-- lambda-ci preview of shop -->\n### 🔎 Preview of `1111111`")
    assert ran.document["preview"]["comment"].endswith("#issuecomment-1000")


def test_an_update_edits_the_same_comment(pulls: Pulls, aws: AwsServer) -> None:
    pulls("opened")
    pulls.cli.write("src/app.py", "def handler(event, context):\n    return {'statusCode': 200, 'body': 'new'}\n")
    pulls.pull.head = TWO
    ran = pulls("synchronize", head=TWO)
    assert (ran.code, ran.function("orders")["version"]) == (0, "2")
    assert len(pulls.comments) == 1
    assert "`2222222`" in pulls.comments[0]
    assert list(aws.functions) == ["orders-pr-2"]


def test_nothing_to_change_is_a_success_that_keeps_the_comment(pulls: Pulls, aws: AwsServer) -> None:
    pulls("opened")
    aws.requests.clear()
    ran = pulls("reopened")
    assert (ran.code, ran.document["changed"], len(pulls.comments)) == (0, False, 1)
    assert aws.writes == ["TagResource"], "only when it was deployed last"


def test_closing_removes_it_and_says_so(pulls: Pulls, aws: AwsServer) -> None:
    pulls("opened")
    aws.logs.groups |= {"/aws/lambda/orders-pr-2": None, "/aws/lambda/orders": None}
    pulls.pull.state = "closed"
    ran = pulls("closed")
    assert (ran.code, aws.functions) == (0, {})
    assert ran.function("orders")["removed"] == ["orders-pr-2", "/aws/lambda/orders-pr-2"]
    assert list(aws.logs.groups) == ["/aws/lambda/orders"]
    assert len(pulls.comments) == 1
    assert "### Preview removed" in pulls.comments[0]


def test_closing_what_was_never_deployed_succeeds_and_comments_nothing(pulls: Pulls) -> None:
    pulls.pull.state = "closed"
    ran = pulls("closed")
    again = pulls("closed")
    assert (ran.code, again.code, pulls.comments) == (0, 0, [])


def test_a_function_that_the_file_names_no_more_is_removed_as_well(pulls: Pulls, aws: AwsServer) -> None:
    pulls("opened")
    config = (pulls.cli.folder / "lambda-ci.yml").read_text("utf-8")
    pulls.cli.write("lambda-ci.yml", config.replace("orders:", "renamed:"))
    ran = pulls("closed")
    assert (ran.code, aws.functions) == (0, {})


def test_what_aws_does_not_find_by_tag_yet_is_removed_by_name(pulls: Pulls, aws: AwsServer) -> None:
    pulls("opened")
    aws.tagging.hidden = frozenset({"orders-pr-2"})
    assert (pulls("closed").code, aws.functions) == (0, {})


def test_functions_of_others_stay(pulls: Pulls, aws: AwsServer) -> None:
    pulls("opened")
    aws.functions["orders-pr-2"].tags["lambda-ci:preview"] = "github.com/somebody/else:2"
    ran = pulls("closed")
    assert (ran.code, list(aws.functions)) == (0, ["orders-pr-2"])
    assert "somebody/else:2" in ran.function("orders")["kept"]["orders-pr-2"]


def test_a_function_that_is_no_preview_is_not_taken_over(pulls: Pulls, aws: AwsServer) -> None:
    pulls("opened")
    del aws.functions["orders-pr-2"].tags["lambda-ci:preview"]
    aws.requests.clear()
    ran = pulls("reopened")
    assert ran.code == 5
    assert "is not the preview of this pull request" in ran.function("orders")["failure"]["what"]
    assert aws.writes == []


def test_the_address_is_announced_only_once_it_answers(pulls: Pulls, web: Web) -> None:
    web.answers = [(403, {"x-amzn-ErrorType": "AccessDeniedException"}), (502, {}), (404, {})]
    ran = pulls("opened")
    assert (ran.code, len(web.paths)) == (0, 3)
    assert web.url in pulls.comments[0]


def test_an_address_that_never_answers_fails_the_run_and_is_said(pulls: Pulls, web: Web) -> None:
    web.answers = [(502, {})]
    ran = pulls("opened")
    assert ran.code == 6
    assert "it answers 502" in ran.function("orders")["failure"]["what"]
    assert "it did not pass its tests" in pulls.comments[0]


def test_a_failed_smoke_test_is_in_the_comment_without_its_words(pulls: Pulls, aws: AwsServer) -> None:
    aws.lambda_.handlers["orders-pr-2"] = lambda _event, _version: {"statusCode": 500, "secret": "do-not-tell"}
    ran = pulls("opened")
    assert ran.code == 6
    assert "❌ **orders**: it did not pass its tests" in pulls.comments[0]
    assert "do-not-tell" not in pulls.comments[0]


def test_no_value_of_a_variable_and_no_token_is_in_comments_or_the_log(pulls: Pulls) -> None:
    ran = pulls("opened")
    told = "".join((*pulls.comments, ran.err, ran.out)).replace(f"::add-mask::{pulls.github.token}", "")
    assert "do-not-tell" not in told
    assert pulls.github.token not in told


def test_aws_in_trouble_fails_the_run_and_the_next_one_finishes(pulls: Pulls, aws: AwsServer) -> None:
    aws.faults.add("PublishVersion", Status(400, "InvalidParameterValueException", "no"))
    assert pulls("opened").code == 5
    assert "AWS refused it" in pulls.comments[0]
    assert pulls("synchronize").code == 0
    assert (len(pulls.comments), "❌" in pulls.comments[0]) == (1, False)


def test_the_action_does_the_same_with_its_own_token(pulls: Pulls, aws: AwsServer, tmp_path: Path) -> None:
    output = tmp_path / "output"
    inputs = {"INPUT_COMMAND": "preview", "INPUT_GITHUB-TOKEN": pulls.github.token, "GITHUB_OUTPUT": str(output)}
    environ = {**pulls.environ("opened"), "GITHUB_TOKEN": "", **inputs}
    ran = pulls.cli(environ=environ)
    assert (ran.code, list(aws.functions), len(pulls.comments)) == (0, ["orders-pr-2"], 1), ran.err
    assert "preview-url<<" in output.read_text("utf-8")


def test_deployments_take_the_comments_place_by_choice(pulls: Pulls, web: Web) -> None:
    announced = {"LAMBDA_CI_PREVIEW_ANNOUNCE": "deployment"}
    pulls("opened", environ=announced)
    assert (pulls.comments, pulls.github.states(f"shop/pr-{NUMBER}")) == ([], ["success"])
    last = pulls.github.statuses[pulls.github.deployments[0]["id"]][-1]
    assert last["environment_url"].startswith(web.url)
    assert pulls.github.deployments[0]["transient_environment"] is True
    pulls.pull.head = TWO
    pulls("synchronize", head=TWO, environ=announced)
    assert pulls.github.states(f"shop/pr-{NUMBER}") == ["inactive", "success"]
    pulls("closed", environ=announced)
    assert pulls.github.states(f"shop/pr-{NUMBER}") == ["inactive", "inactive"]


def test_both_and_none(pulls: Pulls) -> None:
    pulls("opened", environ={"LAMBDA_CI_PREVIEW_ANNOUNCE": "none"})
    assert (pulls.comments, pulls.github.deployments) == ([], [])
    pulls("opened", environ={"LAMBDA_CI_PREVIEW_ANNOUNCE": "both"})
    assert (len(pulls.comments), len(pulls.github.deployments)) == (1, 1)


def test_a_run_without_a_pull_request_says_what_to_do(pulls: Pulls) -> None:
    environ = {
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_EVENT_PATH": str(pulls.cli.write("e.json", json.dumps({"ref": "x"}))),
    }
    ran = pulls("opened", environ=environ)
    assert (ran.code, ran.document["error"]["what"]) == (2, "this run is about no pull request")


def test_heads_are_compared_in_full(pulls: Pulls) -> None:
    assert ONE != TWO
    pulls.pull.head = TWO
    ran = pulls("opened")
    assert (ran.code, "a newer commit was pushed" in ran.document["notice"]) == (0, True)


def test_up_for_a_closed_one_deploys_nothing_also_without_a_token(pulls: Pulls, aws: AwsServer) -> None:
    ran = pulls("closed", "preview", "up", "--json", environ={"GITHUB_TOKEN": ""})
    assert (ran.code, aws.requests, ran.document["notice"]) == (0, [], "No preview: the pull request is closed.")


def test_a_deployment_does_not_run_for_ever_where_the_run_breaks_off(pulls: Pulls) -> None:
    """Not even where it cannot be built at all."""
    config = (pulls.cli.folder / "lambda-ci.yml").read_text("utf-8")
    pulls.cli.write("lambda-ci.yml", config.replace("source: src\n", "source: src\n    layer: auto\n"))
    (pulls.cli.folder / "dist").mkdir()
    ran = pulls("opened", "preview", "--prebuilt", "dist", "--json", environ={"LAMBDA_CI_PREVIEW_ANNOUNCE": "both"})
    assert ran.code == 2
    assert pulls.github.states(f"shop/pr-{NUMBER}") == ["failure"]
