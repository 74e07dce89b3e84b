"""A stand-in for AWS's image of a Lambda runtime, made of a Python of this machine: nothing is pulled.

Its layout is that of ``public.ecr.aws/lambda/python``: Python in ``/var/lang`` (with pip, and with a boto3 of AWS's choice), AWS's
runtime in ``/var/runtime``, ``/var/task`` as the working directory, and AWS's environment and entry point.
What is not AWS's: the C library, the shell and the tools are this machine's, and there is no package manager.
Like a company's own base image it carries the machine's certificates and package index, so that no Dockerfile need name them.

``python -m tests.container.standin`` builds it, where it is not there already, and prints its name.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import ssl
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import docker
from docker.errors import ImageNotFound
from uv import find_uv_bin

from tests.container.interpreters import OWN, Interpreter, interpreter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from docker import DockerClient

REPOSITORY = "lambda-ci-standin"
RUNTIME = ("awslambdaric==4.2.2",)
BESIDE_PYTHON = ("pip==26.0", "boto3==1.35.0")
"""Older than lambda-ci takes, as AWS's may be: what runs in the image must not see it."""
TOOLS = ("bash", "sh", "env", "ls", "cat", "cp", "mkdir", "ln", "rm", "chmod", "id", "stat", "sleep")
MANYLINUX = (
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "libutil.so.1",
    "libm.so.6",
    "libgcc_s.so.1",
    "libstdc++.so.6",
    "libz.so.1",
)
RESOLVER = ("libresolv.so.2", "libnss_dns.so.2", "libnss_files.so.2")
"""Libraries that no ELF file of the image names, and that wheels or the C library open."""
UNUSED = ("__pycache__", "*.a", "config-*", "test", "tests", "idlelib", "tkinter", "turtledemo", "lib2to3")
PACKAGES = ("site-packages", "dist-packages", "EXTERNALLY-MANAGED")
CERTIFICATES = "/etc/pki/tls/certs/ca-bundle.crt"
CERTIFICATE_SETTINGS = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT")
INDEX_SETTINGS = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_TRUSTED_HOST",
    "UV_DEFAULT_INDEX",
    "UV_INDEX_URL",
    "UV_EXTRA_INDEX_URL",
)
ENVIRONMENT = {
    "LANG": "en_US.UTF-8",
    "TZ": ":/etc/localtime",
    "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    "LD_LIBRARY_PATH": "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
    "LAMBDA_TASK_ROOT": "/var/task",
    "LAMBDA_RUNTIME_DIR": "/var/runtime",
}
FOLDERS = (
    "dev",
    "opt",
    "proc",
    "root",
    "tmp",
    "usr/bin",
    "usr/lib",
    "usr/lib64",
    "usr/local/bin",
    "usr/sbin",
    "var/runtime",
    "var/task",
)
FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\n",
    "etc/group": "root:x:0:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
    "lambda-entrypoint.sh": '#!/bin/sh\necho "this stand-in runs no functions" >&2\nexit 142\n',
}


def build(engine: DockerClient, environ: Mapping[str, str], *, version: str = OWN) -> str:
    """The stand-in's name in the engine; built where the engine has none of the same content. Needs a package index.

    Raises LookupError where this machine has no Python of that version.
    """
    python = interpreter(version)
    if python is None:
        raise LookupError(f"this machine has no Python {version} to make a stand-in of")
    settings = _settings(environ)
    bundle = _certificates(environ)
    name = f"{REPOSITORY}:{version}-{_key(python, settings, bundle)}"
    try:
        engine.images.get(name)
    except ImageNotFound:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder, "root")
            _fill(root, python, bundle)
            _load(engine, packed(root), name=name, environment={**ENVIRONMENT, **settings})
    return name


def _key(python: Interpreter, settings: Mapping[str, str], bundle: bytes) -> str:
    recipe = (Path(__file__).read_bytes(), python, repr(sorted(settings.items())), bundle)
    return hashlib.sha256(repr(recipe).encode()).hexdigest()[:12]


def _settings(environ: Mapping[str, str]) -> dict[str, str]:
    """The machine's settings that reach the package index: the certificates' place, where it has its own, and the index."""
    certificates = {name: CERTIFICATES for name in CERTIFICATE_SETTINGS if environ.get("SSL_CERT_FILE")}
    return certificates | {name: environ[name] for name in INDEX_SETTINGS if environ.get(name)}


def _certificates(environ: Mapping[str, str]) -> bytes:
    default = ssl.get_default_verify_paths()
    places = (
        environ.get("SSL_CERT_FILE"),
        default.cafile,
        default.openssl_cafile,
        "/etc/ssl/certs/ca-certificates.crt",
    )
    return next((Path(place).read_bytes() for place in places if place and Path(place).is_file()), b"")


def _fill(root: Path, python: Interpreter, bundle: bytes) -> None:
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    for name in ("bin", "lib", "lib64", "sbin"):
        (root / name).symlink_to(f"usr/{name}")
    for name, text in FILES.items():
        _write(root / name, text.encode())
    (root / "lambda-entrypoint.sh").chmod(0o755)
    for place in {CERTIFICATES, ssl.get_default_verify_paths().openssl_cafile}:
        _write(root / place.lstrip("/"), bundle)
    executables = [*copy_python(python, root / "var/lang"), *_tools(root)]
    _libraries(root, executables, apart=python.prefix)
    install(RUNTIME, root / "var/runtime", python=python)
    install(BESIDE_PYTHON, root / f"var/lang/lib/python{python.version}/site-packages", python=python)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def copy_python(python: Interpreter, lang: Path) -> list[Path]:
    """Copy a Python of this machine, as AWS names it; returns the ELF files whose libraries it needs."""
    name = f"python{python.version}"
    program = python.prefix / "bin" / name
    (lang / "bin").mkdir(parents=True)
    shutil.copy2(program, lang / "bin")
    for link in ("python", "python3"):
        (lang / "bin" / link).symlink_to(name)
    library = lang / "lib" / name
    ignored = shutil.ignore_patterns(*UNUSED, *PACKAGES)
    shutil.copytree(python.library, library, ignore=ignored, symlinks=True, ignore_dangling_symlinks=True)
    (library / "site-packages").mkdir()
    (library / "dist-packages").symlink_to("site-packages")
    for shared in python.prefix.glob(f"lib/lib{name}.so*"):
        shutil.copy2(shared, lang / "lib")
    return [program, *(python.library / "lib-dynload").glob("*.so")]


def _tools(root: Path) -> Iterator[Path]:
    for name in TOOLS:
        if found := shutil.which(name, path="/usr/bin:/bin"):
            shutil.copy2(found, root / "usr/bin" / name)
            yield Path(found)


def _libraries(root: Path, executables: Iterable[Path], *, apart: Path) -> None:
    """Copy the shared libraries of the executables, and those that are opened by name only, to where the loader looks."""
    needed = libraries(executables)
    folder = next(path.parent for path in needed if path.name == "libc.so.6")
    needed |= {path for name in (*MANYLINUX, *RESOLVER) if (path := folder / name).exists()}
    for path in needed:
        if apart == Path("/usr") or not path.is_relative_to(apart):
            place = root / "usr" / re.sub(r"^/(usr/)?", "", str(path))
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place)


def libraries(executables: Iterable[Path]) -> set[Path]:
    """The shared libraries that ELF files of this machine need."""
    return {path for executable in executables for path in _needs(executable)}


def _needs(executable: Path) -> Iterator[Path]:
    listed = subprocess.run(["ldd", executable], capture_output=True, text=True, check=False).stdout
    for place in re.findall(r"(?:=> |^\s*)(/\S+) \(0x", listed, flags=re.MULTILINE):
        yield Path(place)


def install(requirements: Iterable[str], target: Path, *, python: Interpreter) -> None:
    """Put wheels from the package index into a folder, for that Python."""
    certificates = ["--system-certs"] if os.environ.get("SSL_CERT_FILE") else []
    command = [find_uv_bin(), *certificates, "pip", "install", "--quiet", "--only-binary=:all:"]
    command += ["--python", str(python.program), "--target", str(target), *requirements]
    subprocess.run(command, check=True, timeout=300)


def packed(root: Path) -> Path:
    """A folder as a tar file beside it; everything in it belongs to root."""
    archive = root.parent / "root.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(root, arcname=".", filter=_of_root)
    return archive


def _of_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member


def _load(engine: DockerClient, archive: Path, *, name: str, environment: Mapping[str, str]) -> None:
    repository, _, tag = name.partition(":")
    changes = [f'ENV {key}="{value}"' for key, value in environment.items()]
    changes += ["WORKDIR /var/task", 'ENTRYPOINT ["/lambda-entrypoint.sh"]']
    engine.api.import_image_from_file(str(archive), repository=repository, tag=tag, changes=changes)


if __name__ == "__main__":
    with contextlib.closing(docker.from_env()) as client:
        print(build(client, os.environ))
