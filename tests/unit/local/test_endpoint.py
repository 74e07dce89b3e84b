"""The file that remembers the embedded AWS, and what is believed of it."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lambda_ci.adapters import daemon
from lambda_ci.errors import ConfigurationError
from lambda_ci.local import embedded
from lambda_ci.local.endpoint import Endpoint, local_environ
from lambda_ci.main import SystemClock
from tests.fakes.quiet import FakeClock

ENDPOINT = Endpoint(url="http://127.0.0.1:1", pid=os.getpid(), log=Path("/x/log"), python="3.11", started="boot/1")


def _remember(cache_dir: Path, endpoint: Endpoint) -> Path:
    file = cache_dir / "local" / "endpoint.json"
    file.parent.mkdir()
    endpoint.write(file)
    return file


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    ENDPOINT.write(tmp_path / "endpoint.json")
    assert Endpoint.read(tmp_path / "endpoint.json") == ENDPOINT
    assert [file.name for file in tmp_path.iterdir()] == ["endpoint.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b'"text"',
        b"{}",
        b'{"format": 2}',
        b'{"format": 1}',
        b'{"format": 1, "log": 3}',
        b"\xff\xfe",
    ],
)
def test_a_file_that_cannot_be_understood_is_no_endpoint(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "endpoint.json"
    file.write_bytes(content)
    assert Endpoint.read(file) is None


def test_a_file_with_a_stranger_in_it_is_no_endpoint(tmp_path: Path) -> None:
    file = tmp_path / "endpoint.json"
    ENDPOINT.write(file)
    file.write_text(file.read_text(encoding="utf-8").replace(str(ENDPOINT.pid), '"1; rm -rf"'), encoding="utf-8")
    assert Endpoint.read(file) is None


def test_the_environment_to_deploy_with_has_dummy_credentials_only() -> None:
    environ = local_environ(ENDPOINT)
    assert environ["AWS_ENDPOINT_URL"] == ENDPOINT.url
    assert environ["AWS_ACCESS_KEY_ID"] == "000000000000"
    assert environ["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert "AWS_PROFILE" not in environ


def test_a_pid_that_now_belongs_to_another_process_is_left_alone(tmp_path: Path) -> None:
    file = _remember(tmp_path, ENDPOINT)
    assert embedded.status(tmp_path) is None
    assert embedded.stop(tmp_path, clock=FakeClock()) is None
    assert not file.exists()
    assert daemon.started_at(os.getpid()) is not None


def test_stopping_ends_the_process_that_was_remembered_and_no_other(tmp_path: Path) -> None:
    pid = daemon.spawn([sys.executable, "-c", "import time; time.sleep(60)"], env={}, log=tmp_path / "log")
    started = daemon.started_at(pid)
    assert started
    endpoint = replace(ENDPOINT, pid=pid, started=started)
    _remember(tmp_path, endpoint)
    assert embedded.stop(tmp_path, clock=SystemClock()) == endpoint
    assert daemon.started_at(pid) is None
    assert embedded.stop(tmp_path, clock=SystemClock()) is None


def test_nothing_runs_where_nothing_was_started(tmp_path: Path) -> None:
    assert embedded.status(tmp_path / "never-made") is None
    assert not (tmp_path / "never-made").exists()


def test_a_cache_folder_that_cannot_be_made_is_an_error_with_advice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="cannot be used: Not a directory"):
        embedded.start(tmp_path / "file" / "cache", environ={}, clock=FakeClock())


def test_a_missing_extra_is_an_error_that_says_how_to_install_it(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['ministack'] = None\n"
        "from pathlib import Path\n"
        "from lambda_ci.errors import LambdaCiError\n"
        "from lambda_ci.local import embedded\n"
        "from lambda_ci.main import SystemClock\n"
        "try:\n"
        f"    embedded.ensure(Path({str(tmp_path)!r}), environ={{}}, clock=SystemClock())\n"
        "except LambdaCiError as error:\n"
        "    print(error.exit_code, error.fix)\n"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.stdout == "2 pip install 'lambda-ci[local]'\n", done.stderr
