"""Images to compile in, of Debian's or Ubuntu's own packages: what this machine's apt can fetch, and nothing else.

``build``     like AWS's image: Python in ``/var/lang`` with its headers, no compiler, and a real package manager, whose packages (gcc,
              a library with a C interface) lie in the image. A build needs no network.
``compiler``  the same, with these packages installed.
``dnf``       with a compiler, and with dnf and a repository of RPM packages of its own. (AWS's image has microdnf, which Debian lacks.)
``microdnf``  the same, under microdnf's name and with no more than microdnf takes of the command.
``foreign``   the distribution's own Python for arm64, with a compiler. Made without running anything of it.

The engine keeps what was made, under a name that tells its content.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from docker.errors import APIError, ImageNotFound
from uv import find_uv_bin

from tests.container import standin
from tests.container.builders.loadable import loadable
from tests.container.interpreters import Interpreter, interpreter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from docker import DockerClient

REPOSITORY = "lambda-ci-debian"
COMPILER = ("gcc", "libc6-dev")
SYSTEM_PACKAGES = (*COMPILER, "libyaml-dev")
"""What the image's package manager can install: a compiler, and a library with its headers."""
_DNF = ("dnf", "rpm", "createrepo-c")
_MICRODNF = """#!/bin/sh
[ "$1" = install ] && [ "$2" = -y ] || { echo "microdnf: not known here: $*" >&2; exit 1; }
for word in "$@"; do case "$word" in -y|[!-]*) ;; *) echo "Unknown option $word" >&2; exit 1;; esac; done
echo "microdnf was asked" >&2
exec dnf "$@"
"""
WHEELS = ("setuptools==80.9.0",)
ENVIRONMENT = standin.ENVIRONMENT | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/srv/wheels"}
FOREIGN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/srv/wheels"}
_SMALL = (
    '--aptopt=Apt::Install-Recommends "false"',
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
)
_REPOSITORY = """
set -e
mkdir -p "$1/srv/packages"
APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get --yes --download-only install PACKAGES >&2
cd "$1/srv/packages"
for deb in "$1"/var/cache/apt/archives/*.deb; do
    name=$(basename "$deb" | sed 's/%3a/-/g')
    cp "$deb" "$name"
    { dpkg-deb --field "$name"; echo "Filename: ./$name"; echo "Size: $(stat -c %s "$name")"
      echo "SHA256: $(sha256sum "$name" | cut -d' ' -f1)"; echo; } >>Packages
done
rm -f "$1"/etc/apt/sources.list.d/*
echo 'deb [trusted=yes] file:/srv/packages ./' >"$1/etc/apt/sources.list"
"""
_RPM = r"""
set -e
apt-get -qq update && apt-get -qq --yes install PACKAGES >/dev/null
mkdir -p /srv/rpms /etc/yum.repos.d && cd /tmp
cat >answer.spec <<'END'
Name: libanswer-devel
Version: 1
Release: 1
Summary: The answer
License: MIT
%description
The answer.
%install
mkdir -p %{buildroot}/usr/include %{buildroot}/usr/lib
echo 'int the_answer(void);' >%{buildroot}/usr/include/answer.h
echo 'int the_answer(void) { return 42; }' | gcc -x c -fPIC -c -o answer.o -
ar rcs %{buildroot}/usr/lib/libanswer.a answer.o
%files
/usr/include/answer.h
/usr/lib/libanswer.a
END
rpmbuild --quiet -bb --define '_topdir /tmp/rpm' --define '_rpmdir /srv/rpms' --define 'debug_package %{nil}' answer.spec
createrepo_c --quiet /srv/rpms
printf '[local]\nname=local\nbaseurl=file:///srv/rpms\ngpgcheck=0\n' >/etc/yum.repos.d/local.repo
rm -rf /tmp/rpm /tmp/answer.*
"""
_IN_ROOT = re.compile(r"(ld-linux.*|lib(c|m|dl|pthread|rt|util|resolv|nsl|anl|nss_\w+|crypt|gcc_s|stdc\+\+|z))\.so")
"""Libraries that the smallest Debian has itself."""


def missing() -> str:
    """Why no image can be made here; empty where it can."""
    if os.geteuid() != 0:
        return "only root can make a root file system of Debian's packages"
    if not shutil.which("mmdebstrap"):
        return "mmdebstrap is not installed"
    return "" if _archive() else "apt knows no archive of Debian or Ubuntu"


def build(engine: DockerClient, version: str) -> str:
    """The image's name. Raises LookupError where this machine has no Python of that version."""
    python = interpreter(version)
    if python is None:
        raise LookupError(f"this machine has no Python {version}")
    root = _root(engine)
    return _once(engine, f"python{version}", [root, python], lambda name: _with_python(engine, root, python, name))


def compiler(engine: DockerClient, version: str) -> str:
    """The image's name. Raises LookupError as ``build`` does."""
    base = build(engine, version)
    return _once(engine, f"gcc{version}", [base], lambda name: _with_packages(engine, base, name))


def dnf(engine: DockerClient, version: str) -> str:
    """The image's name. Raises LookupError as ``build`` does."""
    base = compiler(engine, version)
    script = _RPM.replace("PACKAGES", " ".join(_DNF))
    return _once(engine, f"dnf{version}", [base], lambda name: _commit(engine, base, name, script=script))


def microdnf(engine: DockerClient, version: str) -> str:
    """The image's name. Raises LookupError as ``build`` does."""
    base = dnf(engine, version)
    script = f"printf '%s' '{_MICRODNF}' > /usr/bin/microdnf && chmod 755 /usr/bin/microdnf"
    return _once(engine, f"microdnf{version}", [base], lambda name: _commit(engine, base, name, script=script))


def foreign(engine: DockerClient) -> tuple[str, str]:
    """The name of the image for arm64, and the version of its Python."""
    version = _own_python()
    recipe = [*_archive(), version]
    return _once(engine, "arm64", recipe, lambda name: _load_foreign(engine, version, name)), version


def run(engine: DockerClient, image: str, script: str, *, files: bytes = b"", environment: Sequence[str] = ()) -> str:
    """What a shell script prints in a container that has no network, with a tar file unpacked in ``/var/task``."""
    container = engine.containers.create(
        image, ["-c", script], entrypoint="/bin/sh", environment=list(environment), network_mode="none", user="0"
    )
    try:
        if files:
            container.put_archive("/", files)
        container.start()
        status = container.wait(timeout=1200)["StatusCode"]
        printed = container.logs().decode()
    finally:
        container.remove(force=True)
    assert status == 0, printed
    return printed.strip()


def _once(engine: DockerClient, tag: str, recipe: Iterable[object], make: Callable[[str], None]) -> str:
    content = (Path(__file__).read_bytes(), Path(standin.__file__).read_bytes(), *map(repr, recipe))
    name = f"{REPOSITORY}:{tag}-{hashlib.sha256(repr(content).encode()).hexdigest()[:12]}"
    try:
        engine.images.get(name)
    except ImageNotFound:
        make(name)
        _forget(engine, [old for old in _names(engine) if old.startswith(f"{REPOSITORY}:{tag}-") and old != name])
    return name


def _names(engine: DockerClient) -> list[str]:
    return [name for image in engine.images.list(name=REPOSITORY) for name in image.tags]


def _forget(engine: DockerClient, names: Iterable[str]) -> None:
    """What was made of an older recipe; what others are made of stays."""
    for name in names:
        with suppress(APIError):
            engine.images.remove(name)


def _archive() -> tuple[str, ...]:
    """Address and release of the packages of this machine, such as ``https://…/debian/`` and ``bookworm``."""
    codename = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)", "Created-By: Packages"]
    for label in ("Debian", "Ubuntu"):
        done = subprocess.run([*asked, f"Label: {label}"], capture_output=True, text=True, check=False)
        for line in done.stdout.splitlines():
            if line.endswith(f" {codename}"):
                return tuple(line.split())
    return ()


def _own_python() -> str:
    told = subprocess.run(["apt-cache", "depends", "python3"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"Depends: python(3\.\d+)$", told, re.MULTILINE)
    assert found, told
    return found[1]


def _root(engine: DockerClient) -> str:
    def make(name: str) -> None:
        hook = _REPOSITORY.replace("PACKAGES", " ".join((*SYSTEM_PACKAGES, *_DNF)))
        with tempfile.TemporaryDirectory() as folder:
            archive = _bootstrapped(Path(folder), "--variant=apt", f"--customize-hook={hook}")
            repository, _, tag = name.partition(":")
            engine.api.import_image_from_file(str(archive), repository=repository, tag=tag)

    return _once(engine, "root", _archive(), make)


def _bootstrapped(folder: Path, *options: str) -> Path:
    address, codename = _archive()
    archive = folder / "system.tar"
    command = ["mmdebstrap", "--quiet", "--mode=root", *_SMALL, *options, codename, str(archive), address]
    subprocess.run(command, check=True, timeout=1200, stderr=subprocess.PIPE, env={**os.environ, "TMPDIR": str(folder)})
    return archive


def _with_python(engine: DockerClient, root: str, python: Interpreter, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "root")
        lang = tree / "var/lang"
        needed = standin.libraries(standin.copy_python(python, lang))
        for path in needed:
            if not _IN_ROOT.match(path.name) and not (lang / "lib" / path.name).exists():
                shutil.copy2(path, lang / "lib")
        shutil.copytree(python.headers, lang / "include" / f"python{python.version}")
        standin.install(["pip==26.0"], lang / f"lib/python{python.version}/site-packages", python=python)
        _wheels(tree / "srv/wheels")
        (tree / "var/task").mkdir()
        _commit(engine, root, name, files=standin.packed(tree).read_bytes(), environment=ENVIRONMENT)


def _wheels(folder: Path) -> None:
    command = [find_uv_bin(), "tool", "run", "--from", "pip==26.0", "pip", "--quiet", "download", "--no-deps"]
    environment = {"UV_SYSTEM_CERTS": "1"} if os.environ.get("SSL_CERT_FILE") else {}
    command += ["--only-binary=:all:", "--dest", str(folder), *WHEELS]
    subprocess.run(command, check=True, timeout=1200, stderr=subprocess.PIPE, env={**os.environ, **environment})


def _with_packages(engine: DockerClient, base: str, name: str) -> None:
    script = f"apt-get -qq update && apt-get -qq --yes install {' '.join(SYSTEM_PACKAGES)} >/dev/null"
    _commit(engine, base, name, script=script)


def _commit(
    engine: DockerClient, base: str, name: str, *, files: bytes = b"", script: str = "true", environment: object = None
) -> None:
    """A new image: ``base``, files in it, and a script that ran in it."""
    settings = environment if isinstance(environment, dict) else {}
    repository, _, tag = name.partition(":")
    container = engine.containers.create(
        base, ["-c", script], entrypoint="/bin/sh", environment=["DEBIAN_FRONTEND=noninteractive"], network_mode="none"
    )
    try:
        if files:
            container.put_archive("/", files)
        container.start()
        status = container.wait(timeout=1200)["StatusCode"]
        assert status == 0, container.logs().decode()
        container.commit(repository, tag, changes=[f'ENV {key}="{value}"' for key, value in settings.items()])
    finally:
        container.remove(force=True)


def _load_foreign(engine: DockerClient, version: str, name: str) -> None:
    packages = f"python{version},libpython{version}-dev,gcc,libc6-dev,dash,coreutils"
    merged = "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr"
    with tempfile.TemporaryDirectory() as folder:
        more = Path(folder, "more")
        own = interpreter()
        assert own
        standin.install(["pip==26.0"], more / f"usr/local/lib/python{version}/dist-packages", python=own)
        _wheels(more / "srv/wheels")
        hook = f'--extract-hook=cp -r {more}/. "$1/"; rm -f "$1"/usr/lib/python3*/EXTERNALLY-MANAGED'
        options = ("--arch=arm64", "--variant=extract", merged, f"--include={packages}", hook)
        archive = _bootstrapped(Path(folder), *options)
        with loadable(archive, name, architecture="arm64", environment=FOREIGN_ENVIRONMENT).open("rb") as file:
            engine.images.load(file)
