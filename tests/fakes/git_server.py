"""A git server on 127.0.0.1 that wants a password, and what the programs that talk to it were given as arguments.

with GitServer(credentials="joe:s3cret") as server:
    server.add("demo.git", folder)         a repository, as it is now
    server.url("demo.git")                 http://joe:s3cret@127.0.0.1:PORT/demo.git
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from tests.fakes.http_server import HttpHandler, HttpServer
from tests.fakes.repository import ENVIRON

if TYPE_CHECKING:
    from collections.abc import Sequence


class GitServer:
    """``credentials`` (``user:password``) are asked for everywhere. The protocol is git's "dumb" one: files, and no more."""

    def __init__(self, *, credentials: str) -> None:
        self.credentials = credentials
        self.folder = Path(tempfile.mkdtemp(prefix="git-server-"))
        self._server = _Server(self)

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *reason: object) -> None:
        self._server.__exit__(*reason)
        shutil.rmtree(self.folder)

    @property
    def address(self) -> str:
        return self._server.address

    def add(self, name: str, repository: Path) -> None:
        for command in (
            ["clone", "--quiet", "--bare", str(repository), str(self.folder / name)],
            ["-C", str(self.folder / name), "update-server-info"],
        ):
            subprocess.run(["git", *command], env=ENVIRON, check=True, timeout=300)

    def url(self, name: str) -> str:
        user, _, password = self.credentials.partition(":")
        return f"http://{quote(user, safe='')}:{quote(password, safe='')}@{self.address}/{name}"


class Arguments:
    """``environ`` has every git note what it is started with, and what it starts; ``seen`` is all of that."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.environ = {"GIT_TRACE2_EVENT": str(path), "GIT_TRACE2_REDACT": "0"}

    def seen(self) -> Sequence[str]:
        """One text for each program."""
        events = [json.loads(line) for line in self._path.read_text().splitlines()]
        return [" ".join(event["argv"]) for event in events if event["event"] in {"start", "child_start"}]


class _Server(HttpServer):
    def __init__(self, git: GitServer) -> None:
        super().__init__(_Handler)
        self.git = git


class _Handler(HttpHandler):
    server: _Server

    def do_GET(self) -> None:
        git = self.server.git
        path = git.folder / self.path.partition("?")[0].lstrip("/")
        expected = "Basic " + base64.b64encode(git.credentials.encode()).decode()
        if self.headers.get("Authorization") != expected:
            self.send(401, [("WWW-Authenticate", 'Basic realm="git"')])
        elif path.is_file():
            self.send(200, [("Content-Type", "application/octet-stream")], path.read_bytes())
        else:
            self.send(404, [])
