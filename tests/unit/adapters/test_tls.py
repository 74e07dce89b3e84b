"""Downloads over TLS, from a server whose certificate is its own authority (tls/authority.pem, for 127.0.0.1 only)."""

from __future__ import annotations

import ssl
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.http import Downloads
from lambda_ci.errors import BuildError
from tests.fakes.http_server import HttpHandler, HttpServer
from tests.fakes.quiet import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent / "tls"
CONTENT = b"a wheel" * 10_000


class Handler(HttpHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT)


class Memory:
    def __init__(self) -> None:
        self.content = b""

    def restart(self) -> None:
        self.content = b""

    def write(self, data: bytes) -> None:
        self.content += data


def served() -> HttpServer:
    server = HttpServer(Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(FOLDER / "server.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


@pytest.fixture
def address() -> Iterator[str]:
    with served() as server:
        yield server.address


@pytest.fixture
def authorities(tmp_path: Path) -> Path:
    """A copy that a test may take away."""
    copy = tmp_path / "authorities.pem"
    copy.write_bytes((FOLDER / "authority.pem").read_bytes())
    return copy


def downloads(authorities: Path | str) -> Downloads:
    return Downloads(environ={"SSL_CERT_FILE": str(authorities)}, clock=FakeClock())


def test_several_connections_trust_what_the_environment_names(address: str, authorities: Path) -> None:
    sinks = [Memory() for _ in range(4)]
    with downloads(authorities) as pool:
        crew = [threading.Thread(target=pool.get, args=(f"https://{address}/x.whl", sink)) for sink in sinks]
        for thread in crew:
            thread.start()
        for thread in crew:
            thread.join(60)
    assert [sink.content for sink in sinks] == [CONTENT] * 4


def test_the_authorities_are_read_once_for_all_servers(address: str, authorities: Path) -> None:
    with downloads(authorities) as pool, served() as other:
        pool.get(f"https://{address}/x.whl", Memory())
        authorities.unlink()
        sink = Memory()
        pool.get(f"https://{other.address}/x.whl", sink)
    assert sink.content == CONTENT


def test_a_server_that_no_authority_vouches_for_is_not_trusted(address: str) -> None:
    with (
        Downloads(environ={}, clock=FakeClock()) as pool,
        pytest.raises(BuildError, match=r"the certificate of https://127\.0\.0\.1:\d+ is not trusted here"),
    ):
        pool.get(f"https://{address}/x.whl", Memory())


def test_a_certificate_for_another_name_is_not_trusted(address: str, authorities: Path) -> None:
    port = address.rpartition(":")[2]
    with downloads(authorities) as pool, pytest.raises(BuildError, match="is not trusted here"):
        pool.get(f"https://localhost:{port}/x.whl", Memory())


@pytest.mark.parametrize("content", [b"", b"no certificate"])
def test_a_file_without_authorities_is_named(address: str, authorities: Path, content: bytes) -> None:
    authorities.write_bytes(content)
    with downloads(authorities) as pool, pytest.raises(BuildError, match=r"cannot fetch") as caught:
        pool.get(f"https://{address}/x.whl", Memory())
    assert str(authorities) in caught.value.why
