"""Tokens of AWS CodeArtifact, from an endpoint on this machine."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

from lambda_ci.errors import AwsError
from lambda_ci.inputs.settings import Sources, load
from lambda_ci.lock.codeartifact import domains
from lambda_ci.main import SystemClock
from lambda_ci.verbs.building.private_indexes import with_access
from lambda_ci.verbs.world import World
from tests.fakes.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "shop-eu-123456789012.d.codeartifact.eu-west-1.amazonaws.com"
URL = f"https://{HOST}/pypi/main/simple/"
TOKEN = "eyJ-a-token-that-nobody-may-see"


class CodeArtifact(ThreadingHTTPServer):
    """Answers GetAuthorizationToken; ``refuse`` has it answer 403."""

    daemon_threads = True
    refuse = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self.thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: CodeArtifact

    def log_message(self, format: str, *args: object) -> None:
        """Tests look at ``asked``."""

    def do_POST(self) -> None:
        self.server.asked.append(self.path)
        body = {"authorizationToken": TOKEN, "expiration": 1.0e9}
        if self.server.refuse:
            body = {"message": "User: arn:aws:iam::1:user/x is not authorized to perform: GetAuthorizationToken"}
        content = json.dumps(body).encode()
        self.send_response(403 if self.server.refuse else 200)
        if self.server.refuse:
            self.send_header("x-amzn-ErrorType", "AccessDeniedException")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def service() -> Iterator[CodeArtifact]:
    with CodeArtifact() as service:
        yield service


def _world(folder: Path, service: CodeArtifact, **more: str) -> World:
    console, _ = quiet()
    keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret-key", "AWS_REGION": "us-east-1"}
    environ = {"HOME": str(folder), "AWS_ENDPOINT_URL_CODEARTIFACT": service.url, **keys, **more}
    world = {"environ": environ, "console": console, "clock": SystemClock(), "cwd": folder, "inputs": None}
    return World(**world, stdin=None, ci=None, today=None)  # type: ignore[arg-type]


def _settings(folder: Path, text: str, world: World):  # type: ignore[no-untyped-def] # noqa: ANN202
    from datetime import UTC, datetime

    (folder / "requirements.txt").write_text(text)
    (folder / "lambda-ci.yml").write_text("version: 1\nfunctions: {f: {handler: a.b, runtime: python3.13}}\n")
    sources = Sources(flags={}, inputs=None, environ=world.environ, cwd=folder)
    return load(sources, today=datetime(2026, 1, 1, tzinfo=UTC).date())


def test_a_token_is_minted_given_to_uv_by_netrc_masked_and_gone_afterwards(
    tmp_path: Path, service: CodeArtifact
) -> None:
    (tmp_path / ".netrc").write_text("machine other login me password mine\n")
    world = _world(tmp_path, service)
    settings = _settings(tmp_path, f"--index-url {URL}\ndemo\n", world)
    with with_access(settings, world) as inside:
        path = Path(inside.environ["NETRC"])
        assert path.read_text() == f"machine {HOST} login aws password {TOKEN}\nmachine other login me password mine\n"
        assert path.stat().st_mode & 0o777 == 0o600
        assert inside.console.redact(f"Basic {TOKEN}") == "Basic ***"
    assert not path.exists()
    assert service.asked == ["/v1/authorization-token?domain=shop-eu&domain-owner=123456789012&duration=3600"]


def test_without_such_an_index_aws_is_not_asked(tmp_path: Path, service: CodeArtifact) -> None:
    world = _world(tmp_path, service)
    with with_access(_settings(tmp_path, "demo\n", world), world) as inside:
        assert inside is world
    assert not service.asked


def test_a_refusal_says_what_was_asked_and_no_secret(tmp_path: Path, service: CodeArtifact) -> None:
    service.refuse = True
    world = _world(tmp_path, service, UV_INDEX=URL)
    settings = _settings(tmp_path, "demo\n", world)
    words = "CodeArtifact domain shop-eu of account 123456789012 in eu-west-1"
    with pytest.raises(AwsError, match=words) as caught, with_access(settings, world):
        pytest.fail("there is no token")
    assert "secret-key" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "environ", "count"),
    [
        (f"-i {URL}\n", {}, 1),
        (f"-i {URL}\n--extra-index-url {URL.replace('main', 'other')}\n", {}, 1),
        (f"-i {URL}\n", {"UV_INDEX": URL.replace("shop-eu", "lib")}, 2),
        (f"-i https://aws:word@{HOST}/pypi/main/simple/\n", {}, 0),
        ("", {"UV_INDEX": f"ours={URL}"}, 1),
        ("", {"UV_INDEX": f"ours={URL}", "UV_INDEX_OURS_PASSWORD": "word"}, 0),
        ("", {"UV_DEFAULT_INDEX": f"https://{HOST}.evil.example/simple"}, 0),
        ("", {"UV_DEFAULT_INDEX": f"http://{HOST}/simple"}, 0),
        ("-r more.txt\n", {}, 1),
    ],
)
def test_the_domains_are_found_wherever_an_index_is_named(
    tmp_path: Path, text: str, environ: dict[str, str], count: int
) -> None:
    (tmp_path / "requirements.txt").write_text(text)
    (tmp_path / "more.txt").write_text(f"-r requirements.txt\n--index-url={URL}\n")
    assert len(domains([tmp_path / "requirements.txt"], {"HOME": str(tmp_path), **environ})) == count


def test_a_netrc_of_the_user_is_not_overruled(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(f"-i {URL}\n")
    (tmp_path / ".netrc").write_text(f"machine {HOST} login aws password own\n")
    assert domains([tmp_path / "requirements.txt"], {"HOME": str(tmp_path)}) == []
