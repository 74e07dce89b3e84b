"""Building in an image: sources in and wheels out as tar streams, the image's own pip in between."""

from __future__ import annotations

import io
import re
import tarfile
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, cast

from lambda_ci.errors import BuildError
from lambda_ci.wheels.builders import log
from lambda_ci.wheels.builders.cache import copied
from lambda_ci.wheels.builders.index import CERTIFICATES, bundle, for_pip
from lambda_ci.wheels.builders.tree import EPOCH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lambda_ci.adapters.docker import Engine
    from lambda_ci.adapters.docker_container import Container, Image
    from lambda_ci.adapters.process import Completed
    from lambda_ci.wheels.builders.source import Job
    from lambda_ci.wheels.builders.tree import Tree

WORK = "/lambda-ci"
_FIND_PYTHON = """
for python in "$(command -v "python$1")" "/var/lang/bin/python$1" /opt/python/"cp$2-cp$2"/bin/python; do
    if [ -x "$python" ] && "$python" -m pip --version >/dev/null 2>&1; then echo "$python"; exit 0; fi
done
exit 1
"""
_INSTALL = """
if command -v microdnf >/dev/null; then microdnf install -y "$@"
elif command -v dnf >/dev/null; then dnf install -y "$@"
elif command -v yum >/dev/null; then yum install -y "$@"
elif command -v apt-get >/dev/null; then apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
elif command -v apk >/dev/null; then apk add "$@"
else echo 'the image has no package manager (microdnf, dnf, yum, apt-get, apk)' >&2; exit 127; fi
"""
_CLEAR = 'rm -rf "$1" && mkdir -p "$1/wheels"'
_BUILD = """
if [ -n "${LAMBDA_CI_NETRC-}" ]; then
    umask 077
    printf '%s' "$LAMBDA_CI_NETRC" >"$2/netrc"
    export NETRC="$2/netrc"
    unset LAMBDA_CI_NETRC
fi
umask 022
cd "$2/source/$3"
"$1" -m pip wheel --no-deps --no-cache-dir --no-input --disable-pip-version-check --progress-bar off --wheel-dir "$2/wheels" .
code=$?
rm -rf "$2/source" "$2/netrc"
exit $code
"""


def image_name(job: Job) -> str:
    """The image that a job is built in."""
    return job.options.image or job.target.image


@contextmanager
def workplace(
    job: Job, image: Image, *, engine: Engine, environ: Mapping[str, str], seconds: float
) -> Iterator[Workplace]:
    """A container with everything that was asked for, gone on every exit and after ``seconds``. Raises BuildError."""
    with engine.container(image, seconds=seconds) as container:
        place = Workplace(container, environ=environ)
        place.prepare(job)
        yield place


class Workplace:
    """A running container that can build for one target."""

    def __init__(self, container: Container, *, environ: Mapping[str, str]) -> None:
        self._container = container
        self._environ = environ
        self._python = ""

    def prepare(self, job: Job) -> None:
        """Bring certificates, install system packages, find Python. Raises BuildError."""
        image = self._container.image.name
        self._container.put(_certificates(bundle(self._environ)), "/")
        if job.options.system_packages:
            done = self._run(job, _INSTALL, *job.options.system_packages)
            if done.returncode != 0:
                raise _not_installed(job, image, f"{done.stdout}\n{done.stderr}")
        version = job.target.python_version
        found = self._run(job, _FIND_PYTHON, version, version.replace(".", ""))
        if found.returncode != 0:
            raise BuildError(
                f"{image} has no Python {version} with pip",
                why=f"looked for python{version} on its PATH, in /var/lang/bin and in /opt/python",
                fix="name an image that has one in build.image; AWS's own images of that runtime do",
            )
        self._python = found.stdout.strip().splitlines()[-1]

    @property
    def image(self) -> str:
        """The name of its image."""
        return self._container.image.name

    def build(self, job: Job, tree: Tree, *, name: str, output: Path) -> Completed:
        """Put the wheel of a tree into ``output``; any exit code is an answer. Several may run at once. Raises BuildError.

        ``name`` names the folder to work in, which compilers note: the same for the same source, and for no other.
        """
        folder = f"{WORK}/{job.source.name}-{name[:8]}"
        self._run(job, _CLEAR, folder)
        with tempfile.TemporaryFile() as archive:
            tree.pack(cast("IO[bytes]", archive), prefix="source")
            archive.seek(0)
            self._container.put(cast("IO[bytes]", archive), folder)
        done = self._run(job, _BUILD, self._python, folder, job.source.subdirectory)
        if done.returncode == 0:
            for file, content in self._container.take(f"{folder}/wheels"):
                if re.fullmatch(r"[A-Za-z0-9][\w.!+-]*\.whl", file):
                    copied(content, output / file)
        return done

    def _run(self, job: Job, script: str, *arguments: str) -> Completed:
        environment = for_pip(job.indexes, self._environ, root=job.root)
        environment |= {"HOME": "/root", "PIP_ROOT_USER_ACTION": "ignore"}
        command = ("/bin/sh", "-c", script, "lambda-ci", *arguments)
        return self._container.run(command, environment=environment, seconds=job.seconds, folder=WORK)


def _certificates(path: Path | None) -> IO[bytes]:
    """A tar file with the folder to work in, and the certificates where there are any."""
    content = path.read_bytes() if path else b""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        folder = tarfile.TarInfo(WORK.lstrip("/"))
        folder.type, folder.mode, folder.mtime = tarfile.DIRTYPE, 0o755, EPOCH
        archive.addfile(folder)
        if content:
            member = tarfile.TarInfo(CERTIFICATES.lstrip("/"))
            member.size, member.mtime = len(content), EPOCH
            archive.addfile(member, io.BytesIO(content))
    stream.seek(0)
    return stream


def _not_installed(job: Job, image: str, text: str) -> BuildError:
    return BuildError(
        f"the system packages {', '.join(job.options.system_packages)} could not be installed in {image}",
        why="\n".join(log.excerpt(text).splitlines()[-4:]),
        fix="correct build.system-packages (names of the image's own packages), or name an image that has them in build.image",
    )
