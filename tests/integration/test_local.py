"""The embedded AWS, really started: once for all commands, ended exactly, isolated from the user and from this program."""

import base64
import io
import json
import os
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters import daemon
from lambda_ci.errors import AwsError, ConfigurationError
from lambda_ci.local import embedded
from lambda_ci.local.embedded import Endpoint, local_environ
from lambda_ci.local.ministack import Ministack, free_port
from lambda_ci.main import SystemClock

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

pytestmark = pytest.mark.local_aws

CLOCK = SystemClock()
ROOT = Path(__file__).parents[2]
USER = {
    "PATH": os.environ["PATH"],
    "AWS_SECRET_ACCESS_KEY": "of-the-user",
    "AWS_PROFILE": "prod",
    "HTTP_PROXY": "http://127.0.0.1:9",
}
HANDLER = """
import importlib.util, os

def handler(event, context):
    print("a line of the log")
    if "fail" in event:
        raise ValueError("as asked")
    names = ("boto3", "pytest", "pydantic", "ministack", "lambda_ci")
    return {"environ": dict(os.environ), "found": [name for name in names if importlib.util.find_spec(name)]}
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Endpoint]]:
    cache_dir = tmp_path_factory.mktemp("cache")
    yield cache_dir, embedded.ensure(cache_dir, environ=USER, clock=CLOCK)
    embedded.stop(cache_dir, clock=CLOCK)


@pytest.fixture
def cache_dir(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    embedded.stop(tmp_path, clock=CLOCK)


def _client(endpoint: Endpoint) -> "LambdaClient":
    import boto3

    environ = local_environ(endpoint)
    return boto3.client(
        "lambda",
        endpoint_url=environ["AWS_ENDPOINT_URL"],
        region_name=environ["AWS_REGION"],
        aws_access_key_id=environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environ["AWS_SECRET_ACCESS_KEY"],
    )


def _archive(source: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", source)
    return buffer.getvalue()


def _create(client: "LambdaClient", name: str) -> None:
    role = "arn:aws:iam::000000000000:role/any"
    client.create_function(
        FunctionName=name, Runtime="python3.12", Handler="app.handler", Role=role, Code={"ZipFile": _archive(HANDLER)}
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})


def _listeners(pid: int) -> set[str]:
    """The local addresses that a process listens on, as in /proc/net/tcp: hex address and port, state 0A."""
    sockets = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
    rows = [
        line.split()
        for file in ("tcp", "tcp6")
        for line in Path(f"/proc/{pid}/net/{file}").read_text().splitlines()[1:]
    ]
    return {row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets}


def test_a_second_command_uses_what_the_first_started(shared: tuple[Path, Endpoint]) -> None:
    cache_dir, endpoint = shared
    assert embedded.ensure(cache_dir, environ={}, clock=CLOCK) == endpoint
    assert embedded.start(cache_dir, environ={}, clock=CLOCK) == endpoint
    assert embedded.status(cache_dir) == endpoint


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="needs Linux's /proc")
def test_it_listens_on_one_port_of_this_machine_only(shared: tuple[Path, Endpoint]) -> None:
    port = int(shared[1].url.rpartition(":")[2])
    assert _listeners(shared[1].pid) == {f"0100007F:{port:04X}"}


def test_a_function_sees_boto3_and_nothing_of_the_user(shared: tuple[Path, Endpoint]) -> None:
    client = _client(shared[1])
    _create(client, "seen")
    answer = client.invoke(FunctionName="seen", Payload=b"{}", LogType="Tail")
    assert base64.b64decode(answer["LogResult"]).decode().startswith("a line of the log")
    seen = json.load(answer["Payload"])
    assert seen["found"] == ["boto3"]
    assert "of-the-user" not in seen["environ"].values()
    assert not {"AWS_PROFILE", "HTTP_PROXY", "PYTHONPATH"} & set(seen["environ"])


def test_a_failing_function_is_a_function_error(shared: tuple[Path, Endpoint]) -> None:
    client = _client(shared[1])
    _create(client, "failing")
    answer = client.invoke(FunctionName="failing", Payload=b'{"fail": true}')
    assert answer["FunctionError"] == "Unhandled"
    assert json.load(answer["Payload"])["errorMessage"] == "as asked"


def test_versions_and_aliases_run_their_own_code(shared: tuple[Path, Endpoint]) -> None:
    client = _client(shared[1])
    _create(client, "versioned")
    version = client.publish_version(FunctionName="versioned")["Version"]
    client.create_alias(FunctionName="versioned", Name="live", FunctionVersion=version)
    client.update_function_code(FunctionName="versioned", ZipFile=_archive("def handler(event, context): return 2"))
    client.get_waiter("function_updated_v2").wait(FunctionName="versioned", WaiterConfig={"Delay": 1})
    newest, live = (
        client.invoke(FunctionName="versioned", Qualifier=name, Payload=b"{}") for name in ("$LATEST", "live")
    )
    assert (newest["ExecutedVersion"], json.load(newest["Payload"])) == ("$LATEST", 2)
    assert (live["ExecutedVersion"], json.load(live["Payload"])["found"]) == ("1", ["boto3"])


def test_functions_live_until_it_is_stopped(cache_dir: Path) -> None:
    endpoint = embedded.ensure(cache_dir, environ=USER, clock=CLOCK)
    _create(_client(endpoint), "kept")
    again = embedded.ensure(cache_dir, environ=USER, clock=CLOCK)
    assert [one["FunctionName"] for one in _client(again).list_functions()["Functions"]] == ["kept"]
    assert embedded.stop(cache_dir, clock=CLOCK) == endpoint
    assert embedded.stop(cache_dir, clock=CLOCK) is None
    assert embedded.status(cache_dir) is None
    assert daemon.started_at(endpoint.pid) is None
    assert {file.name for file in (cache_dir / "local").iterdir()} == {"lock", "ministack.log", "python"}


def test_a_killed_server_is_noticed_and_replaced(cache_dir: Path) -> None:
    first = embedded.ensure(cache_dir, environ=USER, clock=CLOCK)
    os.kill(first.pid, signal.SIGKILL)
    while daemon.started_at(first.pid):
        CLOCK.sleep(0.01)
    assert embedded.status(cache_dir) is None
    second = embedded.ensure(cache_dir, environ=USER, clock=CLOCK)
    assert second.pid != first.pid


def test_a_server_that_no_longer_answers_is_replaced(cache_dir: Path) -> None:
    impatient = Ministack(answers_within=1, ends_within=0.5)
    first = embedded.ensure(cache_dir, environ=USER, clock=CLOCK)
    os.kill(first.pid, signal.SIGSTOP)
    assert embedded.status(cache_dir, server=impatient) is None
    second = embedded.ensure(cache_dir, environ=USER, clock=CLOCK, server=impatient)
    assert second.pid != first.pid
    assert daemon.started_at(first.pid) is None


def test_commands_that_start_at_once_share_one_server(cache_dir: Path) -> None:
    program = (
        "import os\nfrom pathlib import Path\nfrom lambda_ci.local.embedded import ensure\n"
        "from lambda_ci.main import SystemClock\n"
        f"print(ensure(Path({str(cache_dir)!r}), environ=os.environ, clock=SystemClock()).pid)"
    )
    with ThreadPoolExecutor(3) as pool:
        done = pool.map(
            lambda _: subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, timeout=600), range(3)
        )
        assert len(set(done)) == 1


def test_a_command_that_is_killed_while_it_starts_leaves_nothing_unknown(cache_dir: Path) -> None:
    folder = cache_dir / "local"
    folder.mkdir()
    orphan = Ministack().spawn(folder, USER)
    orphan.write(folder / "endpoint.json")
    assert embedded.ensure(cache_dir, environ=USER, clock=CLOCK).pid
    running = embedded.status(cache_dir)
    assert running
    assert daemon.started_at(orphan.pid) is None or running.pid == orphan.pid


def test_an_interrupt_while_it_starts_leaves_nothing_running(cache_dir: Path) -> None:
    class Interrupting(SystemClock):
        def sleep(self, seconds: float) -> None:
            remembered = Endpoint.read(cache_dir / "local" / "endpoint.json")
            if remembered and not spawned:
                spawned.append(remembered.pid)
                raise KeyboardInterrupt
            super().sleep(seconds)

    spawned: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        embedded.ensure(cache_dir, environ=USER, clock=Interrupting())
    assert [daemon.started_at(pid) for pid in spawned] == [None]
    assert embedded.status(cache_dir) is None


def test_a_port_that_is_taken_meanwhile_is_not_the_end(cache_dir: Path) -> None:
    with socket.socket() as thief:
        thief.bind(("127.0.0.1", 0))
        thief.listen()
        taken = int(thief.getsockname()[1])
        ports = iter([taken, free_port()])
        server = Ministack(port=lambda: next(ports), answers_within=1)
        endpoint = embedded.ensure(cache_dir, environ=USER, clock=CLOCK, server=server)
        assert endpoint.url != f"http://127.0.0.1:{taken}"


def test_ports_that_are_all_taken_are_an_error(cache_dir: Path) -> None:
    with socket.socket() as thief:
        thief.bind(("127.0.0.1", 0))
        thief.listen()
        taken = int(thief.getsockname()[1])
        server = Ministack(port=lambda: taken, answers_within=0.1)
        with pytest.raises(AwsError, match="port taken 5 times"):
            embedded.ensure(cache_dir, environ=USER, clock=CLOCK, server=server)


def test_a_server_that_does_not_come_up_is_an_error_with_its_last_words(cache_dir: Path) -> None:
    broken = cache_dir / "python"
    broken.write_text("#!/bin/sh\necho 'the disk is on fire' >&2\nexit 1\n", encoding="utf-8")
    broken.chmod(0o700)
    with pytest.raises(AwsError, match="ended while it started") as caught:
        embedded.ensure(cache_dir, environ=USER, clock=CLOCK, server=Ministack(python=str(broken)))
    assert caught.value.why.endswith("ends with:\nthe disk is on fire")
    assert embedded.status(cache_dir) is None


def test_a_server_that_is_too_slow_is_an_error_and_ended(cache_dir: Path) -> None:
    slow = cache_dir / "python"
    slow.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    slow.chmod(0o700)
    with pytest.raises(AwsError, match="did not answer within 0 s") as caught:
        embedded.ensure(cache_dir, environ=USER, clock=CLOCK, server=Ministack(python=str(slow), ready_within=0.3))
    assert "is empty" in caught.value.why
    assert not (cache_dir / "local" / "endpoint.json").exists()


def test_the_server_of_another_python_is_not_used(shared: tuple[Path, Endpoint]) -> None:
    cache_dir, endpoint = shared
    file = cache_dir / "local" / "endpoint.json"
    replace(endpoint, python="3.10").write(file)
    try:
        with pytest.raises(ConfigurationError, match=r"runs functions with Python 3\.10") as caught:
            embedded.ensure(cache_dir, environ=USER, clock=CLOCK)
        assert "lambda-ci local stop" in caught.value.fix
    finally:
        endpoint.write(file)
