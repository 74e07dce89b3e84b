"""A proxy before a real registry that answers some requests with errors of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.fakes.aws_ecr import RealRegistry
from tests.fakes.forwarding import ForwardingHandler
from tests.fakes.http_server import HttpServer


@dataclass
class Fault:
    """The next ``times`` requests of this kind. ``done``: the registry gets the request all the same."""

    method: str
    part: str
    status: int
    times: int
    code: str = "UNKNOWN"
    text: str = "the registry is out of order"
    done: bool = False


class FaultyRegistry(HttpServer):
    """A context manager on a port of its own; ``seen`` is the registry as its users see it."""

    def __init__(self, behind: RealRegistry) -> None:
        super().__init__(_Handler)
        self.behind = behind
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str]] = []

    @property
    def seen(self) -> RealRegistry:
        return RealRegistry(self.address, self.behind.username, self.behind.password)

    def count(self, method: str, part: str) -> int:
        return sum(one == method and part in path for one, path in self.requests)

    def take(self, method: str, path: str) -> Fault | None:
        self.requests.append((method, path))
        found = next((one for one in self.faults if one.times and one.method == method and one.part in path), None)
        if found:
            found.times -= 1
        return found


class _Handler(ForwardingHandler):
    server: FaultyRegistry

    def _serve(self) -> None:
        fault = self.server.take(self.command, self.path)
        body = self.body()
        if fault is None or fault.done:
            answer = self.forward(self.server.behind.address, body)
            if fault is None:
                self.send(*answer)
                return
        errors = json.dumps({"errors": [{"code": fault.code, "message": fault.text}]}).encode()
        self.send(fault.status, [("Content-Type", "application/json")], errors)

    do_GET = do_PUT = do_POST = do_PATCH = do_HEAD = do_DELETE = _serve
