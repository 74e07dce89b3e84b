"""Which lines of a build's log matter, and what to do about them."""

from __future__ import annotations

import re
from typing import NamedTuple

from lambda_ci.adapters.url import without_credentials
from lambda_ci.errors import BuildError

SHOWN = 40
"""Lines of the log that are shown."""
_TOLD = 6
_COMPLAINT = re.compile(
    r"(^|\s|:)(fatal error|error|ERROR|Error|\w+Error|\w+Exception|Killed|cannot|not found|No such file)\b.*"
)
_NOISE = re.compile(
    r"note: This (error|is an issue)|^\s*(\[end of output\]|╰─>|\u00d7|│|note:|hint:)|subprocess-exited-with-error|metadata-generation-failed|"
    r"exit (code|status)[: ]|^\s*(Collecting|Processing|Downloading|Building wheel|Preparing|Installing|Getting requirements|Running)\b|"
    r"Failed to build|Failed building wheel|Build backend failed|legacy-install"
)
_STEPS = re.compile(r"\s*(copying|creating|adding|hard linking|writing|reading manifest|running) \S")
"""What a build did right."""


class _Hint(NamedTuple):
    pattern: str
    fix: str


_PACKAGES = "name the system package in build.system-packages ({0}); it is installed in the image before the build"
_HEADERS = {
    "libpq-fe.h": "libpq-devel", "mysql.h": "mariadb-connector-c-devel", "ffi.h": "libffi-devel",
    "openssl/": "openssl-devel", "libxml/": "libxml2-devel", "libxslt/": "libxslt-devel", "jpeglib.h": "libjpeg-turbo-devel",
    "zlib.h": "zlib-devel", "sqlite3.h": "sqlite-devel", "bzlib.h": "bzip2-devel", "lzma.h": "xz-devel", "sasl/": "cyrus-sasl-devel",
    "ldap.h": "openldap-devel", "lber.h": "openldap-devel", "sql.h": "unixODBC-devel", "curl/curl.h": "libcurl-devel",
    "gmp.h": "gmp-devel", "yaml.h": "libyaml-devel", "krb5.h": "krb5-devel", "gssapi": "krb5-devel", "png.h": "libpng-devel",
    "snappy": "snappy-devel", "re2/": "re2-devel", "hdf5.h": "hdf5-devel", "geos_c.h": "geos-devel", "proj.h": "proj-devel",
}  # fmt: skip
"""Headers by what their path begins with, and the packages of Amazon Linux that have them."""
_HINTS = (
    _Hint(r"no space left on device|disk quota exceeded", "make room where it is built (for the engine: `docker system prune`)"),
    _Hint(r"fatal error: Python\.h", "the Python of the image has no headers: name another in build.image"),
    _Hint(r"can't find rust|rust compiler|cargo.{0,20}not (found|installed)|rustc.{0,20}not found", _PACKAGES.format("rust, cargo")),
    _Hint(r"cc1plus|(g\+\+|c\+\+).{0,40}(no such file|not found|failed: )|no such file or directory: '(g|c)\+\+'", _PACKAGES.format("gcc-c++")),
    _Hint(r"(no such file or directory|not found): '?(gcc|cc|clang)'?|'?(x86_64-linux-gnu-|aarch64-linux-gnu-)?(gcc|cc|clang)'?.{0,40}(no such file|not found)|unknown compiler|"
          r"no (working )?c compiler|compiler cc cannot|unable to find .{0,20}compiler|no acceptable c compiler", _PACKAGES.format("gcc")),
    _Hint(r"gfortran|fortran compiler", _PACKAGES.format("gcc-gfortran")),
    _Hint(r"cmake.{0,60}(not found|must be installed|no such file|not installed)", _PACKAGES.format("cmake, gcc-c++, make")),
    _Hint(r"pg_config", _PACKAGES.format("libpq-devel, gcc")),
    _Hint(r"mysql_config|mysqlclient|mariadb_config", _PACKAGES.format("mariadb-connector-c-devel, gcc")),
    _Hint(r"pkg-config.{0,40}(not found|no such file|missing|unavailable)", _PACKAGES.format("pkgconf-pkg-config")),
    _Hint(r"cannot find -l(?P<library>\S+)", "name the system package with the library lib{library} in build.system-packages"),
    _Hint(r"setuptools.scm was unable to detect version|unable to detect version",
          "the version comes from git, and a folder of the project is built without its `.git`: set SETUPTOOLS_SCM_PRETEND_VERSION_FOR_NAME; "
          "where a repository is built, name `git` in build.system-packages"),
    _Hint(r"killed signal|out of memory|memoryerror|signal: 9", "give the engine more memory, or a wheel that was built elsewhere"),
    _Hint(r"failed to (fetch|resolve)|no matching distribution|could not find a version|name resolution|name or service not known|"
          r"connection (refused|error|broken)|certificate verify failed|newconnectionerror|max retries",
          "the build could not get what it needs from the package index: look at its address, its credentials, and whether it can be "
          "reached from where it is built"),
)  # fmt: skip
_ANY = "read the log above; a newer version may have a wheel, or build it yourself and name the wheel (path or URL) instead"


def failure(label: str, log: str, *, where: str) -> BuildError:
    """A build that ended with an error: its complaint, and what may mend it."""
    lines = excerpt(log).splitlines()
    told = [line.strip() for line in lines if _COMPLAINT.search(line) and not _NOISE.search(line)]
    distinct = list(dict.fromkeys(told))
    why = "\n".join(distinct[-_TOLD:]) or "\n".join(lines[-_TOLD:]) or "the build gave no reason"
    return BuildError(f"{label} could not be built {where}", why=why, fix=advice(log))


def excerpt(log: str) -> str:
    """The last lines, without credentials."""
    lines = [line.rstrip() for line in without_credentials(log).splitlines() if line.strip()]
    lines = [line for line in lines if not _STEPS.match(line)]
    return "\n".join(lines[-SHOWN:])


def advice(log: str) -> str:
    """What to do about it."""
    for hint in _HINTS:
        if found := re.search(hint.pattern, log, re.IGNORECASE):
            return hint.fix.format(**found.groupdict())
    if header := re.search(r"fatal error: (?P<header>\S+): No such file", log):
        known = next((package for start, package in _HEADERS.items() if header["header"].startswith(start)), "")
        return _PACKAGES.format(known or f"the one with the header {header['header']}")
    return _ANY
