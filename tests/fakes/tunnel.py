"""A proxy for HTTPS (``CONNECT``) that leads every host to one server of this machine, and a certificate that this server can show."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
from typing import TYPE_CHECKING

from tests.fakes.http_server import HttpHandler, HttpServer

if TYPE_CHECKING:
    from pathlib import Path


class Tunnel(HttpServer):
    """A context manager. ``target`` is a port of this machine; ``asked`` the hosts that somebody wanted."""

    def __init__(self, target: int) -> None:
        super().__init__(_Handler)
        self.target = target
        self.asked: list[str] = []


class _Handler(HttpHandler):
    server: Tunnel

    def do_CONNECT(self) -> None:
        self.server.asked.append(self.path)
        self.close_connection = True
        with socket.create_connection(("127.0.0.1", self.server.target), timeout=60) as there:
            self.send_response_only(200)
            self.end_headers()
            self.wfile.flush()
            back = threading.Thread(target=_pump, args=(there, self.connection), daemon=True)
            back.start()
            _pump(self.connection, there)
            back.join(60)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(1 << 16):
            sink.sendall(piece)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def certified(server: HttpServer, host: str, folder: Path) -> Path:
    """Have the server speak TLS as ``host``, before it starts; returns the file to trust."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subject = ["-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made = [*kind, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", "req", "-x509", "-days", "2", *subject, *made], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    # The handshake is left to the thread of the connection: one that says nothing must not keep the others waiting.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return certificate
