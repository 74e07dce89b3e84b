"""A package index on 127.0.0.1: the simple API over files that a test adds, with faults on demand.

    with Index() as index:
        index.add("demo-1.0-py3-none-any.whl", wheel("demo", "1.0"))
        index.fail("demo-1.0-py3-none-any.whl", Status(500), Status(500))
        fetch(index.url("demo-1.0-py3-none-any.whl"))

Each fault serves one request of its file, in order; afterwards the file is served as it is.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from tests.fakes.http_server import HttpHandler, HttpServer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Status:
    """Answer with this status and nothing of the file."""

    code: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Redirect:
    """Answer 302 to another address."""

    location: str


@dataclass(frozen=True)
class Truncated:
    """Announce the whole length (or nothing at all), send ``size`` bytes, close."""

    size: int
    announce: bool = True


@dataclass(frozen=True)
class Reset:
    """Send ``size`` bytes, then reset the connection."""

    size: int = 0


@dataclass(frozen=True)
class Slow:
    """Send the file in pieces of ``size`` bytes with ``pause`` seconds in between."""

    size: int
    pause: float


@dataclass(frozen=True)
class Other:
    """Send other content than that of the file."""

    content: bytes


Fault = Status | Redirect | Truncated | Reset | Slow | Other


def wheel(
    name: str, version: str, *, requires: Sequence[str] = (), files: Mapping[str, bytes] | None = None, padding: int = 0
) -> bytes:
    """The bytes of a small valid wheel; the same arguments give the same bytes. ``padding`` adds that many bytes that do not compress."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    members = dict(files or {f"{name.replace('-', '_')}.py": f"NAME = {name!r}\n".encode()})
    if padding:
        members[f"{name.replace('-', '_')}_padding.bin"] = hashlib.shake_128(name.encode()).digest(padding)
    members[f"{info}/METADATA"] = metadata.encode()
    members[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    members[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in (*members, f"{info}/RECORD")).encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in members.items():
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), content)
    return target.getvalue()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Index:
    """``hashes=False`` leaves the hashes out of the pages; ``credentials`` asks for ``user:password`` everywhere."""

    def __init__(self, *, hashes: bool = True, credentials: str = "") -> None:
        self.hashes = hashes
        self.credentials = credentials
        self.files: dict[str, bytes] = {}
        self.requests: list[str] = []
        """The paths asked for, in order."""
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._server = _Server(self)

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *reason: object) -> None:
        self._server.__exit__(*reason)

    @property
    def address(self) -> str:
        return self._server.address

    @property
    def simple(self) -> str:
        """What ``--index-url`` takes (without the credentials)."""
        return f"http://{self.address}/simple"

    def url(self, filename: str) -> str:
        return f"http://{self.address}/files/{filename}"

    def add(self, filename: str, content: bytes | None = None) -> str:
        """Serve a wheel or an sdist; a small wheel is made where no content is given. Returns its sha256."""
        if content is None:
            name, version, *_ = parse_wheel_filename(filename)
            content = wheel(name, str(version))
        self.files[filename] = content
        return sha256(content)

    def fail(self, filename: str, *faults: Fault) -> None:
        self._faults[filename].extend(faults)

    def fault(self, filename: str) -> Fault | None:
        return self._faults[filename].popleft() if self._faults[filename] else None

    def page(self, project: str) -> bytes | None:
        """The project's page of the simple API (PEP 691), or ``None``."""
        names = [name for name in self.files if _project(name) == project]
        files = [
            {"filename": name, "url": self.url(name), "hashes": self._hashes(name), "size": len(self.files[name])}
            for name in names
        ]
        document = {"meta": {"api-version": "1.0"}, "name": project, "files": files}
        return json.dumps(document).encode() if names else None

    def _hashes(self, filename: str) -> dict[str, str]:
        return {"sha256": sha256(self.files[filename])} if self.hashes else {}


def _project(filename: str) -> str:
    parsed = parse_wheel_filename(filename) if filename.endswith(".whl") else parse_sdist_filename(filename)
    return canonicalize_name(parsed[0])


class _Server(HttpServer):
    def __init__(self, index: Index) -> None:
        super().__init__(_Handler)
        self.index = index


class _Handler(HttpHandler):
    server: _Server

    def do_HEAD(self) -> None:
        self.send(405, [])

    def do_GET(self) -> None:
        self.server.index.requests.append(self.path)
        if not self._allowed():
            self.send(401, [("WWW-Authenticate", 'Basic realm="index"')])
        elif self.path.startswith("/simple/"):
            page = self.server.index.page(self.path.split("/")[2])
            self.send(200 if page else 404, [("Content-Type", "application/vnd.pypi.simple.v1+json")], page or b"")
        else:
            self._file(self.path.split("?")[0].rsplit("/", 1)[-1])

    def _allowed(self) -> bool:
        expected = self.server.index.credentials
        given = self.headers.get("Authorization", "")
        return not expected or given == "Basic " + base64.b64encode(expected.encode()).decode()

    def _file(self, filename: str) -> None:
        content = self.server.index.files.get(filename)
        match self.server.index.fault(filename):
            case Status(code, headers):
                self.send(code, headers.items())
            case Redirect(location):
                self.send(302, [("Location", location)])
            case Other(other):
                self.send(200, [], other)
            case Truncated() | Reset() | Slow() as fault if content is not None:
                self._badly(fault, content)
            case _:
                self.send(200 if content is not None else 404, [], content or b"")

    def _badly(self, fault: Truncated | Reset | Slow, content: bytes) -> None:
        self.send_response(200)
        if not isinstance(fault, Truncated) or fault.announce:
            self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        if isinstance(fault, Slow):
            for start in range(0, len(content), fault.size):
                self.wfile.write(content[start : start + fault.size])
                self.wfile.flush()
                if self.server.closing.wait(fault.pause):
                    return
            return
        self.wfile.write(content[: fault.size])
        self.wfile.flush()
        if isinstance(fault, Reset):
            self.reset()
