"""What goes wrong between a build and a deploy: refused logins, broken pushes, killed and cancelled runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.container.images.faulty import Fault, FaultyRegistry
from tests.fakes.aws_server import Hang, Status

if TYPE_CHECKING:
    from docker import DockerClient

    from tests.container.images.project import ImageProject

ROOT = Path(__file__).parents[3]
SMALL = ("COPY kept.txt /", "COPY app.py /")
"""What goes through a proxy of Python is no 150 MB of a runtime."""


def _started(project: ImageProject) -> subprocess.Popen[str]:
    """``lambda-ci deploy`` in a process of its own."""
    environ = {**os.environ, **project.cli.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "lambda_ci", "deploy"]
    return subprocess.Popen(command, cwd=project.cli.folder, env=environ, stderr=subprocess.PIPE, text=True)


def _wait(until: object, what: str) -> None:
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        if callable(until) and until():
            return
        time.sleep(0.1)
    pytest.fail(f"never {what}")


def test_a_login_that_aws_refuses_is_explained(project: ImageProject) -> None:
    project.generated()
    project.aws.faults.add("GetAuthorizationToken", Status(400, "AccessDeniedException", _DENIED))
    ran = project.cli("deploy", "--json")
    failure = ran.function("orders")["failure"]
    assert ran.code == 5
    assert '"Action": "ecr:GetAuthorizationToken", "Resource": "*"' in failure["fix"]
    assert (project.tags, project.aws.functions) == ([], {})


_DENIED = (
    "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: ecr:GetAuthorizationToken on resource: * "
    "because no identity-based policy allows the ecr:GetAuthorizationToken action"
)


def test_a_login_that_the_registry_refuses_names_the_rights(project: ImageProject) -> None:
    project.generated()
    project.aws.ecr.password = "wrong-password-of-ecr"
    ran = project.cli("deploy", "--json")
    failure = ran.function("orders")["failure"]
    assert ran.code == 3
    assert "the registry refuses" in failure["what"]
    assert "ecr:PutImage" in failure["fix"]
    assert "wrong-password-of-ecr" not in ran.out + ran.err
    assert project.aws.functions == {}


def test_a_push_that_breaks_is_repeated_and_sends_only_what_is_missing(project: ImageProject) -> None:
    with FaultyRegistry(project.real) as faulty:
        project.aws.ecr.registry = faulty.seen
        faulty.faults.append(Fault("PUT", "/manifests/", status=500, times=1))
        project.dockerfile(*SMALL, begin="FROM scratch")
        ran = project.deploy()
        assert "trying again" in ran.err
        assert faulty.count("PUT", "/manifests/") == 2
        uploads = faulty.count("POST", "/blobs/uploads/")
        faulty.requests.clear()
        project.cli.write("app.py", "new")
        project.deploy()
        assert faulty.count("POST", "/blobs/uploads/") < uploads


def test_a_registry_that_stays_broken_ends_the_deploy_and_the_next_one_succeeds(project: ImageProject) -> None:
    with FaultyRegistry(project.real) as faulty:
        project.aws.ecr.registry = faulty.seen
        faulty.faults.append(Fault("PUT", "/manifests/", status=500, times=3))
        project.dockerfile(*SMALL, begin="FROM scratch")
        ran = project.cli("deploy", "--json")
        failure = ran.function("orders")["failure"]
        assert ran.code == 3
        assert "the registry of" in failure["what"]
        assert "run this again" in failure["fix"]
        assert project.aws.functions == {}
        project.deploy()
        assert len(project.tags) == 1


def test_a_run_killed_between_push_and_deploy_is_finished_without_another_push(project: ImageProject) -> None:
    project.generated()
    project.aws.faults.add("CreateFunction", Hang(3600))
    with _started(project) as process:
        _wait(lambda: "CreateFunction" in project.aws.operations, "asked for the function")
        process.kill()
        process.communicate()
    assert (len(project.tags), project.aws.functions) == (1, {})
    project.aws.requests.clear()
    ran = project.deploy()
    assert "nothing is built, nothing is pushed" in ran.err
    assert "GetAuthorizationToken" not in project.aws.operations
    assert project.cli("plan", "--json").document["changed"] is False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_cancelled_build_leaves_no_container(
    project: ImageProject, engine: DockerClient, number: signal.Signals
) -> None:
    project.dockerfile("RUN sleep 3600")
    with _started(project) as process:
        _wait(lambda: _sleeping(engine), "ran the build")
        process.send_signal(number)
        _, log = process.communicate(timeout=240)
    assert process.returncode == 130, log
    assert "Traceback" not in log
    _wait(lambda: not _sleeping(engine), "ended the container")
    assert (project.tags, project.aws.functions) == ([], {})


def _sleeping(engine: DockerClient) -> list[str]:
    containers = engine.containers.list(all=True, ignore_removed=True)
    return [str(one.id) for one in containers if "sleep 3600" in " ".join(one.attrs["Config"]["Cmd"] or ())]


def test_a_build_that_is_late_is_stopped(project: ImageProject, engine: DockerClient) -> None:
    project.dockerfile("RUN sleep 3600")
    ran = project.cli("deploy", "--json", "--build-timeout", "0.05")
    assert ran.code == 3
    assert "build.timeout" in ran.function("orders")["failure"]["fix"]
    _wait(lambda: not _sleeping(engine), "ended the container")


def test_a_tag_that_somebody_else_pushed_first_is_used(project: ImageProject) -> None:
    with FaultyRegistry(project.real) as faulty:
        project.aws.ecr.registry = faulty.seen
        text = "The image tag 'x' already exists in the 'x' repository and cannot be overwritten because the repository is immutable."
        faulty.faults.append(Fault("PUT", "/manifests/", status=400, times=1, code="TAG_INVALID", text=text, done=True))
        project.dockerfile(*SMALL, begin="FROM scratch")
        project.deploy()
        assert faulty.count("PUT", "/manifests/") == 1
        assert len(project.tags) == 1
