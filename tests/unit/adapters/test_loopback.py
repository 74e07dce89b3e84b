"""Asking a server on this machine."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from lambda_ci.adapters import loopback


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/garbage":
            self.wfile.write(b"not http\r\n\r\n")
            return
        self.send_response(200 if self.path == "/ok" else 500)
        self.end_headers()
        self.wfile.write(b"healthy")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Handler) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


def test_the_body_of_a_good_answer_comes_back(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert loopback.get(f"{server}/ok", timeout=60) == b"healthy"


def test_errors_garbage_and_silence_are_no_answer(server: str) -> None:
    assert loopback.get(f"{server}/broken", timeout=5) is None
    assert loopback.get(f"{server}/garbage", timeout=5) is None
    assert loopback.get("http://127.0.0.1:9/", timeout=5) is None
