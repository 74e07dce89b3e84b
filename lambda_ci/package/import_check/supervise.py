"""The errand: lays a function out as Lambda does, and has a process of its own import the handler.

Runs on the target's Python, standard library only, any version that Lambda has. Reads ``request.json`` in the working
folder and writes ``report.json``. What is unpacked is removed whatever happens: also when this is killed, and when its parent
is gone.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TAIL = 16384
"""Bytes of what the function prints that are kept."""
STARTING = 3.0
"""Seconds in which Python itself starts on a busy machine: the import's own, after which it says where it is, begin then."""
THREADS = 4
FLAGS = ["-I", "-S", "-B", "-u"]
MEMORY = "/dev/shm"
SPARE = 4
"""How many times the package must fit into the memory that is free."""
MAPPED = {"/var/task": "task", "/opt": "opt", "/var/runtime": "runtime"}
"""Lambda's folders, and those that stand for them on other machines."""


class Orphaned(Exception):
    """Nobody waits for the report any more."""


class Folders:
    """Where things lie: Lambda's own folders, or others under ``root``."""

    def __init__(self, root: str, *, real: bool) -> None:
        self.root = root
        self.real = real
        self.task = "/var/task" if real else os.path.join(root, "task")
        self.opt = "/opt" if real else os.path.join(root, "opt")
        self.runtime = "/var/runtime" if real else os.path.join(root, "runtime")
        self.tmp = os.path.join(root, "tmp")

    def mapped(self, value: str) -> str:
        """A variable's value with Lambda's folders replaced by those that stand for them."""
        return value if self.real else ":".join(self._mapped(part) for part in value.split(":"))

    def _mapped(self, path: str) -> str:
        for prefix, name in MAPPED.items():
            if path == prefix or path.startswith(prefix + "/"):
                return os.path.join(self.root, name) + path[len(prefix) :]
        return path

    def unmapped(self, text: str) -> str:
        """A text with the folders as they are called on Lambda."""
        for prefix, name in MAPPED.items():
            text = text if self.real else text.replace(os.path.join(self.root, name), prefix)
        return text


def main() -> None:
    work, parent = os.getcwd(), os.getppid()
    with open("request.json", encoding="utf-8") as file:
        request = json.load(file)
    place = MEMORY if has_room(request["size"]) else os.path.dirname(work)
    root = tempfile.mkdtemp(prefix="lambda-ci-import-", dir=place)
    folders = Folders(root, real=bool(request["real"]))
    leave_a_keeper(folders)
    try:
        lay_out(request, folders, work=work)
        report = imported(request, folders, work=work, parent=parent)
        with open("report.json", "w", encoding="utf-8") as file:
            json.dump(report, file)
    except Orphaned:
        pass
    finally:
        remove(folders)
    if os.getppid() != parent:
        shutil.rmtree(work, ignore_errors=True)


def has_room(size: int) -> bool:
    """Whether files can lie in memory, where making thousands of them takes a tenth of the time, and be loaded from there."""
    try:
        found = os.statvfs(MEMORY)
        with open("/proc/meminfo", encoding="ascii") as file:
            free = next(int(line.split()[1]) << 10 for line in file if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        return False
    usable = os.access(MEMORY, os.W_OK) and not found.f_flag & (os.ST_NOEXEC | os.ST_RDONLY)
    return usable and min(found.f_bavail * found.f_frsize, free) > SPARE * size


def leave_a_keeper(folders: Folders) -> None:
    """A process of its own that removes everything once this one is gone, however it went."""
    gone, here = os.pipe()
    if os.fork():
        os.close(gone)
        return
    os.setsid()
    os.close(here)
    for stream in range(3):
        os.dup2(os.open(os.devnull, os.O_RDWR), stream)
    os.read(gone, 1)
    time.sleep(0.1)  # What ends together with it may still hold files.
    remove(folders)
    os._exit(0)


def lay_out(request: dict[str, Any], folders: Folders, *, work: str) -> None:
    """Unpack everything; nothing of it can be written to afterwards."""
    if folders.real:
        empty(folders.task)
    for folder in (folders.task, folders.opt, folders.runtime, folders.tmp):
        os.makedirs(folder, exist_ok=True)
    unpack(os.path.join(work, "package.zip"), folders.task)
    for name in request["layers"]:
        unpack(os.path.join(work, name), folders.opt)
    for name, place in request["links"].items():
        os.symlink(place, os.path.join(folders.runtime, name))
    os.chmod(folders.tmp, 0o1777)
    os.chmod(folders.root, 0o755)
    for top in (folders.task,) if folders.real else (folders.task, folders.opt, folders.runtime):
        for folder, _, _ in os.walk(top):
            os.chmod(folder, 0o555)
    if not folders.real:
        os.chmod(folders.root, 0o555)


def unpack(archive: str, folder: str) -> None:
    """Members are inflated side by side; a file that is there already is replaced."""
    with zipfile.ZipFile(archive) as directory:
        members = [info for info in directory.infolist() if not info.is_dir()]
    for name in sorted({os.path.dirname(info.filename) for info in members}):
        os.makedirs(inside(folder, name), exist_ok=True)
    with open(archive, "rb") as file, ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda info: write(info, file.fileno(), folder), members))


def write(info: zipfile.ZipInfo, archive: int, folder: str) -> None:
    header = os.pread(archive, 30, info.header_offset)
    skipped = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    content = os.pread(archive, info.compress_size, info.header_offset + 30 + skipped)
    if info.compress_type == zipfile.ZIP_DEFLATED:
        content = zlib.decompress(content, -zlib.MAX_WBITS, max(info.file_size, 1))
    path = inside(folder, info.filename)
    if os.path.lexists(path):
        os.unlink(path)
    mode = (info.external_attr >> 16) & 0o555 or 0o444
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(handle, "wb") as file:
        file.write(content)


def inside(folder: str, name: str) -> str:
    if name.startswith("/") or ".." in name.split("/"):
        raise ValueError("the package names a file outside of itself")
    return os.path.join(folder, name)


def imported(request: dict[str, Any], folders: Folders, *, work: str, parent: int) -> dict[str, Any]:
    """How the import went: what the process reports, or how it ended without a report."""
    with open(os.path.join(work, "importing.py"), encoding="utf-8") as file:
        code = file.read()
    with tempfile.TemporaryFile() as told:
        child = subprocess.Popen(
            [sys.executable, *FLAGS, "-c", code],
            env=environment(request, folders),
            cwd=folders.task,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(told.fileno(),),
            start_new_session=True,
        )
        tail = Tail(child)
        order = {**request["order"], **search_path(request, folders), "report": told.fileno(), "real": folders.real}
        late = not ended_in_time(child, json.dumps(order).encode(), seconds=request["seconds"], parent=parent)
        told.seek(0)
        text = told.read().decode()
    output = folders.unmapped(tail.text())
    report = {"python": "%d.%d.%d" % sys.version_info[:3], "output": output, "code": child.returncode}
    try:
        return {**report, **json.loads(folders.unmapped(text))}
    except ValueError:
        how = "late" if late else "signal" if child.returncode < 0 else "gone"
        return {**report, "ended": how}


def environment(request: dict[str, Any], folders: Folders) -> dict[str, str]:
    declared = {name: folders.mapped(value) for name, value in request["environment"].items()}
    own = os.environ.get("LD_LIBRARY_PATH")
    if own and not folders.real:
        declared["LD_LIBRARY_PATH"] += ":" + own
    if not folders.real:
        declared["TMPDIR"] = folders.tmp
    return {**declared, "HOME": os.path.join(folders.task, "no-home")}


def search_path(request: dict[str, Any], folders: Folders) -> dict[str, list[str]]:
    """``sys.path`` as on Lambda; Python's own library follows. ``places``: what names the folders in the report."""
    version = "python%d.%d" % sys.version_info[:2]
    before = [folders.task, os.path.join(folders.opt, "python/lib", version, "site-packages"), folders.opt + "/python"]
    declared = folders.mapped(request["environment"].get("PYTHONPATH", "")).split(":")
    site = [os.path.join(sys.base_prefix, "lib", version, "site-packages")] if request["image"] else []
    runtime = [*site, "/var/runtime"] if request["image"] else [folders.runtime]
    path = [*before, *(folder for folder in declared if folder and folder not in runtime), *runtime]
    return {"path": list(dict.fromkeys(path)), "task": [folders.task], "opt": [folders.opt], "runtime": runtime}


class Tail(threading.Thread):
    """Reads what the process prints, to the end, and keeps the last of it."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        assert child.stdout is not None
        self._pipe = child.stdout
        self._kept = b""
        self.start()

    def run(self) -> None:
        while True:
            piece = os.read(self._pipe.fileno(), 65536)
            if not piece:
                return
            self._kept = (self._kept + piece)[-TAIL:]

    def text(self) -> str:
        """A process that the function left behind may hold the pipe open: that is not waited for."""
        self.join(1.0)
        return self._kept.decode("utf-8", "replace")


def ended_in_time(child: subprocess.Popen[bytes], order: bytes, *, seconds: float, parent: int) -> bool:
    deadline = time.monotonic() + STARTING + seconds
    try:
        assert child.stdin is not None
        try:
            child.stdin.write(order)
            child.stdin.close()
        except BrokenPipeError:
            pass
        while time.monotonic() < deadline:
            if os.getppid() != parent:
                raise Orphaned
            try:
                child.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            return True
        return False
    finally:
        end(child)


def end(child: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the process and of those that it started."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    child.wait()


def remove(folders: Folders) -> None:
    """Also what is removed already."""
    if not os.path.isdir(folders.root):
        return
    if folders.real:
        empty(folders.task)
        empty(folders.opt)
    for folder, names, _ in os.walk(folders.root):
        os.chmod(folder, 0o755)
        names[:] = [name for name in names if not os.path.islink(os.path.join(folder, name))]
    shutil.rmtree(folders.root, ignore_errors=True)


def empty(folder: str) -> None:
    with os.scandir(folder) as entries:
        for entry in list(entries):
            if stat.S_ISDIR(entry.stat(follow_symlinks=False).st_mode):
                shutil.rmtree(entry.path)
            else:
                os.unlink(entry.path)


if __name__ == "__main__":
    main()
