"""Taking a role, with real boto3 against a strict STS, and GitHub's token endpoint over real HTTP."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.adapters.aws import Aws, Patience, connect
from lambda_ci.adapters.role import session_name
from lambda_ci.errors import AwsError
from lambda_ci.model.spec.project import AwsSpec
from tests.fakes.aws_server import CREDENTIALS, AwsServer
from tests.fakes.quiet import FakeClock, quiet

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ROLE = "arn:aws:iam::123456789012:role/deploy"


@pytest.fixture
def server() -> Iterator[AwsServer]:
    with AwsServer() as server:
        yield server


def reach(server: AwsServer, environ: Mapping[str, str], **spec: object) -> tuple[Aws, FakeClock, io.StringIO]:
    clock = FakeClock()
    console, log = quiet(clock)
    document = {"region": server.region, "endpoint-url": server.url, "role-to-assume": ROLE, **spec}
    environ = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent", **environ}
    aws = connect(AwsSpec.model_validate(document), environ=environ, console=console, patience=Patience(attempts=1))
    return aws, clock, log


class GitHub(BaseHTTPRequestHandler):
    """The token endpoint of a job."""

    seen: ClassVar[list[tuple[str, dict[str, list[str]], str]]] = []
    answers: ClassVar[list[tuple[int, str]]] = []

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.seen.append((url.path, parse_qs(url.query), self.headers["Authorization"]))
        status, body = self.answers.pop(0) if self.answers else (200, json.dumps({"value": f"jwt-{len(self.seen)}"}))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def github(*answers: tuple[int, str]) -> Iterator[dict[str, str]]:
    """The environment of a job with `id-token: write`."""
    GitHub.seen, GitHub.answers = [], list(answers)
    with HTTPServer(("127.0.0.1", 0), GitHub) as endpoint:
        thread = threading.Thread(target=endpoint.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://127.0.0.1:{endpoint.server_address[1]}/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "bearer-of-the-job",
            "GITHUB_REPOSITORY": "octo/shop[bot]",
            "GITHUB_RUN_ID": "4711",
        }
        endpoint.shutdown()
        thread.join()


def test_a_job_takes_the_role_with_its_identity_token(server: AwsServer) -> None:
    server.sts.tokens = {"jwt-1"}
    with github() as environ:
        aws, _, log = reach(server, environ)
        aws.account_id()
    assert GitHub.seen == [
        ("/token", {"api-version": ["2.0"], "audience": ["sts.amazonaws.com"]}, "bearer bearer-of-the-job")
    ]
    assert server.sts.taken[0]["RoleSessionName"] == "lambda-ci-octo-shop-bot-4711"
    assert "jwt-1" not in log.getvalue()


def test_requests_are_signed_with_the_roles_credentials(server: AwsServer) -> None:
    server.sts.tokens = {"of-gitlab"}
    aws, _, _ = reach(server, {"GITLAB_OIDC_TOKEN": "of-gitlab"}, **{"role-duration-seconds": 900})
    aws.account_id()
    last = server.requests[-1]
    assert "Credential=ASIAFAKE00000001/" in last.headers["authorization"]
    assert last.headers["x-amz-security-token"] == "token-of-the-role-1"
    assert server.sts.taken[0]["DurationSeconds"] == "900"


def test_credentials_are_renewed_with_a_fresh_token_before_they_expire(server: AwsServer) -> None:
    server.sts.tokens, server.sts.expired = {"jwt-1", "jwt-2"}, True
    with github() as environ:
        aws, _, _ = reach(server, environ)
        for _ in range(2):
            with pytest.raises(ClientError, match="ResourceNotFoundException"):
                aws.lambda_client().get_function(FunctionName="orders")
    assert [taken["WebIdentityToken"] for taken in server.sts.taken] == ["jwt-1", "jwt-2"]


@pytest.mark.parametrize("gitlab", [{}, {"GITLAB_OIDC_TOKEN": "of-gitlab"}])
def test_a_token_for_the_role_of_a_runner_in_kubernetes_is_not_taken_for_another_role(
    server: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gitlab: dict[str, str]
) -> None:
    (tmp_path / "token").write_text("of-the-runner", "utf-8")
    runner = {
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/runner",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
        "AWS_ENDPOINT_URL": server.url,
        "AWS_REGION": server.region,
    }
    for name, value in runner.items():
        monkeypatch.setenv(name, value)
    server.sts.tokens = {"of-the-runner", "of-gitlab"}
    aws, _, _ = reach(server, runner | gitlab)
    aws.account_id()
    taken = [(one["RoleArn"].rpartition("/")[2], one.get("WebIdentityToken")) for one in server.sts.taken]
    chained = [("runner", "of-the-runner"), ("deploy", None)]
    assert taken == ([("deploy", "of-gitlab")] if gitlab else chained)


def test_a_token_in_a_file_is_read_each_time(server: AwsServer, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("token") / "token"
    path.write_text("in-a-file\n", "utf-8")
    server.sts.tokens = {"in-a-file"}
    aws, _, _ = reach(server, {"AWS_WEB_IDENTITY_TOKEN_FILE": str(path)})
    assert aws.account_id() == "123456789012"


def test_credentials_that_are_there_take_the_role(server: AwsServer) -> None:
    with github() as environ:
        aws, _, _ = reach(server, {**environ, **CREDENTIALS}, **{"role-session-name": "nightly"})
        aws.account_id()
    assert GitHub.seen == []
    assert [request.operation for request in server.requests] == ["AssumeRole", "GetCallerIdentity"]
    assert server.sts.taken[0]["RoleSessionName"] == "nightly"


def test_a_trust_policy_that_is_new_is_waited_for(server: AwsServer) -> None:
    server.sts.tokens, server.sts.refusals = {"of-gitlab"}, 2
    aws, clock, _ = reach(server, {"GITLAB_OIDC_TOKEN": "of-gitlab"})
    assert aws.account_id() == "123456789012"
    assert clock.monotonic() >= 4


@pytest.mark.parametrize(
    ("environ", "spec", "words"),
    [
        ({"GITLAB_OIDC_TOKEN": "of-another"}, {}, "trust policy allow sts:AssumeRoleWithWebIdentity"),
        ({"GITLAB_OIDC_TOKEN": "of-gitlab"}, {"role-duration-seconds": 43200}, "correct aws.role-duration-seconds"),
        ({"GITLAB_OIDC_TOKEN": "of-yesterday"}, {}, "begin the job again"),
        ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/nonexistent/token"}, {}, "AWS_WEB_IDENTITY_TOKEN_FILE"),
        ({**CREDENTIALS, "NOT": "CHAINED"}, {}, "trust policy allow sts:AssumeRole to the identity"),
    ],
)
def test_a_role_that_cannot_be_taken_is_explained(
    server: AwsServer, environ: dict[str, str], spec: dict[str, object], words: str
) -> None:
    server.sts.tokens, server.sts.old, server.sts.chained = {"of-gitlab"}, {"of-yesterday"}, False
    aws, _, _ = reach(server, environ, **spec)
    with pytest.raises(AwsError) as failed:
        aws.account_id()
    assert words in f"{failed.value.what} {failed.value.fix}"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([(403, "")], "HTTP 403"),
        ([(200, "<html>")], "no token"),
        ([(503, "")] * 4, "HTTP 503, 4 times"),
    ],
)
def test_github_refuses_a_token(server: AwsServer, answers: list[tuple[int, str]], words: str) -> None:
    with github(*answers) as environ:
        aws, _, _ = reach(server, environ)
        with pytest.raises(AwsError) as failed:
            aws.account_id()
    assert words in failed.value.why
    assert "id-token: write" in failed.value.fix


def test_github_stumbles_and_recovers(server: AwsServer) -> None:
    server.sts.tokens = {"jwt-2"}
    with github((500, "")) as environ:
        aws, _, _ = reach(server, environ)
        assert aws.account_id() == "123456789012"


def test_without_token_and_credentials_the_way_to_them_is_told(server: AwsServer) -> None:
    aws, _, _ = reach(server, {"GITHUB_ACTIONS": "true"})
    with pytest.raises(AwsError) as failed:
        aws.account_id()
    assert "id-token: write" in f"{failed.value.why} {failed.value.fix}"


def test_a_long_repository_leaves_room_for_the_run() -> None:
    name = session_name({"GITHUB_REPOSITORY": f"octo/{'shop' * 30}", "GITHUB_RUN_ID": "4711"})
    assert (len(name), name[:19], name[-5:]) == (64, "lambda-ci-octo-shop", "-4711")


def test_what_takes_the_role_is_never_printed(server: AwsServer) -> None:
    server.sts.tokens = {"jwt-1"}
    with github() as environ:
        aws, _, log = reach(server, environ)
        aws.account_id()
        aws.console.line(f"bearer {environ['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}, token jwt-1, key secret-of-the-role-1")
    assert not {"bearer-of-the-job", "jwt-1", "secret-of-the-role-1"} & set(log.getvalue().replace(",", " ").split())
    assert "bearer" in log.getvalue()


def test_the_shortest_session_is_not_renewed_with_each_request(server: AwsServer) -> None:
    server.sts.tokens = {"of-gitlab"}
    aws, _, _ = reach(server, {"GITLAB_OIDC_TOKEN": "of-gitlab"}, **{"role-duration-seconds": 900})
    for _ in range(5):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            aws.lambda_client().get_function(FunctionName="orders")
    assert len(server.sts.taken) == 1


@given(st.dictionaries(st.sampled_from(["GITHUB_REPOSITORY", "GITHUB_RUN_ID", "CI_PROJECT_PATH"]), st.text()))
def test_any_name_of_a_repository_makes_a_name_that_aws_takes(environ: dict[str, str]) -> None:
    name = session_name(environ)
    assert 2 <= len(name) <= 64
    assert all(character.isascii() and (character.isalnum() or character in "_+=,.@-") for character in name)


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"CI_PROJECT_PATH": "team/shop", "CI_JOB_ID": "9"}, "lambda-ci-team-shop-9"),
        ({"BITBUCKET_REPO_FULL_NAME": "team/shop", "BITBUCKET_BUILD_NUMBER": "3"}, "lambda-ci-team-shop-3"),
        ({"BUILD_REPOSITORY_NAME": "shop", "BUILD_BUILDID": "11"}, "lambda-ci-shop-11"),
        ({"JOB_NAME": "shop/main", "BUILD_NUMBER": "5"}, "lambda-ci-shop-main-5"),
        ({}, "lambda-ci"),
    ],
)
def test_the_session_names_the_repository_and_the_run(environ: dict[str, str], name: str) -> None:
    assert session_name(environ) == name
