from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import tarfile
from typing import IO, TYPE_CHECKING, cast

import pytest
from docker.errors import APIError
from hypothesis import given
from hypothesis import strategies as st
from requests.exceptions import ConnectionError as Unconnected
from requests.exceptions import ReadTimeout

from lambda_ci.adapters.docker import _digest, _is_for, engine
from lambda_ci.adapters.docker_container import _Reader
from lambda_ci.adapters.docker_errors import cannot_run, explain, late, no_engine, refusal
from lambda_ci.adapters.docker_owner import is_gone, owner
from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from pathlib import Path

LIST = "application/vnd.docker.distribution.manifest.list.v2+json"


@given(st.lists(st.binary(max_size=9)), st.integers(1, 7))
def test_a_stream_of_pieces_reads_like_a_file(pieces: list[bytes], size: int) -> None:
    reader = _Reader([piece for piece in pieces if piece])
    read = []
    while data := reader.read(size):
        read.append(data)
    assert b"".join(read) == b"".join(pieces)
    assert all(len(data) == size for data in read[:-1])


@given(st.binary(max_size=3000), st.integers(1, 700))
def test_a_tar_stream_in_pieces_is_a_tar_file(content: bytes, size: int) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        member = tarfile.TarInfo("wheels/demo.whl")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    whole = stream.getvalue()
    pieces = [whole[start : start + size] for start in range(0, len(whole), size)]
    with tarfile.open(fileobj=cast("IO[bytes]", _Reader(pieces)), mode="r|") as archive:
        read = [file.read() for member in archive if (file := archive.extractfile(member))]
    assert read == [content]


def test_an_image_is_known_by_the_digest_of_its_registry_else_by_its_id() -> None:
    pulled = {"Id": "sha256:id", "RepoDigests": ["other@sha256:o", "public.ecr.aws/lambda/python@sha256:p"]}
    assert _digest(pulled, "public.ecr.aws/lambda/python:3.12") == "sha256:p"
    assert _digest({"Id": "sha256:id", "RepoDigests": []}, "mine:1") == "sha256:id"
    assert _digest({"Id": "sha256:id", "RepoDigests": None}, "mine:1") == "sha256:id"


@pytest.mark.parametrize(
    ("image", "fits"),
    [
        ({"Architecture": "arm64"}, True),
        ({"Architecture": "amd64"}, False),
        ({"Architecture": ""}, True),
        ({"Architecture": "amd64", "Descriptor": {"mediaType": LIST}}, True),
    ],
)
def test_an_image_of_another_architecture_is_no_image(image: dict[str, object], fits: bool) -> None:
    assert _is_for(image, "arm64") is fits


def test_only_processes_of_this_machine_that_ended_are_gone() -> None:
    ours = owner(os.getpid())
    boot, space, _, started = ours.split()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        theirs = owner(process.pid)
        assert not is_gone(theirs)
        process.kill()
        process.wait()
    assert is_gone(theirs)
    assert not is_gone(ours)
    assert is_gone(f"{boot} {space} {os.getpid()} 1{started}")
    assert not is_gone(f"another {space} 999999 1")
    assert not is_gone(f"{boot} another 999999 1")
    assert not is_gone("")


@pytest.mark.parametrize("make", ["absent", "deaf", "tcp"])
def test_where_no_engine_answers_it_is_said_with_the_address(tmp_path: Path, make: str) -> None:
    host = f"unix://{tmp_path}/docker.sock" if make != "tcp" else "tcp://127.0.0.1:9"
    if make == "deaf":
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(f"{tmp_path}/docker.sock")
    with pytest.raises(BuildError) as caught, engine({"DOCKER_HOST": host}):
        pass
    assert caught.value.what == f"no Docker engine answers at {host}"
    assert "DOCKER_HOST" in caught.value.fix
    assert "build.backend" in caught.value.fix


def test_an_engine_that_may_not_be_used_is_told_from_one_that_is_not_there() -> None:
    error = no_engine(PermissionError(13, "Permission denied"), host="")
    assert "may not be used by this user" in error.what
    assert "group `docker`" in error.fix


@pytest.mark.parametrize(
    ("said", "what", "advice"),
    [
        (
            "manifest for public.ecr.aws/lambda/python:9.9 not found: manifest unknown",
            "there is no image",
            "build.image",
        ),
        ("pull access denied for mine, repository does not exist", "does not give demo:1 away", "docker login"),
        ("toomanyrequests: Rate exceeded", "too often", "try again later"),
        ('Get "https://public.ecr.aws/v2/": dial tcp: lookup public.ecr.aws: no such host', "cannot reach", "proxy"),
        ("write /var/lib/docker/tmp/x: no space left on device", "no room left", "docker system prune"),
        ("standard_init_linux.go:228: exec user process caused: exec format error", "for linux/arm64", "binfmt"),
        ("no matching manifest for linux/arm64 in the manifest list entries", "there is no image", "build.image"),
        ('exec: "/bin/sh": stat /bin/sh: no such file or directory', "is no image to build in", "a shell"),
        ("read tcp 10.0.0.2:1->10.0.0.3:443: read: connection reset by peer", "cannot reach", "proxy"),
        ("something new", "Docker could not pull", "log"),
    ],
)
def test_what_docker_says_is_explained(said: str, what: str, advice: str) -> None:
    error = refusal(said, doing="pull", image="demo:1", platform="linux/arm64")
    assert what in error.what
    assert advice in error.fix
    assert error.why == said


@pytest.mark.parametrize(
    "raised", [APIError("denied"), Unconnected("Connection aborted."), OSError(28, "No space left on device")]
)
def test_everything_that_docker_and_its_transport_raise_becomes_a_build_error(raised: Exception) -> None:
    with pytest.raises(BuildError), explain("pull", image="demo:1"):
        raise raised


def test_late_and_foreign() -> None:
    assert "15 minutes" in late("demo:1", 900).what
    assert "binfmt" in cannot_run("demo:1", "linux/arm64", why="").fix


def test_docker_is_loaded_only_where_an_engine_is_needed() -> None:
    code = "import sys, lambda_ci.adapters.docker, lambda_ci.wheels.fetch; print('docker' in sys.modules, 'requests' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"


@pytest.mark.parametrize(
    "error",
    [
        Unconnected("('Connection aborted.', RemoteDisconnected())"),
        Unconnected("[Errno 111] Connection refused"),
        ReadTimeout("Read timed out. (read timeout=120)"),
        BrokenPipeError(32, "Broken pipe"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_engine_that_goes_away_is_not_taken_for_a_registry(error: Exception) -> None:
    broke = pytest.raises(BuildError, match="the connection to the Docker engine broke: it could not pull")
    with broke as caught, explain("pull", image="demo:1"):
        raise error
    assert "try again" in caught.value.fix
