"""The recipe in two workflows: the packages come from a fork's job, everything else from the base branch."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.pull_requests import ONE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Ran
    from tests.fakes.pull_requests import Pulls


def _zip(*names: str, content: bytes = b"def handler(event, context):\n    return {'statusCode': 200}\n") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, content)
    return buffer.getvalue()


def _of_fork(event: Any) -> None:  # noqa: ANN401 - JSON
    run = event["workflow_run"]
    run |= {"head_sha": ONE, "head_branch": "changes"}
    run["head_repository"] |= {"full_name": "stranger/Hello-World"}
    run["head_repository"]["owner"]["login"] = "stranger"
    event["repository"]["full_name"] = "Codertocat/Hello-World"


def _trusted(pulls: Pulls, *flags: str) -> Ran:
    argv = ("preview", "--json", *flags)
    return pulls("workflow_run", *argv, name="workflow_run", change=_of_fork)


@pytest.fixture
def dist(pulls: Pulls) -> Path:
    folder = pulls.cli.folder / "untrusted"
    folder.mkdir()
    pulls.pull.owner, pulls.pull.home = "stranger", "stranger/Hello-World"
    (folder / "orders.zip").write_bytes(_zip("app.py"))
    return folder


def test_the_trusted_half_deploys_the_packages_of_the_other(pulls: Pulls, aws: AwsServer, dist: Path) -> None:
    pulls.cli.write("src/app.py", "this is not what is deployed")
    ran = _trusted(pulls, "--prebuilt", "untrusted")
    assert ran.code == 0, ran.err
    assert aws.functions["orders-pr-2"].code == (dist / "orders.zip").read_bytes()
    assert len(pulls.comments) == 1


def test_which_pull_request_it_is_about_is_githubs_word(pulls: Pulls, aws: AwsServer, dist: Path) -> None:
    (dist / "pull-request").write_text("1")
    pulls.pull.head = "9" * 40
    ran = _trusted(pulls, "--prebuilt", "untrusted")
    assert (ran.code, aws.functions) == (0, {}), "no open pull request has the commit that was built"
    assert f"no open pull request has {ONE[:12]} as its newest commit" in ran.err


@pytest.mark.usefixtures("dist")
@pytest.mark.parametrize("state", ["closed", "merged"])
def test_what_was_closed_while_an_approval_was_waited_for_is_skipped_loudly(
    pulls: Pulls, aws: AwsServer, state: str
) -> None:
    pulls.pull.state = state
    ran = _trusted(pulls, "--prebuilt", "untrusted")
    assert (ran.code, aws.requests) == (0, [])
    assert "::warning" in ran.err
    assert "or it was closed" in ran.err


@pytest.mark.usefixtures("dist")
def test_without_a_token_the_trusted_half_says_what_is_missing(pulls: Pulls, aws: AwsServer) -> None:
    pulls.github.token = ""
    ran = _trusted(pulls, "--prebuilt", "untrusted")
    assert (ran.code, aws.requests) == (2, [])
    assert "github-token" in ran.document["error"]["fix"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (_zip("../../etc/passwd"), "which contains `..`"),
        (_zip("/absolute"), "which is absolute"),
        (b"no zip at all", "is not a readable zip file"),
        (b"", "is not a readable zip file"),
        (_zip("app.py")[:-30], "is not a readable zip file"),
    ],
)
def test_what_a_stranger_may_hand_over(pulls: Pulls, aws: AwsServer, dist: Path, content: bytes, why: str) -> None:
    (dist / "orders.zip").write_bytes(content)
    ran = _trusted(pulls, "--prebuilt", "untrusted")
    assert (ran.code, aws.writes) == (4, [])
    assert why in ran.function("orders")["failure"]["what"]


def test_a_link_to_another_file_is_not_followed(pulls: Pulls, aws: AwsServer, dist: Path) -> None:
    (dist / "orders.zip").unlink()
    (dist / "orders.zip").symlink_to(pulls.cli.folder / "lambda-ci.yml")
    ran = _trusted(pulls, "--prebuilt", "untrusted")
    assert (ran.code, aws.writes) == (4, [])


def test_a_bomb_is_measured_by_what_it_says(pulls: Pulls, aws: AwsServer, dist: Path) -> None:
    with zipfile.ZipFile(dist / "orders.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(270 << 20))
    ran = _trusted(pulls, "--prebuilt", "untrusted")
    assert (ran.code, aws.writes) == (4, [])
    assert "bytes unpacked" in ran.function("orders")["failure"]["what"]


@pytest.mark.usefixtures("dist")
def test_what_needs_more_than_a_zip_is_refused(pulls: Pulls, aws: AwsServer) -> None:
    config = (pulls.cli.folder / "lambda-ci.yml").read_text("utf-8")
    pulls.cli.write("lambda-ci.yml", config.replace("    source: src\n", "    source: src\n    layer: auto\n"))
    ran = _trusted(pulls, "--prebuilt", "untrusted")
    assert (ran.code, aws.writes) == (2, [])
    assert ran.document["error"]["what"] == "orders cannot be deployed prebuilt"


def test_without_packages_nothing_is_built_in_the_trusted_half(pulls: Pulls, aws: AwsServer) -> None:
    pulls.pull.owner = "stranger"
    ran = _trusted(pulls, "--prebuilt", "nowhere")
    assert (ran.code, aws.writes) == (4, [])
    assert "there is no package orders.zip" in ran.function("orders")["failure"]["what"]


# the plan as a comment


def test_the_plan_is_a_comment_without_values_and_hashes(pulls: Pulls) -> None:
    pulls.cli("deploy")
    config = (pulls.cli.folder / "lambda-ci.yml").read_text("utf-8")
    pulls.cli.write("lambda-ci.yml", config.replace("KEY: do-not-tell", "KEY: changed, MORE: one"))
    assert pulls("opened", "plan", "--comment").code == 0
    assert pulls("synchronize", "plan", "--comment").code == 0
    assert len(pulls.comments) == 1
    assert pulls.comments[0].startswith("<!-- lambda-ci plan of shop -->\n### 📋 Plan: a deploy would change 1 of 1")
    assert "environment.KEY: set → set" in pulls.comments[0]
    assert not any(word in pulls.comments[0] for word in ("do-not-tell", "sha256:", "changed, MORE"))


def test_a_plan_without_a_pull_request_or_of_a_fork_comments_nothing(pulls: Pulls) -> None:
    def fork(event: Any) -> None:  # noqa: ANN401
        event["pull_request"]["head"]["repo"]["full_name"] = "stranger/fork"

    assert pulls("opened", "plan", "--comment", change=fork).code == 0
    assert pulls.cli("plan", "--comment").code == 0
    assert pulls.github.requests == []
