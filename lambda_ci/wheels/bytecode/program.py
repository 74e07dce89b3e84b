"""Compiles the Python files of zip files. This very file is run by the target's Python: standard library only, 3.8 and later.

``python program.py TASK.json``: for each job a zip file of sources becomes a zip file of bytecode, with
``pkg/__pycache__/module.cpython-313.pyc`` for ``pkg/module.py``, and unchecked hashes (PEP 552): no time in the package matters.
What does not compile is left out. The same sources give the same bytes, whatever was compiled before.
"""

from __future__ import annotations

import importlib.util
import json
import marshal
import os
import struct
import sys
import threading
import warnings
import zipfile
import zlib
from typing import Any, BinaryIO, Dict, Iterator, List, NamedTuple, Optional, Tuple

from marshalled import canonical  # type: ignore[import-not-found]  # beside it, where it runs

_LARGEST = 16 << 20
"""Bytes of source: larger modules are data, and cost gigabytes to compile."""
_ENOUGH = 300_000
"""Bytes of source from which a second process pays."""
_PROCESSES = 8
_LONGEST_NAME = 255
_MOST = 0xFFFF
_STACK = 64 << 20
"""Bytes: how deep expressions may be nested must not depend on ``ulimit``."""
_DEEPEST = 20_000
"""Calls within calls that ``canonical`` may need for what ``marshal`` still takes."""
_UNREADABLE = (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error)

_RECORD = struct.Struct("<5I")
"""Number of the module; method, CRC-32, size and compressed size of its bytecode, which follows."""
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION = 20
_UNIX = 3 << 8
_MODE = 0o100644 << 16
_1980_01_01 = 0x21
_UTF8 = 0x800


class Module(NamedTuple):
    """One Python file: which member of which job's zip file, its path in the package, its size in bytes."""

    job: int
    member: str
    path: str
    size: int


class Record(NamedTuple):
    """Deflated bytecode in a file of records."""

    method: int
    crc: int
    size: int
    compressed_size: int
    file: str
    offset: int


def compiled(source: bytes, path: str) -> Optional[bytes]:
    """The content of the ``.pyc`` file; None where the source is not one of this Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = compile(source, path, "exec", dont_inherit=True, optimize=0)
            raw = marshal.dumps(code)
    except Exception:
        return None
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(_DEEPEST)
    data: bytes = canonical(raw)
    sys.setrecursionlimit(usual)
    if marshal.loads(data) != code:
        raise SystemExit("the bytecode of %s is of a kind that is not known" % path)
    flags = 0b01
    return importlib.util.MAGIC_NUMBER + struct.pack("<I", flags) + importlib.util.source_hash(source) + data


def modules_of(number: int, job: Dict[str, Any]) -> List[Module]:
    """The Python files of a job, sorted by path; none where the zip file cannot be read."""
    try:
        with zipfile.ZipFile(job["source"]) as archive:
            found = {_path(info.filename, job): info for info in archive.infolist()}
    except _UNREADABLE:
        return []
    return [
        Module(number, info.filename, path, info.file_size)
        for path, info in sorted(found.items())
        if path.endswith(".py") and info.file_size <= _LARGEST and len(_bytecode_name(path)) <= _LONGEST_NAME
    ]


def _path(name: str, job: Dict[str, Any]) -> str:
    """Where a member of a wheel goes, as in lambda-ci's package stage; empty for what goes nowhere."""
    top, _, rest = name.partition("/")
    if not job["wheel"] or not top.endswith(".data") or not rest.strip("/"):
        return name
    scheme, _, path = rest.partition("/")
    return "" if scheme in {"scripts", "headers"} else path


def _bytecode_name(path: str) -> bytes:
    stem = path.rpartition("/")[2][: -len(".py")]
    return ("%s.%s.pyc" % (stem, sys.implementation.cache_tag)).encode("utf-8", "surrogateescape")


def bytecode_path(path: str) -> str:
    """``pkg/module.py`` → ``pkg/__pycache__/module.cpython-313.pyc``."""
    folder, slash, _ = path.rpartition("/")
    return folder + slash + "__pycache__/" + _bytecode_name(path).decode("utf-8", "surrogateescape")


def write_records(modules: List[Tuple[int, Module]], jobs: List[Dict[str, Any]], output: BinaryIO) -> None:
    """Compile numbered modules, and append a record of each that compiles."""
    archives: Dict[int, zipfile.ZipFile] = {}
    for number, module in modules:
        job = jobs[module.job]
        if module.job not in archives:
            archives[module.job] = zipfile.ZipFile(job["source"])
        try:
            source = archives[module.job].read(module.member)
        except _UNREADABLE:
            continue
        data = compiled(source, job["prefix"] + module.path)
        if data is not None:
            deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
            packed = deflate.compress(data) + deflate.flush()
            method, packed = (8, packed) if len(packed) < len(data) else (0, data)
            output.write(_RECORD.pack(number, method, zlib.crc32(data), len(data), len(packed)) + packed)


def read_records(path: str) -> Iterator[Tuple[int, Record]]:
    """What ``write_records`` wrote, by the numbers of the modules."""
    with open(path, "rb") as file:
        while head := file.read(_RECORD.size):
            number, method, crc, size, compressed_size = _RECORD.unpack(head)
            yield number, Record(method, crc, size, compressed_size, path, file.tell())
            file.seek(compressed_size, os.SEEK_CUR)


def write_zip(output: str, modules: List[Tuple[Module, Record]]) -> None:
    """A zip file with the same bytes for the same records."""
    if len(modules) > _MOST:
        raise SystemExit("%s would have more members than a zip file can have" % output)
    central = bytearray()
    with open(output, "wb") as file:
        for module, record in modules:
            path = bytecode_path(module.path)
            name = path.encode("utf-8")
            flags = 0 if name.isascii() else _UTF8
            sizes = (record.crc, record.compressed_size, record.size, len(name), 0)
            common = (_VERSION, flags, record.method, 0, _1980_01_01, *sizes)
            central += _CENTRAL.pack(b"PK\1\2", _UNIX | _VERSION, *common, 0, 0, 0, _MODE, file.tell()) + name
            file.write(_LOCAL.pack(b"PK\3\4", *common) + name + _bytes(record))
        start, count = file.tell(), len(modules)
        file.write(bytes(central) + _END.pack(b"PK\5\6", 0, 0, count, count, len(central), start, 0))


def _bytes(record: Record) -> bytes:
    with open(record.file, "rb") as file:
        file.seek(record.offset)
        return file.read(record.compressed_size)


def shares(modules: List[Module]) -> List[List[Tuple[int, Module]]]:
    """The modules, numbered, for as many processes as are worth it; the largest are dealt first."""
    enough = 1 + sum(module.size for module in modules) // _ENOUGH
    count = min(_processors(), _PROCESSES, enough)
    dealt = sorted(enumerate(modules), key=lambda one: -one[1].size)
    return [dealt[first::count] for first in range(count)]


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def side_by_side(parts: List[List[Tuple[int, Module]]], jobs: List[Dict[str, Any]]) -> List[str]:
    """Each share in a process of its own, the last in this one. Returns the files of records."""
    paths = ["records.%d" % number for number in range(len(parts))]
    children = []
    for number, share in enumerate(parts[:-1]):
        child = os.fork()
        if not child:
            os._exit(_labour(share, jobs, paths[number]))
        children.append(child)
    failed = _labour(parts[-1], jobs, paths[-1])
    if any([os.waitpid(child, 0)[1] for child in children]) or failed:
        raise SystemExit(1)
    return paths


def _labour(share: List[Tuple[int, Module]], jobs: List[Dict[str, Any]], path: str) -> int:
    """One share, with a stack of a known size. Returns 1 after a message where something is wrong, else 0."""
    done = []

    def labour() -> None:
        try:
            with open(path, "wb") as output:
                write_records(share, jobs, output)
            done.append(path)
        except BaseException as error:
            sys.stderr.write("%s: %s\n" % (type(error).__name__, error))
            sys.stderr.flush()

    threading.stack_size(_STACK)
    thread = threading.Thread(target=labour)
    thread.start()
    thread.join()
    return 0 if done else 1


def main(task: str) -> None:
    """Do every job of a task: ``source``, ``output``, ``prefix`` (of the paths in tracebacks), ``wheel``."""
    with open(task, encoding="utf-8") as file:
        jobs = json.load(file)["jobs"]
    modules = [module for number, job in enumerate(jobs) for module in modules_of(number, job)]
    records = {number: record for path in side_by_side(shares(modules), jobs) for number, record in read_records(path)}
    done: List[List[Tuple[Module, Record]]] = [[] for _ in jobs]
    for number, module in enumerate(modules):
        if number in records:
            done[module.job].append((module, records[number]))
    for job, its in zip(jobs, done):
        write_zip(job["output"], its)


if __name__ == "__main__":
    main(sys.argv[1])
