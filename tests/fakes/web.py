"""A web server that answers what it is told to, one after the other; the last answer stays."""

from __future__ import annotations

from tests.fakes.http_server import HttpHandler, HttpServer


class Web(HttpServer):
    """``answers``: status, and headers. ``body``: of each answer whose headers do not tell another length."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.answers: list[tuple[int, dict[str, str]]] = [(200, {})]
        self.paths: list[str] = []
        self.body = b""


class _Handler(HttpHandler):
    server: Web

    def _serve(self) -> None:
        self.body()
        answers = self.server.answers
        status, headers = answers.pop(0) if len(answers) > 1 else answers[0]
        self.server.paths.append(self.path)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(self.server.body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.server.body)

    do_GET = do_POST = _serve
