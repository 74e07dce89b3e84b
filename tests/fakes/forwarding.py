"""What proxies before a real server share: a request goes on as it came, and its answer comes back as it was."""

from __future__ import annotations

import http.client

from tests.fakes.http_server import HttpHandler

Answer = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers, body."""

_OF_CONNECTIONS = {"connection", "expect", "keep-alive", "transfer-encoding"}


class ForwardingHandler(HttpHandler):
    def forward(self, upstream: str, body: bytes) -> Answer:
        """``upstream`` is host and port. The Host header goes along: signatures are over it, and addresses in answers lead here."""
        connection = http.client.HTTPConnection(upstream, timeout=120)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in _OF_CONNECTIONS | {"content-length"}:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in _OF_CONNECTIONS]
            return answer.status, headers, answer.read()
        finally:
            connection.close()
